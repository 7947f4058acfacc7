/**
 * A symmetric tree: all nodes of a level ask the same question, so that the answers, one bit a level, are the
 * number of the leaf.
 */
export interface Tree {
  /** Which feature a level asks about, by its column. */
  readonly features: readonly number[];
  /** The bit of a level is 1 where its feature is at least this. */
  readonly thresholds: readonly number[];
  /** One value for each combination of answers; the first level is the lowest bit. */
  readonly leaves: readonly number[];
}

/** Trees whose values add up. */
export interface Trees {
  readonly bias: number;
  readonly trees: readonly Tree[];
}

/** What one tree says of an observation. */
export function leafOf({ features, thresholds, leaves }: Tree, row: readonly number[]): number {
  let leaf = 0;
  features.forEach((feature, level) => {
    if ((row[feature] ?? 0) >= (thresholds[level] ?? 0)) leaf |= 1 << level;
  });
  return leaves[leaf] ?? 0;
}

/** What all trees say of an observation. */
export function sumOfTrees({ bias, trees }: Trees, row: readonly number[]): number {
  return trees.reduce((sum, tree) => sum + leafOf(tree, row), bias);
}
