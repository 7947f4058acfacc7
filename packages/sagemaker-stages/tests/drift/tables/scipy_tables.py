"""Writes the tables that tests/drift compares with the engine's statistics.

  python3 packages/sagemaker-stages/tests/drift/tables/scipy_tables.py

Needs numpy and scipy. The samples come from a linear congruential generator, so that the tests make the same samples
without Python.
"""

import json
import math
import pathlib

import numpy as np
import scipy
from scipy import special, stats

FOLDER = pathlib.Path(__file__).parent


class Random:
    """The generator of tests/drift/support/random.ts: a linear congruential generator of 32 bits."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state / 2**32

    def normal(self):
        return sum(self.next() for _ in range(12)) - 6


def psi(base, other):
    """The population stability index of two lists of counts, and its p-value."""
    base, other = np.array(base, float), np.array(other, float)
    used = (base > 0) | (other > 0)
    base, other = base[used], other[used]
    n, m = base.sum(), other.sum()
    p = np.where(base == 0, 0.5, base) / n
    q = np.where(other == 0, 0.5, other) / m
    value = float(np.sum(special.rel_entr(p, q) + special.rel_entr(q, p)))
    p_value = 1.0 if len(base) < 2 else float(stats.chi2.sf(value / (1 / n + 1 / m), len(base) - 1))
    return value, p_value


def ks(base, other):
    result = stats.ks_2samp(base, other, method="asymp")
    return float(result.statistic), float(result.pvalue)


def quantiles(values, parts):
    """The method inverted_cdf of numpy.quantile in whole numbers: numpy rounds 0.145 * 5000 to more than 725."""
    n = len(values)
    return np.sort(values)[[-(-k * n // parts) - 1 for k in range(1, parts + 1)]]


def ks_table():
    rows = []
    for seed, (n, m, shift) in enumerate(
        [
            (3, 4, 0), (10, 10, 0), (10, 7, 0.5), (20, 30, 0.1), (50, 20, 1), (100, 100, 0), (100, 100, 0.2),
            (200, 150, 0.05), (280, 280, 0.3), (300, 300, 0), (500, 300, 0.1), (1000, 500, 0), (1000, 800, 0.05),
            (2000, 100, 0.4), (5000, 5000, 0), (5000, 4000, 0.03), (10000, 10000, 0), (10000, 10000, 0.02),
            (10000, 10000, 0.05), (10000, 3000, 0.5), (100000, 100, 0.1), (40000, 40000, 0.004),
        ]
    ):
        random = Random(seed + 1)
        base = [math.floor(random.normal() * 40) / 40 for _ in range(n)]
        other = [math.floor((random.normal() + shift) * 40) / 40 for _ in range(m)]
        statistic, p_value = ks(base, other)
        rows.append({"seed": seed + 1, "n": n, "m": m, "shift": shift, "statistic": statistic, "pValue": p_value})
    return rows


def kolmogorov_table():
    return [
        {"d": d, "n": n, "survival": float(stats.kstwo.sf(d, n))}
        for n in [1, 2, 5, 13, 40, 100, 140, 141, 500, 2000, 5000, 50000, 200000]
        for d in [0.0004, 0.001, 0.004, 0.01, 0.02, 0.05, 0.08, 0.11, 0.15, 0.2, 0.3, 0.45, 0.5, 0.7, 0.95, 1]
    ]


def exact_kolmogorov_table():
    """Twice the one-sided probability in 80-bit floating point: scipy uses an approximation for n above 1,000,000."""
    rows = []
    for n in [1_000_001, 1_700_000]:
        d = np.longdouble((2.2001 / n) ** 0.5)
        k = np.arange(0, int(np.floor(n * (1 - d))) + 1, dtype=np.longdouble)
        log_binomial = np.append(np.longdouble(0), np.cumsum(np.log((n - k[1:] + 1) / k[1:])))
        above = 1 - d - k / n
        terms = np.exp(log_binomial + (k - 1) * np.log(d + k / n) + (n - k) * np.log(above))
        rows.append({"d": float(d), "n": n, "survival": float(2 * d * terms.sum())})
    return rows


def chi_squared_table():
    return [
        {"x": x, "degrees": degrees, "survival": float(stats.chi2.sf(x, degrees))}
        for degrees in [1, 2, 3, 4, 9, 10, 11, 31, 101]
        for x in [0, 0.001, 0.1, 0.5, 1, 3, 8, 9.5, 16.9, 27.88, 60, 150, 600]
    ]


def psi_table():
    rows = []
    for seed, cells in enumerate([1, 2, 2, 3, 5, 10, 11, 12, 40, 102]):
        random = Random(seed + 100)
        base = [math.floor(random.next() * 500) for _ in range(cells)]
        other = [math.floor(random.next() * 90) for _ in range(cells)]
        base[0] += 1
        other[0] += 1
        if cells >= 5:
            base[2] = 0
            other[3] = 0
            base[4] = other[4] = 0
        value, p_value = psi(base, other)
        rows.append({"base": base, "other": other, "psi": value, "pValue": p_value})
    return rows


def binned_table():
    """Features with more values than cells: the Kolmogorov-Smirnov test of the numbers of the cells."""
    rows = []
    for seed, (n, m, shift, scale) in enumerate([(1000, 400, 0, 1), (5000, 2000, 0.1, 1), (2000, 3000, 0.5, 1.4)]):
        random = Random(seed + 200)
        base = np.array([random.normal() for _ in range(n)])
        other = np.array([random.normal() * scale + shift for _ in range(m)])
        bounds = np.unique(np.append(quantiles(base, 200), base.min()))
        cells = lambda values: np.where(values < base.min(), -1, np.searchsorted(bounds, values, side="left"))
        statistic, p_value = ks(cells(base), cells(other))
        edges = np.unique(quantiles(base, 10)[:-1])
        count = lambda values: np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
        inside = (other >= base.min()) & (other <= base.max())
        index, psi_p = psi([*count(base), 0], [*count(other[inside]), int((~inside).sum())])
        exact = float(stats.ks_2samp(base, other).statistic)
        rows.append(
            {"seed": seed + 200, "n": n, "m": m, "shift": shift, "scale": scale, "statistic": statistic,
             "pValue": p_value, "exactStatistic": exact, "psi": index, "psiPValue": psi_p}
        )
    return rows


def write(name, table):
    (FOLDER / name).write_text(json.dumps({"scipy": scipy.__version__, **table}, indent=1) + "\n")


if __name__ == "__main__":
    write(
        "statistics.json",
        {
            "kolmogorovSmirnov": ks_table(),
            "kolmogorov": kolmogorov_table(),
            "exactKolmogorov": exact_kolmogorov_table(),
            "chiSquared": chi_squared_table(),
            "psi": psi_table(),
            "binned": binned_table(),
        },
    )
