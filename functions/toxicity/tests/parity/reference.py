"""The probabilities of the toxicity container in Python's format: the reference for the contract's answer.

    python3 reference.py            writes table.json next to this file
    python3 reference.py answer     reads cases from standard input, one JSON value a line, and prints each answer in a line

Standard library only.
"""

import json
import sys
from pathlib import Path


def probability_text(number):
    return str(float(number))


NUMBERS = [
    0, 1, 0.5, 0.25, 0.1, 0.30000000000000004, 0.9797907, 0.02019908, 3.6296085e-05, 0.9797906875610352,
    1.0000100135803223, 1.00001, 1.0001, 0.9999999999999999, 1.0000000000000002,
    # the limit below which Python writes exponents
    0.001, 0.0001, 0.00010001, 0.00011, 0.00009999999999999999, 9.99e-05, 1e-05, 1.5e-05, 1e-06, 1e-07, 1.25e-07,
    1e-09, 1e-10, 1.1754944e-38, 1e-45, 1e-99, 1e-100, 2.2250738585072014e-308, 5e-324,
]

TABLE = {
    "probabilities": [{"number": each, "text": probability_text(each)} for each in NUMBERS],
}

ANSWERS = {
    "probability": probability_text,
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
