import { describe, expect, it } from "@jest/globals";
import type { Baseline, FeatureBaseline } from "../../src/drift/baseline/baseline";
import { distributionOf } from "../../src/drift/baseline/distribution";
import { Tally } from "../../src/drift/captured/tally";
import { compare } from "../../src/drift/compare";
import { chiSquaredSurvival } from "../../src/drift/statistics/chi-squared";
import { kolmogorovSurvival } from "../../src/drift/statistics/kolmogorov";
import { kolmogorovSmirnov } from "../../src/drift/statistics/kolmogorov-smirnov";
import { populationStability } from "../../src/drift/statistics/psi";
import { Random } from "./support/random";
import tables from "./tables/statistics.json";

/** The allowed difference from scipy's figures. */
const TOLERANCE = 1e-9;

/** The counts of the samples in cells with one value each, in ascending order of the values. */
function countsOf(base: readonly number[], other: readonly number[]): [number[], number[]] {
  const values = [...new Set([...base, ...other])].sort((one, two) => one - two);
  const cellOf = new Map(values.map((value, cell) => [value, cell]));
  const count = (sample: readonly number[]) => {
    const counts = values.map(() => 0);
    for (const value of sample) {
      const cell = cellOf.get(value) ?? 0;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    return counts;
  };
  return [count(base), count(other)];
}

describe("the statistics equal scipy's", () => {
  it.each(tables.kolmogorovSmirnov)(
    "for the Kolmogorov-Smirnov test of $n and $m values, shifted by $shift",
    ({ seed, n, m, shift, statistic, pValue }) => {
      // Prepare
      const random = new Random(seed);
      const base = Array.from({ length: n }, () => Math.floor(random.normal() * 40) / 40);
      const other = Array.from({ length: m }, () => Math.floor((random.normal() + shift) * 40) / 40);

      // Act
      const found = kolmogorovSmirnov(...countsOf(base, other));

      // Assess
      expect(Math.abs(found.statistic - statistic)).toBeLessThan(TOLERANCE);
      expect(Math.abs(found.pValue - pValue)).toBeLessThan(TOLERANCE);
    },
  );

  it("for Kolmogorov's distribution", () => {
    // Act
    const different = tables.kolmogorov.filter(
      ({ d, n, survival }) => !(Math.abs(kolmogorovSurvival(d, n) - survival) < TOLERANCE),
    );

    // Assess
    expect(tables.kolmogorov.length).toBeGreaterThan(200);
    expect(different).toEqual([]);
  });

  it.each(tables.exactKolmogorov)(
    "for Kolmogorov's distribution of $n values, where the exact sum replaces scipy's approximation",
    ({ d, n, survival }) => {
      // Act
      const found = kolmogorovSurvival(d, n);

      // Assess
      expect(Math.abs(found - survival)).toBeLessThan(TOLERANCE / 100);
    },
  );

  it("for the chi-squared distribution", () => {
    // Act
    const different = tables.chiSquared.filter(
      ({ x, degrees, survival }) => !(Math.abs(chiSquaredSurvival(x, degrees) - survival) < TOLERANCE),
    );

    // Assess
    expect(tables.chiSquared.length).toBeGreaterThan(100);
    expect(different).toEqual([]);
  });

  it.each(tables.psi)(
    "for the population stability index of $base and $other",
    ({ base, other, psi, pValue }) => {
      // Act
      const found = populationStability(base, other);

      // Assess
      expect(Math.abs(found.psi - psi)).toBeLessThan(TOLERANCE);
      expect(Math.abs(found.pValue - pValue)).toBeLessThan(TOLERANCE);
    },
  );
});

describe("the figures of a feature with more values than cells equal scipy's", () => {
  it.each(tables.binned)("for $n and $m values, shifted by $shift", (expected) => {
    // Prepare
    const random = new Random(expected.seed);
    const base = Array.from({ length: expected.n }, () => random.normal());
    const other = Array.from({ length: expected.m }, () => random.normal() * expected.scale + expected.shift);
    const feature: FeatureBaseline = {
      name: "x",
      type: "number",
      missing: 0,
      ...distributionOf(base.map((value) => [value, 1] as const)),
    };
    const baseline: Baseline = { format: 1, model: "iris", rows: base.length, features: [feature] };
    const tally = new Tally(baseline);
    for (const value of other) tally.add({ names: ["x"], values: [value] });

    // Act
    const [found] = compare(baseline, tally, { psi: 0.25, ks: 0.2, minRows: 100 }).features;

    // Assess
    expect(Math.abs((found?.ks?.statistic ?? 9) - expected.statistic)).toBeLessThan(TOLERANCE);
    expect(Math.abs((found?.ks?.pValue ?? 9) - expected.pValue)).toBeLessThan(TOLERANCE);
    expect(Math.abs((found?.psi ?? 9) - expected.psi)).toBeLessThan(TOLERANCE);
    expect(Math.abs((found?.psiPValue ?? 9) - expected.psiPValue)).toBeLessThan(TOLERANCE);
    expect(expected.exactStatistic - (found?.ks?.statistic ?? 9)).toBeLessThan(0.005);
  });
});
