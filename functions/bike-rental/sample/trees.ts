/**
 * A symmetric tree: all nodes of a level have the same split. Each level gives one bit, and the bits are the index of the
 * leaf.
 */
export interface Tree {
  /** The column of each level's feature. */
  readonly features: readonly number[];
  /** The threshold of each level. The level's bit is 1 if the feature is at least the threshold. */
  readonly thresholds: readonly number[];
  /** One value for each combination of bits. The first level is the lowest bit. */
  readonly leaves: readonly number[];
}

/** A model whose prediction is the sum of its trees. */
export interface Trees {
  readonly bias: number;
  readonly trees: readonly Tree[];
}

/** The prediction of one tree for an observation. */
export function leafOf({ features, thresholds, leaves }: Tree, row: readonly number[]): number {
  let leaf = 0;
  features.forEach((feature, level) => {
    if ((row[feature] ?? 0) >= (thresholds[level] ?? 0)) leaf |= 1 << level;
  });
  return leaves[leaf] ?? 0;
}

/** The prediction of all trees for an observation. */
export function sumOfTrees({ bias, trees }: Trees, row: readonly number[]): number {
  return trees.reduce((sum, tree) => sum + leafOf(tree, row), bias);
}
