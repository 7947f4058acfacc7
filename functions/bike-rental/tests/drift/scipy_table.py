"""Writes table.json: the figures of scipy for the captured rows of tests/drift.test.ts.

  python3 functions/bike-rental/tests/drift/scipy_table.py

Needs numpy and scipy. The baseline's file contains each value of a feature with its number of rows, so that it contains the
samples of the features. A linear congruential generator draws the captured rows from them, as in tests/drift.test.ts.
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import special, stats

FOLDER = pathlib.Path(__file__).parent
BASELINE = json.loads((FOLDER / "../../baseline.json").read_text())
ROWS = 10_000


class Random:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state / 2**32


def captured_rows(is_shifted):
    """The values of each feature, in the order of the baseline."""
    random = Random(2026)
    sums = [np.cumsum(feature["counts"]) for feature in BASELINE["features"]]
    rows = []
    for _ in range(ROWS):
        row = []
        for feature, total in zip(BASELINE["features"], sums):
            cell = int(np.searchsorted(total, random.next() * BASELINE["rows"], side="right"))
            row.append(feature["values"][cell])
        temp, atemp, humidity, windspeed = 5, 6, 7, 8
        if is_shifted:
            row[temp] += 5
            row[atemp] += 5
            row[windspeed] *= 1.25
            if random.next() < 0.05:
                row[humidity] = None
        rows.append(row)
    return list(zip(*rows))


def figures(feature, captured):
    base = np.repeat(feature["values"], feature["counts"])
    present = np.array([value for value in captured if value is not None], float)
    missing = len(captured) - len(present)
    test = stats.ks_2samp(base, present, method="asymp")

    values = np.unique(base)
    deciles = np.sort(base)[[-(-k * len(base) // 10) - 1 for k in range(1, 10)]]
    edges = np.unique(deciles) if len(values) > 10 else values[:-1]
    edges = edges[edges < base.max()]
    count = lambda sample: np.bincount(np.searchsorted(edges, sample, side="left"), minlength=len(edges) + 1)
    inside = (present >= base.min()) & (present <= base.max())
    one = np.array([*count(base), 0, 0], float)
    two = np.array([*count(present[inside]), (~inside).sum(), missing], float)
    used = (one > 0) | (two > 0)
    p = np.where(one == 0, 0.5, one)[used] / one.sum()
    q = np.where(two == 0, 0.5, two)[used] / two.sum()
    psi = float(np.sum(special.rel_entr(p, q) + special.rel_entr(q, p)))
    chi = psi / (1 / one.sum() + 1 / two.sum())
    psi_p = float(stats.chi2.sf(chi, used.sum() - 1)) if used.sum() > 1 else 1.0
    return {
        "name": feature["name"],
        "psi": psi,
        "psiPValue": psi_p,
        "ks": float(test.statistic),
        "ksPValue": float(test.pvalue),
        "missing": missing / len(captured),
        "unseen": float((~inside).sum()) / len(captured),
    }


def table(is_shifted):
    columns = captured_rows(is_shifted)
    return [figures(feature, column) for feature, column in zip(BASELINE["features"], columns)]


if __name__ == "__main__":
    content = {"scipy": scipy.__version__, "unshifted": table(False), "shifted": table(True)}
    (FOLDER / "table.json").write_text(json.dumps(content, indent=2) + "\n")
