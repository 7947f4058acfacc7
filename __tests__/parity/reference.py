"""What the models' trainings do in Python, as contracts describe it: the reference of the TypeScript encodings.

    python3 reference.py            writes bike-rental.json, sentiment.json and toxicity.json beside this file
    python3 reference.py answer     reads cases from standard input, one JSON a line, and answers each in a line

Standard library only.
"""

import json
import math
import re
import sys
from datetime import datetime
from pathlib import Path

# bike-rental ---------------------------------------------------------------------------------------------

MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})", re.ASCII)


def calendar(text):
    """year, month, day, day of the week (Monday = 0), hour; None for what is no moment of the calendar"""
    match = MOMENT.fullmatch(text)
    try:
        moment = datetime(*map(int, match.groups())) if match else None
    except ValueError:
        return None
    return moment and [moment.year, moment.month, moment.day, moment.weekday(), moment.hour]


def observation(features):
    moment, *numbers = features
    return numbers + calendar(moment)


def counts_of_rentals(body):
    return [math.expm1(float(cell)) for cell in re.split(r"\s*[,\n]\s*", body.strip())]


# sentiment -----------------------------------------------------------------------------------------------

NO_SPACE = re.compile(r"[.;:!'?,\"()\[\]]")
SPACE = re.compile(r"(<br\s*/><br\s*/>)|(\-)|(\/)")


def words(review):
    return SPACE.sub(" ", NO_SPACE.sub("", review.lower())).split()


def bag_of_words(review, vocabulary):
    bag = [0] * len(vocabulary)
    for word in words(review):
        if word in vocabulary:
            bag[vocabulary[word]] += 1
    return bag


def label(probability):
    return round(float(probability))


# toxicity ------------------------------------------------------------------------------------------------


def probability_text(number):
    return str(float(number))


# Tables --------------------------------------------------------------------------------------------------

