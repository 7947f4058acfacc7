/** The quality of a classifier's answers. */
export interface Confusion {
  /** The share of rows with the right answer. */
  readonly accuracy: number;
  /** The F1 score of each label. */
  readonly f1: readonly number[];
  /** The unweighted mean of the labels' F1 scores. */
  readonly macroF1: number;
}

/** Compares the true labels with the answers. Labels are numbers. */
export function compare(truth: readonly number[], answers: readonly number[], labels: number): Confusion {
  const right = truth.filter((label, row) => label === answers[row]);
  const f1 = Array.from({ length: labels }, (_, label) => {
    const count = (list: readonly number[]) => list.filter((candidate) => candidate === label).length;
    // 2 × precision × recall / (precision + recall), without a division by 0 for a label that is never answered.
    return (2 * count(right)) / Math.max(1, count(truth) + count(answers));
  });
  return {
    accuracy: right.length / truth.length,
    f1,
    macroF1: f1.reduce((sum, value) => sum + value, 0) / labels,
  };
}
