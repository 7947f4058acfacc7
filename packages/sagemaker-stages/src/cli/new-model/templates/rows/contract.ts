import {
  type About,
  type Contract,
  readDecimal,
  SERVERLESS_PAYLOAD_IN_BYTES,
  splitPredictions,
  UnreadablePredictions,
} from "sagemaker-stages/model";
import * as z from "zod/mini";

/** The number of features in a row. Callers send the features in the order of the training. */
const FEATURES = 4;

const row = z.array(z.number()).check(z.length(FEATURES, `a row of ${FEATURES} numbers`));

const schema = z.strictObject({ rows: z.array(row).check(z.minLength(1, "at least one row")) });

type Request = z.infer<typeof schema>;

/** One number, or several numbers such as the probability of each class. */
export type Prediction = number | number[];

/** The endpoint receives rows of numbers as CSV, and answers with one prediction for each row. */
export const contract = {
  model: "my-model",
  route: { method: "POST", path: "/my-model" },
  schema,
  limits: { rows: 1_000, rowsIn: "rows", payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },

  encode({ rows }) {
    const body = rows.map((features) => features.join(",")).join("\n");
    return { contentType: "text/csv", accept: "text/csv", body, rows: rows.length };
  },

  decode(body, { rows }) {
    const text = body.trim();
    // SageMaker XGBoost separates the predictions of several rows by commas; other containers use line breaks.
    const separator = rows.length === 1 || text.includes("\n") ? /\n/g : /,/g;
    return splitPredictions(text, separator, rows.length).map(readPrediction);
  },
} satisfies Contract<Request, Prediction[]>;

function readPrediction(line: string): Prediction {
  const numbers = line.split(",").map((cell) => readDecimal(cell.trim()));
  if (numbers.some(Number.isNaN)) throw new UnreadablePredictions("a prediction is not a number");
  const [first, ...others] = numbers;
  return first !== undefined && others.length === 0 ? first : numbers;
}

/**
 * The documentation, the page and the smoke test use the example. The answer equals the endpoint's request: the local
 * stage answers with this request until the model has a sample.
 */
export const about: About<Request, Prediction[]> = {
  title: "My model",
  description: "Predicts a value from four numbers, for one or more rows.",
  allowed: '{"rows": [[<4 numbers>], …]}',
  example: { request: { rows: [[5.1, 3.5, 1.4, 0.2]] }, answer: [[5.1, 3.5, 1.4, 0.2]] },
};
