import {
  type About,
  type Contract,
  fault,
  readDecimal,
  SERVERLESS_PAYLOAD_IN_BYTES,
  splitPredictions,
  UnreadablePredictions,
} from "sagemaker-stages/model";
import * as z from "zod/mini";

/** A row: length and width in centimetres. */
const row = z.strictObject({ length: z.number(), width: z.number() });

const schema = z.strictObject({
  rows: z.array(row).check((payload) => {
    if (payload.value.length > 0) return;
    payload.issues.push(fault(payload.value, { got: "an empty array", allowed: "at least one row" }));
  }),
});

type Request = z.infer<typeof schema>;

/** A regression, e.g. of SageMaker XGBoost: rows of numbers, and one prediction for each row. */
export const contract = {
  model: "example",
  route: { method: "POST", path: "/example" },
  schema,
  limits: { rows: 1_000, rowsIn: "rows", payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },

  encode({ rows }) {
    return {
      contentType: "text/csv",
      accept: "text/csv",
      body: rows.map(({ length, width }) => `${length},${width}`).join("\n"),
      rows: rows.length,
    };
  },

  decode(body, { rows }) {
    const predictions = splitPredictions(body, /[\n,]/g, rows.length).map(readDecimal);
    if (predictions.some(Number.isNaN)) throw new UnreadablePredictions("a prediction is not a number");
    return predictions;
  },
} satisfies Contract<Request, number[]>;

/** The documentation, the page and the smoke test show this request and this answer. */
export const about: About<Request, number[]> = {
  title: "Example",
  description: "Predicts one number from a length and a width, for one or more rows.",
  allowed: '{"rows": [{"length": <number>, "width": <number>}, …]}',
  example: { request: { rows: [{ length: 4, width: 2.5 }] }, answer: [10] },
};
