import { logGamma } from "./log-gamma";

/** Above this exponent of the tail, the probability is 0 in a double. */
const MAX_EXPONENT = 370;
/** From this value of `n · d²`, twice the one-sided probability is exact in a double. */
const MIN_EXPONENT_OF_ONE_SIDED = 2.2;
/** The same bound for few values, for which the two-sided distribution differs more. */
const MIN_EXPONENT_OF_ONE_SIDED_FEW = 4;
/** Up to this number of values, Durbin's matrix is small for every statistic below the bound. */
const FEW_VALUES = 140;
/** The bound of `n · d^1.5` below which Durbin's matrix is small. */
const MAX_MATRIX = 1.4;
const MAX_VALUES_OF_MATRIX = 100_000;

/**
 * The probability that the two-sided statistic of Kolmogorov's test on `n` values is greater than `d`: the figures of
 * `scipy.stats.kstwo.sf`, which is an approximation with an error of up to 2e-8 for more than 1,000,000 values. The method depends on `n` and `d` as in R. Simard and P. L'Ecuyer, Computing the Two-Sided
 * Kolmogorov-Smirnov Distribution, Journal of Statistical Software 39 (11), 2011 (https://doi.org/10.18637/jss.v039.i11).
 *
 * @param d - the statistic, 0 to 1
 * @param n - the number of values, a whole number from 1
 */
export function kolmogorovSurvival(d: number, n: number): number {
  if (d >= 1) return 0;
  if (n * d <= 0.5) return 1;
  const exponent = n * d * d;
  if (exponent >= MAX_EXPONENT) return 0;
  const isFew = n <= FEW_VALUES;
  if (d >= 0.5 || exponent >= (isFew ? MIN_EXPONENT_OF_ONE_SIDED_FEW : MIN_EXPONENT_OF_ONE_SIDED)) {
    return Math.min(1, 2 * oneSidedSurvival(d, n));
  }
  const isSmall = isFew || (n <= MAX_VALUES_OF_MATRIX && n * d ** 1.5 <= MAX_MATRIX);
  return clip(1 - (isSmall ? durbinMatrix(d, n) : pelzGood(d, n)));
}

function clip(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}

/**
 * The probability that the one-sided statistic is at least `d`: the sum of Birnbaum and Tingey, One-Sided Confidence
 * Contours for Probability Distribution Functions, 1951. All terms are positive.
 */
function oneSidedSurvival(d: number, n: number): number {
  const last = Math.floor(n * (1 - d));
  let logBinomial = 0;
  // The rounding errors of the sum, without which the relative error of a term is n · 1e-16 (Kahan's compensation).
  let lost = 0;
  let total = 0;
  for (let k = 0; k <= last; k++) {
    if (k > 0) {
      const term = Math.log((n - k + 1) / k) - lost;
      const next = logBinomial + term;
      lost = next - logBinomial - term;
      logBinomial = next;
    }
    const above = 1 - d - k / n;
    // The last term can be 0 · 0^0.
    if (above <= 0) continue;
    total += Math.exp(logBinomial + (k - 1) * Math.log(d + k / n) + (n - k) * Math.log(above));
  }
  return d * total;
}

/**
 * The probability that the two-sided statistic is at most `d`: J. Durbin's matrix, evaluated as in G. Marsaglia, W. Tsang
 * and J. Wang, Evaluating Kolmogorov's Distribution, Journal of Statistical Software 8 (18), 2003
 * (https://doi.org/10.18637/jss.v008.i18).
 */
function durbinMatrix(d: number, n: number): number {
  const k = Math.ceil(n * d);
  const h = k - n * d;
  const size = 2 * k - 1;
  const factorials = Array.from({ length: size + 1 }, (_, i) => Math.exp(logGamma(i + 1)));
  const inverse = (i: number) => 1 / (factorials[i] ?? 1);
  // The first column, and the last row in reverse order.
  const edge = Array.from({ length: size }, (_, i) => (1 - h ** (i + 1)) * inverse(i + 1));
  edge[size - 1] = (1 - 2 * h ** size + Math.max(2 * h - 1, 0) ** size) * inverse(size);
  const matrix = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (__, column) => {
      if (row === size - 1) return edge[size - 1 - column] ?? 0;
      if (column === 0) return edge[row] ?? 0;
      return row - column + 1 < 0 ? 0 : inverse(row - column + 1);
    }),
  );
  const { mantissa, logScale } = powerOfCentre(matrix, n, k - 1);
  return mantissa === 0 ? 0 : Math.exp(Math.log(mantissa) + logScale + logGamma(n + 1) - n * Math.log(n));
}

