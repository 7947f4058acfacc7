import { chiSquaredSurvival } from "./chi-squared";

/** The share of a row that an empty cell counts as, because the logarithm of 0 is not finite. */
const EMPTY_CELL = 0.5;

/** The result of {@link populationStability}. */
export interface PopulationStability {
  /** The population stability index, from 0. */
  readonly psi: number;
  /** The probability that two samples of one distribution have at least this index. */
  readonly pValue: number;
}

/**
 * The population stability index (PSI) of two samples in the same cells: the sum over all cells of
 * `(q − p) · ln(q / p)`, where `p` and `q` are the shares of the cell in the two samples. The index is Jeffreys'
 * divergence: `entropy(p, q) + entropy(q, p)` of scipy.stats.
 *
 * A cell without rows in both samples does not count. A cell without rows in one sample counts as half a row.
 *
 * For two samples of one distribution, `psi / (1/n + 1/m)` approximately has the chi-squared distribution with one degree
 * of freedom less than cells (B. Yurdakul, Statistical Properties of Population Stability Index, 2018,
 * https://scholarworks.wmich.edu/dissertations/3208).
 *
 * @param base - the rows of the first sample per cell; at least one row
 * @param other - the rows of the second sample, in the same cells; at least one row
 */
export function populationStability(base: readonly number[], other: readonly number[]): PopulationStability {
  const cells = base
    .map((count, cell) => [count, other[cell] ?? 0] as const)
    .filter(([one, two]) => one > 0 || two > 0);
  const n = sum(base);
  const m = sum(other);
  const psi = cells.reduce((total, [one, two]) => {
    const p = (one === 0 ? EMPTY_CELL : one) / n;
    const q = (two === 0 ? EMPTY_CELL : two) / m;
    return total + (q - p) * Math.log(q / p);
  }, 0);
  return { psi, pValue: psiPValue(psi, cells.length, n, m) };
}

/**
 * The probability that two samples of one distribution have at least this population stability index.
 *
 * @param cells - the number of cells with rows
 */
export function psiPValue(psi: number, cells: number, n: number, m: number): number {
  return cells < 2 ? 1 : chiSquaredSurvival(psi / (1 / n + 1 / m), cells - 1);
}

/** The sum of a list of numbers. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
