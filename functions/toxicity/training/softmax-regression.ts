import { UnexpectedData } from "../../../training/script";
import { likelihoods, type SoftmaxRegression, scaleOf } from "../sample/classifier";

/** An observation with its label. */
export interface Labelled {
  /** The numbers of the observation's features. */
  readonly features: readonly number[];
  /** The label's number. */
  readonly label: number;
}

/** The hyperparameters. */
export interface SoftmaxRegressionSettings {
  readonly labels: number;
  /** The number of features. */
  readonly buckets: number;
  readonly epochs: number;
  /** The learning rate of the first step. The rate decreases to 0 at the last step. */
  readonly learningRate: number;
  /**
   * The exponent of the class weights: the weight of a row is its label's frequency to the power of `-balance`. With 0,
   * all rows have equal weights; with 1, all labels have equal weights.
   */
  readonly balance: number;
}

/** The learning rate of the bias, relative to the weights. This rate is smaller, because every row changes the bias. */
const BIAS_RATE = 0.1;

/**
 * Trains with stochastic gradient descent, one row per step.
 *
 * @param rows - the observations, in an order that is independent of the labels
 * @throws UnexpectedData if a label has no row
 */
export function fitSoftmaxRegression(
  rows: readonly Labelled[],
  { labels, buckets, epochs, learningRate, balance }: SoftmaxRegressionSettings,
): SoftmaxRegression & { readonly bias: Float64Array; readonly weights: Float64Array } {
  const weightOfLabel = classWeights(rows, labels, balance);
  const weighed = labels - 1;
  const model = { bias: new Float64Array(weighed), step: 1, weights: new Float64Array(buckets * weighed) };
  const { bias, weights } = model;
  const steps = epochs * rows.length;
  for (let done = 0; done < steps; done++) {
    const { features, label } = rows[done % rows.length] ?? { features: [], label: 0 };
    const rate = learningRate * (1 - done / steps) * (weightOfLabel[label] ?? 0);
    const scale = scaleOf(features);
    const probabilities = likelihoods(model, features);
    for (let candidate = 0; candidate < weighed; candidate++) {
      const error = (probabilities[candidate] ?? 0) - (candidate === label ? 1 : 0);
      bias[candidate] = (bias[candidate] ?? 0) - BIAS_RATE * rate * error;
      for (const feature of features) {
        const at = feature * weighed + candidate;
        weights[at] = (weights[at] ?? 0) - rate * scale * error;
      }
    }
  }
  return model;
}

/** The weight of a row by label. The mean weight of all rows is 1. */
function classWeights(rows: readonly Labelled[], labels: number, balance: number): number[] {
  const counts = Array.from(
    { length: labels },
    (_, label) => rows.filter((row) => row.label === label).length,
  );
  const missing = counts.indexOf(0);
  if (missing >= 0)
    throw new UnexpectedData(`got no training row with the label ${missing}; expected rows of every label`);
  const powers = counts.map((count) => count ** -balance);
  const mean = powers.reduce((sum, power, label) => sum + power * (counts[label] ?? 0), 0) / rows.length;
  return powers.map((power) => power / mean);
}
