/** A logistic regression on the 30 features as they come. */
export interface Weights {
  readonly bias: number;
  readonly weights: readonly number[];
}

/** The probability that a mass is malignant. */
export function logisticScore({ bias, weights }: Weights, features: readonly number[]): number {
  const z = features.reduce((sum, feature, index) => sum + feature * (weights[index] ?? 0), bias);
  return 1 / (1 + Math.exp(-z));
}
