"""The encoding of the bike-rental training in Python: the reference for the contract's encoding in TypeScript.

    python3 reference.py            writes table.json next to this file
    python3 reference.py answer     reads cases from standard input, one JSON value a line, and prints each answer in a line

Standard library only.
"""

import json
import math
import re
import sys
from datetime import datetime
from pathlib import Path


MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})", re.ASCII)


def calendar(text):
    """year, month, day, day of the week (Monday = 0), hour; None for an invalid date or time"""
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
    # the first and the last second of months and years
    "2011-01-31 23:59:59",
    "2011-02-01 00:00:00",
    "2011-02-28 23:59:59",
    "2011-03-01 00:00:00",
    "2011-04-30 12:00:00",
    "2011-05-01 12:00:00",
    "2011-12-31 23:59:59",
    "2012-01-01 00:00:00",
    # leap years, and centuries that are not leap years
    "2012-02-28 06:00:00",
    "2012-02-29 06:00:00",
    "2012-03-01 06:00:00",
    "2000-02-29 01:02:03",
    "1900-02-28 01:02:03",
    "1900-03-01 01:02:03",
    "2100-02-28 01:02:03",
    "2100-03-01 01:02:03",
    "2400-02-29 01:02:03",
    # every day of the week
    *(f"2012-12-{day} 10:00:00" for day in range(10, 17)),
    # hours that a time zone skips or repeats
    "2012-03-11 02:30:00",
    "2012-11-04 01:30:00",
    "2012-03-25 02:30:00",
    "2011-12-30 12:00:00",
    "1986-01-01 00:10:00",
    # the limits of the calendar, and years that JavaScript's Date would read as two-digit years
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
    # invalid dates and times
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
    # other formats
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

TABLE = {
    "observations": [{"features": each, "row": observation(each)} for each in OBSERVATIONS],
    "moments": [{"text": each, "calendar": calendar(each)} for each in MOMENTS],
    "predictions": [{"body": each, "counts": counts_of_rentals(each)} for each in PREDICTIONS],
}

ANSWERS = {
    "moment": calendar,
    "predictions": counts_of_rentals,
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
