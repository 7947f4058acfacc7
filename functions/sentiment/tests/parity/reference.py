"""The encoding of the sentiment training in Python: the reference for the contract's encoding in TypeScript.

    python3 reference.py            writes table.json next to this file
    python3 reference.py answer     reads cases from standard input, one JSON value a line, and prints each answer in a line

Standard library only.
"""

import json
import re
import sys
import unicodedata
from pathlib import Path


NO_SPACE = re.compile(r"[.;:!'?,\"()\[\]]")
SPACE = re.compile(r"(<br\s*/><br\s*/>)|(\-)|(\/)")


def tokenize(review):
    return SPACE.sub(" ", NO_SPACE.sub("", review.lower())).split()


def bag_of_words(review, vocabulary):
    bag = [0] * len(vocabulary)
    for word in tokenize(review):
        if word in vocabulary:
            bag[vocabulary[word]] += 1
    return bag


def label(probability):
    return round(float(probability))


WHITE_SPACE = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)

# Characters that are similar to white space, or white space in other languages, but not in Python.
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
    # HTML line breaks
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
    # names of properties of JavaScript objects
    "constructor __proto__ toString hasOwnProperty valueOf prototype",
    "__PROTO__ Constructor [__proto__] (constructor)",
    # capital letters whose lower case depends on the context, or has several characters
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
    # white space, and characters that are not white space
    *(f"good{space}bad" for space in WHITE_SPACE),
    *(f"good{other}bad" for other in NO_WHITE_SPACE),
    WHITE_SPACE + "good" + WHITE_SPACE + WHITE_SPACE + "bad" + WHITE_SPACE,
    "A\ufeffB \ufeffgood bad\ufeff",
    # punctuation that is not deleted
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

INDICES = {word: index for index, word in enumerate(VOCABULARY)}

TABLE = {
    "vocabulary": VOCABULARY,
    "reviews": [{"review": each, "words": tokenize(each), "bag": bag_of_words(each, INDICES)} for each in REVIEWS],
    "probabilities": [{"body": each, "label": label(each)} for each in PROBABILITIES],
}


def known_words(review):
    """The words, or None if Python does not know a character. Whether a sigma becomes a final sigma depends on the letters
    beside it, and Node.js knows letters of newer versions of Unicode, for example U+1E062 of Unicode 15."""
    if any(unicodedata.category(character) == "Cn" for character in review):
        return None
    return tokenize(review)


ANSWERS = {
    "review": known_words,
    "sentiment": label,
}


def write_table():
    path = Path(__file__).parent / "table.json"
    path.write_text(json.dumps(TABLE, indent=2) + "\n")


def answer_cases():
    for line in sys.stdin:
        kind, case = json.loads(line)
        print(json.dumps(ANSWERS[kind](case)))


if sys.argv[1:] == ["answer"]:
    answer_cases()
elif not sys.argv[1:]:
    write_table()
else:
    sys.exit(__doc__)
