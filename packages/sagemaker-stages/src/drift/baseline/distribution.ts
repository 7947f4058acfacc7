/** The values of a numeric feature in ascending order, each with the number of its rows. */
type Frequencies = readonly (readonly [value: number, rows: number])[];

/** The distribution of numbers in cells. */
export interface NumberDistribution {
  /**
   * The upper bounds of the cells in ascending order. A cell contains the numbers that are greater than the bound of the
   * previous cell, and at most its own bound. The first bound is the smallest number, and the last bound is the largest
   * number.
   */
  readonly values: number[];
  /** The rows in each cell. */
  readonly counts: number[];
  /** The upper bounds of the bins for the population stability index, except the last bin. Each is one of `values`. */
  readonly bins: number[];
}

/**
 * Up to this number of different values, each value has a cell, so that the Kolmogorov-Smirnov statistic is exact. Further
 * values share cells of equal numbers of rows: the statistic is then at most 1 / 200 smaller than the exact statistic. A small
 * sample has fewer cells: {@link MIN_ROWS_PER_CELL}.
 */
export const MAX_CELLS = 200;

/**
 * The rows per cell on average. A sample with fewer rows per value has fewer cells, so that the file does not list the value of
 * each row.
 */
export const MIN_ROWS_PER_CELL = 5;

/**
 * The number of bins for the population stability index: deciles, the usual bins of this index. Up to this number of
 * different values, each value has a bin.
 */
export const MAX_BINS = 10;

/** The distribution of a numeric feature. @param entries - finite numbers with their rows; at least one, in any order */
export function distributionOf(
  entries: Iterable<readonly [number: number, rows: number]>,
): NumberDistribution {
  const rowsOf = new Map<number, number>();
  for (const [number, rows] of entries) rowsOf.set(number, (rowsOf.get(number) ?? 0) + rows);
  const frequencies = [...rowsOf].sort(([one], [other]) => one - other);
  const values = boundsOf(frequencies);
  const counts = values.map(() => 0);
  for (const [number, rows] of frequencies) {
    const cell = cellOf(values, number);
    counts[cell] = (counts[cell] ?? 0) + rows;
  }
  return { values, counts, bins: binsOf(frequencies) };
}

function boundsOf(frequencies: Frequencies): number[] {
  const all = frequencies.map(([value]) => value);
  const rows = frequencies.reduce((total, [, one]) => total + one, 0);
  // A multiple of the number of bins, so that the bounds of the bins are bounds of cells.
  const cells = Math.min(
    MAX_CELLS,
    MAX_BINS * Math.max(1, Math.floor(rows / (MAX_BINS * MIN_ROWS_PER_CELL))),
  );
  return frequencies.length <= cells ? all : unique([...all.slice(0, 1), ...quantiles(frequencies, cells)]);
}

function binsOf(frequencies: Frequencies): number[] {
  if (frequencies.length <= MAX_BINS) return frequencies.slice(0, -1).map(([value]) => value);
  const max = frequencies.at(-1)?.[0];
  return unique(quantiles(frequencies, MAX_BINS)).filter((bound) => bound !== max);
}

/** The quantiles `1/parts`, `2/parts`, … `1`, as the method `inverted_cdf` of numpy.quantile. */
function quantiles(frequencies: Frequencies, parts: number): number[] {
  const total = frequencies.reduce((sum, [, rows]) => sum + rows, 0);
  const found: number[] = [];
  let read = 0;
  for (const [value, rows] of frequencies) {
    read += rows;
    while (found.length < parts && read >= Math.ceil(((found.length + 1) * total) / parts)) found.push(value);
  }
  return found;
}

function unique(numbers: readonly number[]): number[] {
  return [...new Set(numbers)];
}

/** The index of the first bound that is at least `number`; the number of bounds if there is none. */
export function cellOf(bounds: readonly number[], number: number): number {
  let from = 0;
  let to = bounds.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((bounds[middle] ?? 0) < number) from = middle + 1;
    else to = middle;
  }
  return from;
}
