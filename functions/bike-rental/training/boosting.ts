import { leafOf, type Tree, type Trees } from "../sample/trees";

/** The hyperparameters. */
export interface BoostingSettings {
  readonly trees: number;
  /** The levels of a tree. */
  readonly depth: number;
  /** The share of the remaining error that each tree corrects. */
  readonly learningRate: number;
  /**
   * The penalty that moves leaves with few observations towards 0. The penalty has the same effect as further
   * observations without error.
   */
  readonly l2: number;
  /** The decimals of a leaf. */
  readonly decimals: number;
}

/** A feature in bins: for each row, the number of thresholds that the row's value reaches. */
interface Binned {
  readonly thresholds: readonly number[];
  readonly bins: Uint16Array;
}

interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly gain: number;
}

/**
 * Gradient boosting of symmetric trees for the squared error: each tree is trained on the remaining error of the previous
 * trees.
 *
 * @param rows - rows of equal length
 * @param targets - one target per row
 */
export function boost(
  rows: readonly (readonly number[])[],
  targets: readonly number[],
  settings: BoostingSettings,
): Trees {
  const round = (value: number) => Number(value.toFixed(settings.decimals));
  const bias = round(targets.reduce((sum, target) => sum + target, 0) / targets.length);
  const features = (rows[0] ?? []).map((_, column) => bin(rows.map((row) => row[column] ?? 0)));
  const errors = Float64Array.from(targets, (target) => target - bias);
  const trees: Tree[] = [];
  for (let n = 0; n < settings.trees; n++) {
    const tree = grow(features, errors, settings, round);
    trees.push(tree);
    // The error uses the rounded leaves, so that the following trees correct the rounding.
    rows.forEach((row, i) => {
      errors[i] = (errors[i] ?? 0) - leafOf(tree, row);
    });
  }
  return { bias, trees };
}

/** Creates the bins of a feature, with thresholds half-way between neighbouring values. */
function bin(values: readonly number[]): Binned {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  const thresholds = distinct.slice(1).map((value, i) => (value + (distinct[i] ?? 0)) / 2);
  const binOf = new Map(distinct.map((value, i) => [value, i]));
  return { thresholds, bins: Uint16Array.from(values, (value) => binOf.get(value) ?? 0) };
}

function grow(
  features: readonly Binned[],
  errors: Float64Array,
  { depth, learningRate, l2 }: BoostingSettings,
  round: (value: number) => number,
): Tree {
  const leafOfRow = new Uint16Array(errors.length);
  const splits: { feature: number; threshold: number }[] = [];
  for (let level = 0; level < depth; level++) {
    const best = bestSplit(features, errors, leafOfRow, 1 << level, l2);
    // All rows have equal features.
    if (best === undefined) break;
    splits.push({
      feature: best.feature,
      threshold: features[best.feature]?.thresholds[best.threshold] ?? 0,
    });
    features[best.feature]?.bins.forEach((value, row) => {
      if (value > best.threshold) leafOfRow[row] = (leafOfRow[row] ?? 0) | (1 << level);
    });
  }
  const sums = new Float64Array(1 << splits.length);
  const counts = new Float64Array(sums.length);
  leafOfRow.forEach((leaf, row) => {
    sums[leaf] = (sums[leaf] ?? 0) + (errors[row] ?? 0);
    counts[leaf] = (counts[leaf] ?? 0) + 1;
  });
  return {
    features: splits.map(({ feature }) => feature),
    thresholds: splits.map(({ threshold }) => threshold),
    leaves: [...sums].map((sum, leaf) => round((learningRate * sum) / ((counts[leaf] ?? 0) + l2))),
  };
}

/** The split with the highest gain over all leaves; of equal splits, the first. */
function bestSplit(
  features: readonly Binned[],
  errors: Float64Array,
  leafOfRow: Uint16Array,
  leaves: number,
  l2: number,
): Split | undefined {
  let best: Split | undefined;
  features.forEach(({ thresholds, bins }, feature) => {
    const gains = gainsOf(bins, thresholds.length, errors, leafOfRow, leaves, l2);
    gains.forEach((gain, threshold) => {
      if (best === undefined || gain > best.gain) best = { feature, threshold, gain };
    });
  });
  return best;
}

/** The reduction of the squared error by each threshold of one feature. */
function gainsOf(
  bins: Uint16Array,
  thresholds: number,
  errors: Float64Array,
  leafOfRow: Uint16Array,
  leaves: number,
  l2: number,
): Float64Array {
  const width = thresholds + 1;
  const sums = new Float64Array(leaves * width);
  const counts = new Float64Array(leaves * width);
  for (let row = 0; row < bins.length; row++) {
    const cell = (leafOfRow[row] ?? 0) * width + (bins[row] ?? 0);
    sums[cell] = (sums[cell] ?? 0) + (errors[row] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const gains = new Float64Array(thresholds);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const from = leaf * width;
    const sum = sums.subarray(from, from + width).reduce((a, b) => a + b, 0);
    const count = counts.subarray(from, from + width).reduce((a, b) => a + b, 0);
    let below = 0;
    let countBelow = 0;
    for (let threshold = 0; threshold < thresholds; threshold++) {
      below += sums[from + threshold] ?? 0;
      countBelow += counts[from + threshold] ?? 0;
      const gain = below ** 2 / (countBelow + l2) + (sum - below) ** 2 / (count - countBelow + l2);
      gains[threshold] = (gains[threshold] ?? 0) + gain;
    }
  }
  return gains;
}
