/**
 * Trains the sample model of breast-cancer. The model card is functions/breast-cancer/README.md.
 *
 *   npx tsx functions/breast-cancer/training/train.ts wdbc.data
 */

import { describeFaults, type LogisticRegression } from "sagemaker-stages/sample";
import { readCsv } from "../../../training/csv";
import {
  accuracy,
  fitLogisticRegression,
  type Labelled,
  majority,
  rounded,
} from "../../../training/logistic-regression";
import { type Outcome, percent, runTraining, UnexpectedData } from "../../../training/script";
import { split } from "../../../training/split";
import { contract } from "../contract";

/** The row of the published request. This row is always held out. */
const PUBLISHED_ROW = "857156";
/** The features are strongly correlated. The penalty prevents large weights of opposite signs. */
const SETTINGS = { epochs: 3_000, learningRate: 0.5, l2: 1e-3 };

interface Observation extends Labelled {
  readonly id: string;
}

function read(text: string): Observation[] {
  const records = readCsv(text);
  // The publisher's file has no header, but copies often have a header.
  const isHeader = /^\d+$/.test(records[0]?.[0] ?? "") ? 0 : 1;
  return records.slice(isHeader).map(([id = "", diagnosis, ...cells], index) => {
    if (diagnosis !== "M" && diagnosis !== "B") {
      throw new UnexpectedData(`row ${index + 1}: diagnosis: got ${diagnosis}; expected M or B`);
    }
    const request = { data: cells.join() };
    const parsed = contract.schema.safeParse(request);
    if (!parsed.success) {
      throw new UnexpectedData(`row ${index + 1}: ${describeFaults(parsed.error.issues, request)}`);
    }
    const features = contract.encode(parsed.data).body.split(",").map(Number);
    return { id, label: diagnosis === "M" ? 1 : 0, features };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Trains on standardized features, and folds the standardization into the weights: the model accepts raw features. */
function fitStandardized(observations: readonly Observation[]): LogisticRegression {
  const columns =
    observations[0]?.features.map((_, column) => observations.map((o) => o.features[column] ?? 0)) ?? [];
  const means = columns.map(mean);
  const deviations = columns.map(
    (column, j) =>
      // A constant feature has the deviation 0.
      Math.sqrt(mean(column.map((x) => (x - (means[j] ?? 0)) ** 2))) || 1,
  );
  const standardized = observations.map(({ label, features }) => ({
    label,
    features: features.map((x, j) => (x - (means[j] ?? 0)) / (deviations[j] ?? 1)),
  }));
  const { bias, weights } = fitLogisticRegression(standardized, SETTINGS);
  const folded = weights.map((weight, j) => weight / (deviations[j] ?? 1));
  return { bias: bias - folded.reduce((sum, w, j) => sum + w * (means[j] ?? 0), 0), weights: folded };
}

function train(observations: readonly Observation[]): Outcome {
  const { trained, heldOut } = split(
    observations,
    ({ id }) => id,
    ({ id }) => id === PUBLISHED_ROW,
  );
  const model = rounded(fitStandardized(trained));
  return {
    files: { "functions/breast-cancer/sample/weights.json": `${JSON.stringify(model, null, 2)}\n` },
    report: [
      `trained on ${trained.length} rows: ${percent(accuracy(model, trained))} right`,
      `held out ${heldOut.length} rows: ${percent(accuracy(model, heldOut))} right; ` +
        `with the more frequent answer for every row ${percent(majority(heldOut))}`,
    ],
  };
}

runTraining({ model: "breast-cancer", files: ["wdbc.data"], read, train });
