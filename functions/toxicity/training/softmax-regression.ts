import { UnexpectedData } from "../../../training/script";
import { likelihoods, type SoftmaxRegression, scaleOf } from "../sample/classifier";

/** An observation with its answer. */
export interface Labelled {
  /** The features that it has, by number. */
  readonly features: readonly number[];
  /** The label's number. */
  readonly label: number;
}

/** How weights are found. */
export interface SoftmaxRegressionSettings {
  readonly labels: number;
  /** How many features there are. */
  readonly buckets: number;
  readonly epochs: number;
  /** Of the first row; it falls to 0 with the last. */
  readonly learningRate: number;
  /**
   * How much more a row of a rare label counts: its label's frequency to the power of minus this. From 0, where
   * every row counts the same, to 1, where every label does.
   */
  readonly balance: number;
}

/** A step of the bias, beside one of the weights: every row moves it, so that it needs smaller ones. */
const BIAS_RATE = 0.1;

/**
 * Stochastic gradient descent, a row after the other.
 *
 * @param rows - in an order that has nothing to do with their labels
 * @throws UnexpectedData where a label has no row
 */
export function fitSoftmaxRegression(
  rows: readonly Labelled[],
  { labels, buckets, epochs, learningRate, balance }: SoftmaxRegressionSettings,
): SoftmaxRegression & { readonly bias: Float64Array; readonly weights: Float64Array } {
  const importance = importanceOfLabels(rows, labels, balance);
  const weighed = labels - 1;
  const model = { bias: new Float64Array(weighed), step: 1, weights: new Float64Array(buckets * weighed) };
  const { bias, weights } = model;
  const steps = epochs * rows.length;
  for (let done = 0; done < steps; done++) {
    const { features, label } = rows[done % rows.length] ?? { features: [], label: 0 };
    const rate = learningRate * (1 - done / steps) * (importance[label] ?? 0);
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

/** What a row of each label counts; 1 on the average of the rows. */
function importanceOfLabels(rows: readonly Labelled[], labels: number, balance: number): number[] {
  const counts = Array.from(
    { length: labels },
    (_, label) => rows.filter((row) => row.label === label).length,
  );
  const missing = counts.indexOf(0);
  if (missing >= 0)
    throw new UnexpectedData(`no row to train on has the label ${missing}; expected some of each`);
  const powers = counts.map((count) => count ** -balance);
  const mean = powers.reduce((sum, power, label) => sum + power * (counts[label] ?? 0), 0) / rows.length;
  return powers.map((power) => power / mean);
}