OBSERVATIONS = [
    ["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50, 26.0027],
    ["2012-12-19 18:00:00", 4, 0, 1, 1, 15.58, 19.695, 50, 23.9994],
    ["2012-12-10 01:00:00", 4, 0, 1, 2, 14.76, 18.94, 100, 0],
    ["2012-12-10T01:00:00", 4, 0, 1, 2, 14.76, 18.94, 100, 0],
    ["2011-01-01 00:00:00", 1, 0, 0, 1, 0.82, 0.76, 0, 0.0],
    ["2012-02-29 23:59:59", 1, 0, 1, 3, -8.2, -16.0, 100, 56.9969],
    ["2011-07-04 12:30:00", 3, 1, 0, 1, 0.1, 0.30000000000000004, 1e-7, 1e21],
]

MOMENTS = [
    # the last and the first moment of months and years
    "2011-01-31 23:59:59",
    "2011-02-01 00:00:00",
    "2011-02-28 23:59:59",
    "2011-03-01 00:00:00",
    "2011-04-30 12:00:00",
    "2011-05-01 12:00:00",
    "2011-12-31 23:59:59",
    "2012-01-01 00:00:00",
    # leap years, and centuries that are none
    "2012-02-28 06:00:00",
    "2012-02-29 06:00:00",
    "2012-03-01 06:00:00",
    "2000-02-29 01:02:03",
    "1900-02-28 01:02:03",
    "1900-03-01 01:02:03",
    "2100-02-28 01:02:03",
    "2100-03-01 01:02:03",
    "2400-02-29 01:02:03",
    # a day of each week day
    *(f"2012-12-{day} 10:00:00" for day in range(10, 17)),
    # hours that some time zone skips or has twice
    "2012-03-11 02:30:00",
    "2012-11-04 01:30:00",
    "2012-03-25 02:30:00",
    "2011-12-30 12:00:00",
    "1986-01-01 00:10:00",
    # ends of the calendar, and years that a two-digit reading would move
    "0001-01-01 00:00:00",
    "0001-12-31 23:59:59",
    "0004-02-29 00:00:00",
    "0050-06-15 00:00:00",
    "0099-12-31 00:00:00",
    "0100-01-01 00:00:00",
    "1582-10-10 00:00:00",
    "1969-12-31 23:59:59",
    "1970-01-01 00:00:00",
    "9999-12-31 23:59:59",
    # another separator
    "2012-12-19T17:00:00",
    # no moments
    "2012-02-30 00:00:00",
    "2011-02-29 00:00:00",
    "1900-02-29 00:00:00",
    "2100-02-29 00:00:00",
    "2012-04-31 00:00:00",
    "2012-06-31 00:00:00",
    "2012-09-31 00:00:00",
    "2012-11-31 00:00:00",
    "2012-12-32 00:00:00",
    "2012-12-00 00:00:00",
    "2012-00-10 00:00:00",
    "2012-13-10 00:00:00",
    "0000-01-01 00:00:00",
    "2012-12-19 24:00:00",
    "2012-12-19 17:60:00",
    "2012-12-19 23:59:60",
    "2012-12-19 99:00:00",
    # no such form
    "",
    "2012-12-19",
    "2012-12-19 17:00",
    "2012-12-19 17",
    "2012-12-19  17:00:00",
    "2012-12-19t17:00:00",
    "2012-12-19_17:00:00",
    "2012-12-19 17:00:00Z",
    "2012-12-19T17:00:00Z",
    "2012-12-19T17:00:00+01:00",
    "2012-12-19 17:00:00.000",
    "2012-12-19 17:00:00\n",
    " 2012-12-19 17:00:00",
    "2012-12-19 17:00:00 ",
    "12-12-19 17:00:00",
    "2012-1-9 7:00:00",
    "2012/12/19 17:00:00",
    "19.12.2012 17:00:00",
    "+2012-12-19 17:00:00",
    "-2012-12-19 17:00:00",
    "12012-12-19 17:00:00",
    "\u0662\u0660\u0661\u0662-12-19 17:00:00",
    "\uff12\uff10\uff11\uff12-12-19 17:00:00",
    "1355936400",
    "now",
]

PREDICTIONS = [
    "6.349300861358643\n6.321451187133789\n",
    "6.349300861358643,6.321451187133789",
    "6.349300861358643",
    "-0.25",
    "-0.25\n-12.5\n",
    "3.6296085e-05",
    "1e-300,1E-3,1e+2,1e2,+1.5",
    "0,-0.0,0.0",
    "0.5",
    "5.,.5",
    "1e-17\n-1e-17\n709.7\n-745.2",
]

WHITE_SPACE = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
# What looks like white space, or is it elsewhere, and is none in Python.
NO_WHITE_SPACE = "\ufeff\u180e\u200b\u200c\u200d\u2060\x00\x08\x0e\x1b\x7f\x84\x86\xad"

VOCABULARY = [
    "good", "bad", "br", "<br", ">", "<br>", "<", "constructor", "__proto__", "tostring", "hasownproperty",
    "valueof", "\u03bf\u03b4\u03bf\u03c2", "\u03bf\u03b4\u03bf\u03c3", "i\u0307stanbul", "stra\u00dfe", "don\u2019t",
    "dont", "10", "0", "\U0001d538", "\U0001f600", "a\ufeffb", "caf\u00e9", "cafe\u0301",
]

REVIEWS = [
    "",
    " ",
    "Good, good; GOOD: bad!",
    "It's 'so' \"good\"? (really) [good].",
    "good.bad",
    "well-made good/bad 10/10 - 0",
    "don't don\u2019t Don`t",
    # line breaks of HTML
    "good<br /><br />bad",
    "good<br/><br/>bad",
    "good<br\t/><br\u3000/>bad",
    "good<br\x1c/><br\x85/>bad",
    "good<br\ufeff/><br />bad",
    "good<BR /><bR />bad",
    "good<br /> <br />bad",
    "good<br />bad",
    "good<br><br>bad",
    "good<br /><br /><br /><br />bad",
    "good<br /><br /><br />bad",
    "good<br />.<br />bad",
    "good<b.r /><br /.>bad",
    "good<br -/><br />bad",
    "good<br /><br />-/bad",
    # words that objects of JavaScript have
    "constructor __proto__ toString hasOwnProperty valueOf prototype",
    "__PROTO__ Constructor [__proto__] (constructor)",
    # capitals whose small letters depend on what is around, or are several
    "\u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03bf\u03c2",
    "\u039f\u0394\u039f\u03a3. \u039f\u0394\u039f\u03a3, \u039f\u0394\u039f\u03a3!",
    "\u03a3 \u03a3\u03a3 \u03a3\u03a3\u03a3 A\u03a3 A\u03a3A \u03a3A",
    "A\u03a3.A A\u03a3'A A\u03a3:A A\u03a3-A A\u03a3/A A\u03a3<br /><br />A",
    "A\u03a3!A A\u03a3,A A\u03a3;A A\u03a3?A A\u03a3(A A\u03a3)A A\u03a3[A A\u03a3\"A A!\u03a3 !\u03a3",
    "A\u0301\u03a3\u0301 A\u03a3\u0301A \u0301\u03a3 1\u03a3 A1\u03a3 A\u00ad\u03a3\u00ad",
    "A\u03a3\ufeffA A\u03a3\u200bA A\u03a3\u180eA",
    "\u0130STANBUL \u0130 I \u0131 \u0049\u0307",
    "STRASSE STRA\u00dfE STRA\u1e9eE",
    "\u01c5 \u01c4 \u212b \u2126 \u212a \U00010400 \u24b6 \u2160 \U0001d538",
    "CAF\u00c9 CAFE\u0301",
    # white space and what is none
    *(f"good{space}bad" for space in WHITE_SPACE),
    *(f"good{other}bad" for other in NO_WHITE_SPACE),
    WHITE_SPACE + "good" + WHITE_SPACE + WHITE_SPACE + "bad" + WHITE_SPACE,
    "A\ufeffB \ufeffgood bad\ufeff",
    # punctuation that stays
    "good\u2026 \u201cgood\u201d good\u2014bad good\u2013bad good_bad good*bad #good @bad 100% $0 good&bad a\\b",
    "\u00bfgood? \u00a1bad! good\uff01 bad\uff0c good\u3002",
    "\U0001f600\U0001f600 \U0001f600 good\U0001f600",
    # halves of surrogate pairs
    "\ud83d \ude00 good\ud83d bad",
]

PROBABILITIES = [
    "0", "1", "0.0", "1.0", "0.8731", "0.8731\n", " 0.8731 ", "0.5", "0.50", "5e-1", "0.49999999999999994",
    "0.5000000000000001", "0.50000001", "0.49999997", "1e-05", "3.6296085e-05", "9.9E-1", ".5", ".75",
    "1e-400", "0.99999999999999999999", "1e0", "50e-2", "51e-2",
]

NUMBERS = [
    0, 1, 0.5, 0.25, 0.1, 0.30000000000000004, 0.9797907, 0.02019908, 3.6296085e-05, 0.9797906875610352,
    1.0000100135803223, 1.00001, 1.0001, 0.9999999999999999, 1.0000000000000002,
    # where Python begins to write exponents
    0.001, 0.0001, 0.00010001, 0.00011, 0.00009999999999999999, 9.99e-05, 1e-05, 1.5e-05, 1e-06, 1e-07, 1.25e-07,
    1e-09, 1e-10, 1.1754944e-38, 1e-45, 1e-99, 1e-100, 2.2250738585072014e-308, 5e-324,
]


def write(name, tables):
    path = Path(__file__).parent / f"{name}.json"
    path.write_text(json.dumps(tables, indent=2) + "\n")


def write_fixtures():
    write("bike-rental", {
        "observations": [{"features": each, "row": observation(each)} for each in OBSERVATIONS],
        "moments": [{"text": each, "calendar": calendar(each)} for each in MOMENTS],
        "predictions": [{"body": each, "counts": counts_of_rentals(each)} for each in PREDICTIONS],
    })
    vocabulary = {word: index for index, word in enumerate(VOCABULARY)}
    write("sentiment", {
        "vocabulary": VOCABULARY,
        "reviews": [
            {"review": each, "words": words(each), "bag": bag_of_words(each, vocabulary)} for each in REVIEWS
        ],
        "probabilities": [{"body": each, "label": label(each)} for each in PROBABILITIES],
    })
    write("toxicity", {
        "probabilities": [{"number": each, "text": probability_text(each)} for each in NUMBERS],
    })


ANSWERS = {
    "moment": calendar,
    "predictions": counts_of_rentals,
    "review": words,
    "sentiment": label,
    "probability": probability_text,
}


def answer_cases():
    for line in sys.stdin:
        kind, case = json.loads(line)
        print(json.dumps(ANSWERS[kind](case)))


if sys.argv[1:] == ["answer"]:
    answer_cases()
elif not sys.argv[1:]:
    write_fixtures()
else:
    sys.exit(__doc__)
