import { hashedNGrams } from "./n-grams";

/** A softmax regression on hashed n-grams. The last label scores 0; others are weighed against it. */
export interface Classifier {
  readonly labels: readonly string[];
  /** How many numbers features have. */
  readonly buckets: number;
  /** What each label but the last scores before any feature. */
  readonly bias: readonly number[];
  /** What a weight of 1 stands for. */
  readonly step: number;
  /** In base64, one signed byte a weight: bucket after bucket, for each label but the last. */
  readonly weights: string;
}

/** A label with its probability. */
export interface Likelihood {
  readonly label: string;
  readonly probability: number;
}

/** A function that tells how likely each label is for a text, the likeliest first. */
export function classifierFor(model: Classifier): (text: string) => Likelihood[] {
  const { labels, buckets, bias, step } = model;
  const weights = Int8Array.from(Buffer.from(model.weights, "base64"));
  return (text) => {
    const probabilities = likelihoods({ bias, step, weights }, hashedNGrams(text, buckets));
    return labels
      .map((label, index) => ({ label, probability: probabilities[index] ?? 0 }))
      .sort((a, b) => b.probability - a.probability);
  };
}

/** What is learned, as it is computed with. */
export interface SoftmaxRegression {
  /** One for each label but the last. */
  readonly bias: ArrayLike<number>;
  readonly step: number;
  /** Feature after feature, for each label but the last. */
  readonly weights: ArrayLike<number>;
}

/** The probability of each label, in the labels' order. */
export function likelihoods(
  { bias, step, weights }: SoftmaxRegression,
  features: readonly number[],
): number[] {
  const scale = step * scaleOf(features);
  const scores = Array.from(bias, (score, label) =>
    features.reduce((sum, feature) => sum + scale * (weights[feature * bias.length + label] ?? 0), score),
  );
  const powers = [...scores, 0].map((score) => Math.exp(score - Math.max(...scores, 0)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** What each feature of a text counts: a long text has more of them, and no more of a tone. */
export function scaleOf(features: readonly number[]): number {
  return 1 / Math.sqrt(Math.max(1, features.length));
}
