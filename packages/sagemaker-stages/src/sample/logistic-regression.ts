/** A logistic regression on features without scaling. */
export interface LogisticRegression {
  readonly bias: number;
  /** One weight per feature. */
  readonly weights: readonly number[];
}

/** The probability of the class 1. */
export function logisticScore({ bias, weights }: LogisticRegression, features: readonly number[]): number {
  const z = features.reduce((sum, feature, index) => sum + feature * (weights[index] ?? 0), bias);
  return 1 / (1 + Math.exp(-z));
}
