import { logGamma } from "./log-gamma";

/** The terms of a series converge to a double long before this number. */
const MAX_TERMS = 100_000;

/** A denominator of a continued fraction must not be 0. */
const TINY = 1e-300;

/**
 * The probability that a value of the chi-squared distribution is greater than `x`: `scipy.stats.chi2.sf`, which is the
 * regularized upper incomplete gamma function Q(degrees / 2, x / 2). The function uses the series for small `x` and the
 * continued fraction for large `x` (https://dlmf.nist.gov/8.11, https://dlmf.nist.gov/8.9).
 *
 * @param degrees - the degrees of freedom, at least 1
 */
export function chiSquaredSurvival(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const a = degrees / 2;
  const half = x / 2;
  const factor = Math.exp(a * Math.log(half) - half - logGamma(a));
  return half < a + 1 ? 1 - factor * seriesOf(a, half) : factor * fractionOf(a, half);
}

/** The series of the lower incomplete gamma function, without its factor. */
function seriesOf(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_TERMS && term > sum * Number.EPSILON; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** The continued fraction of the upper incomplete gamma function, without its factor; evaluated by Lentz's method. */
function fractionOf(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let result = d;
  for (let n = 1; n < MAX_TERMS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b);
    c = nonZero(b + numerator / c);
    const change = c * d;
    result *= change;
    if (Math.abs(change - 1) < Number.EPSILON) break;
  }
  return result;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
