/**
 * Trains the sample model:
 *
 *   node --import tsx local/samples/breast-cancer/train.ts <path of wdbc.data>
 *
 * and writes weights.json beside this file. The same data give the same weights.
 */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { logisticScore, type Weights } from "./score";

/** The row that the published request consists of: never trained on. */
const PUBLISHED_ROW = "857156";
const EPOCHS = 3_000;
const LEARNING_RATE = 0.5;
/** Keeps weights small: the features are strongly correlated. */
const L2 = 1e-3;
/** Enough to reproduce every label, and independent of the last bit of a machine's exp(). */
const SIGNIFICANT_DIGITS = 6;

interface Observation {
  readonly id: string;
  readonly malignant: 0 | 1;
  readonly features: readonly number[];
}

function read(file: string): Observation[] {
  const lines = readFileSync(file, "utf8").trim().split(/\r?\n/);
  return lines.slice(1).map((line) => {
    const [id = "", diagnosis, ...features] = line.split(",");
    return { id, malignant: diagnosis === "M" ? 1 : 0, features: features.map(Number) };
  });
}

/** A fifth, chosen by the row's id alone. */
function isHeldOut({ id }: Observation): boolean {
  return id === PUBLISHED_ROW || (createHash("sha256").update(id).digest()[0] ?? 0) % 5 === 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** Full-batch gradient descent on standardized features. */
function train(observations: readonly Observation[]): Weights {
  const columns =
    observations[0]?.features.map((_, column) => observations.map((o) => o.features[column] ?? 0)) ?? [];
  const means = columns.map(mean);
  const deviations = columns.map((column, j) =>
    Math.sqrt(mean(column.map((x) => (x - (means[j] ?? 0)) ** 2))),
  );
  const standardized = observations.map((o) =>
    o.features.map((x, j) => (x - (means[j] ?? 0)) / (deviations[j] ?? 1)),
  );

  const weights = columns.map(() => 0);
  let bias = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const gradient = weights.map((weight) => L2 * weight);
    let biasGradient = 0;
    standardized.forEach((row, i) => {
      const z = row.reduce((sum, x, j) => sum + x * (weights[j] ?? 0), bias);
      const error = (1 / (1 + Math.exp(-z)) - (observations[i]?.malignant ?? 0)) / standardized.length;
      row.forEach((x, j) => {
        gradient[j] = (gradient[j] ?? 0) + error * x;
      });
      biasGradient += error;
    });
    gradient.forEach((g, j) => {
      weights[j] = (weights[j] ?? 0) - LEARNING_RATE * g;
    });
    bias -= LEARNING_RATE * biasGradient;
  }
  // The standardization is folded into the weights, so that the model reads features as they come.
  const folded = weights.map((weight, j) => weight / (deviations[j] ?? 1));
  return {
    bias: round(bias - folded.reduce((sum, w, j) => sum + w * (means[j] ?? 0), 0)),
    weights: folded.map(round),
  };
}

function accuracy(model: Weights, observations: readonly Observation[]): number {
  const right = observations.filter((o) => Number(logisticScore(model, o.features) >= 0.5) === o.malignant);
  return right.length / observations.length;
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node --import tsx local/samples/breast-cancer/train.ts <path of wdbc.data>");
  process.exit(1);
}
const observations = read(file);
const heldOut = observations.filter(isHeldOut);
const trained = observations.filter((observation) => !isHeldOut(observation));
const model = train(trained);
writeFileSync(join(__dirname, "weights.json"), `${JSON.stringify(model, null, 2)}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
process.stdout.write(
  `trained on ${trained.length} rows: ${percent(accuracy(model, trained))} right; ` +
    `held out ${heldOut.length} rows: ${percent(accuracy(model, heldOut))} right\n`,
);
