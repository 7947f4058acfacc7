import { hashedNGrams } from "./n-grams";

/** The weights of a softmax regression on hashed n-grams. The score of the last label is always 0. */
export interface Classifier {
  readonly labels: readonly string[];
  /** The number of hash values of features. */
  readonly buckets: number;
  /** The bias of each label except the last. */
  readonly bias: readonly number[];
  /** The quantization step: a byte of 1 in `weights` is a weight of `step`. */
  readonly step: number;
  /** The weights in base64, one signed byte per weight: by bucket, then by label, without the last label. */
  readonly weights: string;
}

/** A label with its probability. */
export interface Likelihood {
  readonly label: string;
  readonly probability: number;
}

/** Creates a function that returns each label's probability for a text, the highest probability first. */
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

/** The decoded weights of a softmax regression. */
export interface SoftmaxRegression {
  /** The bias of each label except the last. */
  readonly bias: ArrayLike<number>;
  readonly step: number;
  /** The weights by feature, then by label, without the last label. */
  readonly weights: ArrayLike<number>;
}

/** The probability of each label, in the order of the labels. */
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

/** The factor of each feature. A long text has more features, but a long text is not more toxic. */
export function scaleOf(features: readonly number[]): number {
  return 1 / Math.sqrt(Math.max(1, features.length));
}
