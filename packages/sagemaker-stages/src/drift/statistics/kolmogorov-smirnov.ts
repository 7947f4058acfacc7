import { kolmogorovSurvival } from "./kolmogorov";
import { sum } from "./psi";

/** The result of {@link kolmogorovSmirnov}. */
export interface KolmogorovSmirnov {
  /** The largest difference between the two cumulative distributions, 0 to 1. */
  readonly statistic: number;
  /** The probability that two samples of one distribution have at least this difference. */
  readonly pValue: number;
}

/**
 * The two-sample Kolmogorov-Smirnov test on samples in the same ordered cells: the same figures as
 * `scipy.stats.ks_2samp(one, other, method="asymp")`, where the values of a sample are the numbers of their cells. If every
 * cell contains one value only, these are the figures of the original values.
 *
 * @param base - the values of the first sample per cell, in ascending order of the cells; at least one value
 * @param other - the values of the second sample, in the same cells; at least one value
 */
export function kolmogorovSmirnov(base: readonly number[], other: readonly number[]): KolmogorovSmirnov {
  const n = sum(base);
  const m = sum(other);
  let below = 0;
  let otherBelow = 0;
  let statistic = 0;
  base.forEach((count, cell) => {
    below += count;
    otherBelow += other[cell] ?? 0;
    statistic = Math.max(statistic, Math.abs(below / n - otherBelow / m));
  });
  return { statistic, pValue: kolmogorovSurvival(statistic, roundHalfToEven((n * m) / (n + m))) };
}

/** Rounds as numpy does. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
