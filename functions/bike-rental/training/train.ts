/**
 * Trains the sample model of bike-rental. The model card is functions/bike-rental/README.md.
 *
 *   npx tsx functions/bike-rental/training/train.ts train.csv
 */

import { describeFaults } from "sagemaker-stages/sample";
import { readCsv, rowsBelow } from "../../../training/csv";
import { type Outcome, runTraining, UnexpectedData } from "../../../training/script";
import { split } from "../../../training/split";
import { contract } from "../contract";
import { sumOfTrees, type Trees } from "../sample/trees";
import { type BoostingSettings, boost } from "./boosting";

const COLUMNS =
  "datetime,season,holiday,workingday,weather,temp,atemp,humidity,windspeed,casual,registered,count";

/** The days of the documentation's examples. These days are always held out. */
const PUBLISHED_DAYS = ["2012-12-10", "2012-12-19"];

const SETTINGS: BoostingSettings = { trees: 300, depth: 5, learningRate: 0.1, l2: 3, decimals: 4 };

interface Observation {
  readonly day: string;
  /** The features as the function sends them to the endpoint. */
  readonly features: readonly number[];
  readonly logCount: number;
}

function read(text: string): Observation[] {
  return rowsBelow(COLUMNS.split(","), readCsv(text)).map((row, index) => {
    const [datetime = "", ...cells] = row;
    const numbers = cells.map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)));
    const request = { instances: [{ features: [datetime, ...numbers.slice(0, 8)] }] };
    const parsed = contract.schema.safeParse(request);
    if (!parsed.success) {
      throw new UnexpectedData(`row ${index + 1}: ${describeFaults(parsed.error.issues, request)}`);
    }
    const count = numbers.at(-1) ?? Number.NaN;
    if (!(count >= 0))
      throw new UnexpectedData(`row ${index + 1}: count: got ${row.at(-1)}; expected a number from 0`);
    const features = contract.encode(parsed.data).body.split(",").map(Number);
    return { day: datetime.slice(0, 10), features, logCount: Math.log1p(count) };
  });
}

/** The root mean squared logarithmic error. Negative predictions count as zero. */
function rmsle(
  predict: (features: readonly number[]) => number,
  observations: readonly Observation[],
): number {
  const squares = observations.map(
    ({ features, logCount }) => (Math.max(0, predict(features)) - logCount) ** 2,
  );
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

function train(observations: readonly Observation[]): Outcome {
  // The split is by days, because the hours of a day are too similar for an independent test.
  const { trained, heldOut } = split(
    observations,
    ({ day }) => day,
    ({ day }) => PUBLISHED_DAYS.includes(day),
  );
  const model = boost(
    trained.map(({ features }) => features),
    trained.map(({ logCount }) => logCount),
    SETTINGS,
  );
  const predict = (features: readonly number[]) => sumOfTrees(model, features);
  return {
    files: { "functions/bike-rental/sample/weights.json": toText(model) },
    report: [
      `trained on ${trained.length} rows: RMSLE ${rmsle(predict, trained).toFixed(3)}`,
      `held out ${heldOut.length} rows: RMSLE ${rmsle(predict, heldOut).toFixed(3)}; ` +
        `with the mean for every row ${rmsle(() => model.bias, heldOut).toFixed(3)}`,
    ],
  };
}

/** The JSON of the model, with one tree per line. */
function toText({ bias, trees }: Trees): string {
  const lines = trees.map((tree) => `    ${JSON.stringify(tree)}`);
  return `{\n  "bias": ${bias},\n  "trees": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

runTraining({ model: "bike-rental", files: ["train.csv"], read, train });