/** An element of a power of a matrix is `mantissa · e^logScale`. */
interface Scaled {
  readonly mantissa: number;
  readonly logScale: number;
}

type Matrix = readonly (readonly number[])[];

/** The element at (centre, centre) of the matrix to the power `exponent`, by repeated squaring. */
function powerOfCentre(matrix: Matrix, exponent: number, centre: number): Scaled {
  let base = matrix;
  let baseScale = 0;
  let result: Matrix | undefined;
  let resultScale = 0;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      const product: Matrix = result === undefined ? base : multiply(result, base);
      const scale = largestOf(product);
      result = divide(product, scale);
      resultScale += baseScale + Math.log(scale);
    }
    if (rest === 1) break;
    const square = multiply(base, base);
    const scale = largestOf(square);
    base = divide(square, scale);
    baseScale = 2 * baseScale + Math.log(scale);
  }
  return { mantissa: result?.[centre]?.[centre] ?? 0, logScale: resultScale };
}

function multiply(one: Matrix, other: Matrix): Matrix {
  return one.map((row) =>
    row.map((_, column) =>
      row.reduce((total, value, index) => total + value * (other[index]?.[column] ?? 0), 0),
    ),
  );
}

function largestOf(matrix: Matrix): number {
  return Math.max(...matrix.map((row) => Math.max(...row)));
}

function divide(matrix: Matrix, divisor: number): Matrix {
  return matrix.map((row) => row.map((value) => value / divisor));
}

/**
 * The probability that the two-sided statistic is at most `d`, by the expansion in powers of `1/√n` of W. Pelz and I. Good,
 * Approximating the Lower Tail-Areas of the Kolmogorov-Smirnov One-Sample Statistic, Journal of the Royal Statistical
 * Society B 38 (2), 1976.
 */
function pelzGood(d: number, n: number): number {
  const z = Math.sqrt(n) * d;
  const pi2 = Math.PI ** 2;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  let k0 = 0;
  let k1 = 0;
  let k2 = 0;
  let k3 = 0;
  // The terms are functions of π²(2k−1)²/(8z²); the terms from k = 16z/π on are 0 in a double.
  const last = Math.ceil((16 * z) / Math.PI) + 1;
  for (let k = last; k >= 1; k--) {
    const odd2 = (2 * k - 1) ** 2;
    const odd4 = odd2 * odd2;
    const weight = Math.exp((-pi2 * odd2) / (8 * z2));
    k0 += weight;
    k1 += weight * ((pi2 * odd2) / 4 - z2);
    k2 +=
      weight *
      (6 * z6 + 2 * z4 + (pi2 / 4) * (2 * z4 - 5 * z2) * odd2 + (pi2 ** 2 / 16) * (1 - 2 * z2) * odd4);
    k3 +=
      weight *
      ((pi2 ** 3 / 64) * (5 - 30 * z2) * odd4 * odd2 +
        (pi2 ** 2 / 16) * (212 * z4 - 60 * z2) * odd4 +
        (pi2 / 4) * (135 * z4 - 96 * z6) * odd2 -
        30 * z6 -
        90 * z4 * z4);
  }
  let even2 = 0;
  let even3 = 0;
  for (let k = last; k >= 1; k--) {
    const square = k * k;
    const weight = Math.exp((-pi2 * square) / (2 * z2));
    even2 += square * weight;
    even3 += (3 * z2 - pi2 * square) * square * weight;
  }
  const root = Math.sqrt(2 * Math.PI);
  const terms = [
    (root * k0) / z,
    (root * k1) / (6 * z4),
    (root * k2) / (72 * z ** 7) - (root * pi2 * even2) / (36 * z ** 3),
    (root * k3) / (6480 * z ** 10) + (root * pi2 * even3) / (216 * z6),
  ];
  return terms.reduce((total, term, power) => total + term / n ** (power / 2), 0);
}
