import { type LogisticRegression, logisticScore } from "sagemaker-stages/sample";
import { UnexpectedData } from "./script";

/** The settings of the training. */
export interface LogisticRegressionSettings {
  readonly epochs: number;
  readonly learningRate: number;
  /** The strength of the L2 regularization. A higher value keeps the weights, and the influence of one feature, smaller. */
  readonly l2: number;
}

/** An observation with its label. */
export interface Labelled {
  readonly features: readonly number[];
  readonly label: 0 | 1;
}

/**
 * Fits the weights by gradient descent over all rows at once.
 *
 * @throws UnexpectedData if all rows have the same label
 */
export function fitLogisticRegression(
  rows: readonly Labelled[],
  { epochs, learningRate, l2 }: LogisticRegressionSettings,
): LogisticRegression {
  if (new Set(rows.map(({ label }) => label)).size < 2) {
    throw new UnexpectedData(`all ${rows.length} rows to train on have one label; expected two`);
  }
  // Most counts of words are 0. A feature of 0 does not change the gradient, and is skipped for speed.
  const entries = rows.map(({ features }) => [...features.entries()].filter(([, value]) => value !== 0));
  const weights = (rows[0]?.features ?? []).map(() => 0);
  let bias = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const gradient = weights.map((weight) => l2 * weight);
    let biasGradient = 0;
    entries.forEach((row, i) => {
      const z = row.reduce((sum, [j, value]) => sum + value * (weights[j] ?? 0), bias);
      const error = (1 / (1 + Math.exp(-z)) - (rows[i]?.label ?? 0)) / rows.length;
      for (const [j, value] of row) gradient[j] = (gradient[j] ?? 0) + error * value;
      biasGradient += error;
    });
    gradient.forEach((slope, j) => {
      weights[j] = (weights[j] ?? 0) - learningRate * slope;
    });
    bias -= learningRate * biasGradient;
  }
  return { bias, weights };
}

/** The share of rows that a model classifies correctly. A score of 0.5 or more means label 1. */
export function accuracy(model: LogisticRegression, rows: readonly Labelled[]): number {
  const right = rows.filter(({ features, label }) => Number(logisticScore(model, features) >= 0.5) === label);
  return right.length / rows.length;
}

/** The share of rows with the more frequent label: the accuracy of a model that always predicts this label. */
export function majority(rows: readonly Labelled[]): number {
  const ones = rows.filter(({ label }) => label === 1).length / rows.length;
  return Math.max(ones, 1 - ones);
}

/** Enough digits for every answer, and few enough that machines with a different `exp()` write the same file. */
const SIGNIFICANT_DIGITS = 6;

/** Rounds a model for its file. */
export function rounded({ bias, weights }: LogisticRegression): LogisticRegression {
  const round = (value: number) => Number(value.toPrecision(SIGNIFICANT_DIGITS));
  return { bias: round(bias), weights: weights.map(round) };
}
