import {
  type About,
  type Contract,
  fault,
  isRecord,
  parseJson,
  quote,
  requireOnePredictionPerRow,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "sagemaker-stages/model";
import * as z from "zod/mini";

/**
 * The number of features: mean, standard error and worst value of radius, texture, perimeter, area, smoothness,
 * compactness, concavity, concave points, symmetry and fractal dimension.
 */
const FEATURES = 30;

/** A number of `text/csv` as Linear Learner accepts it: a decimal number, possibly with spaces around it. */
const NUMBER = /^[ \t]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t]*$/;

/** One observation. The endpoint receives the numbers as the caller wrote them. */
const row = z.string().check((payload) => {
  const count = countCells(payload.value);
  if (count !== FEATURES) {
    const got = payload.value.trim() === "" ? "no number" : `${count} comma-separated value(s)`;
    payload.issues.push(fault(payload.value, { got, allowed: `${FEATURES} comma-separated numbers` }));
    return;
  }
  const cells = payload.value.split(",");
  const wrong = cells.findIndex((cell) => !NUMBER.test(cell) || !Number.isFinite(Number(cell)));
  if (wrong >= 0) {
    const got = `${quote(cells[wrong])} as number ${wrong + 1}`;
    payload.issues.push(fault(payload.value, { got, allowed: "finite decimal numbers" }));
  }
});

/** Counts cells without a list, because a text of 6 MB can have millions of cells. */
function countCells(text: string): number {
  let count = 1;
  for (let at = text.indexOf(","); at >= 0; at = text.indexOf(",", at + 1)) count++;
  return count;
}

const rows = z.array(row).check((payload) => {
  if (payload.value.length === 0) {
    payload.issues.push(fault(payload.value, { got: "an empty array", allowed: "at least one row" }));
  }
});

const schema = z.strictObject({ data: z.union([row, rows]) });

type Request = z.infer<typeof schema>;

/** Benign or malignant. */
export type Diagnosis = "B" | "M";

/** SageMaker Linear Learner, binary classifier on the Wisconsin Diagnostic Breast Cancer features. */
export const contract = {
  model: "breast-cancer",
  route: { method: "POST", path: "/breast-cancer" },
  schema,
  // 5,000 rows of the data set are 1.3 MB. Linear Learner answers this size well within API Gateway's 29 seconds.
  limits: { rows: 5_000, rowsIn: "data", payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },

  encode({ data }) {
    const lines = typeof data === "string" ? [data] : data;
    return {
      contentType: "text/csv",
      accept: "application/json",
      body: lines.join("\n"),
      rows: lines.length,
    };
  },

  decode(body, { data }) {
    const diagnoses = readPredictions(body).map(diagnose);
    requireOnePredictionPerRow(diagnoses.length, typeof data === "string" ? 1 : data.length);
    const [first] = diagnoses;
    return typeof data === "string" && first !== undefined ? first : diagnoses;
  },
} satisfies Contract<Request, Diagnosis | Diagnosis[]>;

/** The example is row 857156 of the data set. */
export const about: About<Request, Diagnosis | Diagnosis[]> = {
  title: "Breast cancer",
  description:
    "Classifies a breast mass as benign (B) or malignant (M) by 30 measurements of its cell nuclei, for one or more observations.",
  allowed: '{"data": "<30 comma-separated numbers>"} or {"data": ["<30 numbers>", "<30 numbers>", …]}',
  example: {
    request: {
      data: "13.49,22.3,86.91,561.0,0.08752,0.07697999999999999,0.047510000000000004,0.033839999999999995,0.1809,0.057179999999999995,0.2338,1.3530000000000002,1.735,20.2,0.004455,0.013819999999999999,0.02095,0.01184,0.01641,0.001956,15.15,31.82,99.0,698.8,0.1162,0.1711,0.2282,0.1282,0.2871,0.06917000000000001",
    },
    answer: "B",
  },
};

/** Reads `{"predictions": [{"score": 0.0123, "predicted_label": 0}]}`. */
function readPredictions(body: string): Record<string, unknown>[] {
  const document = parseJson(body);
  const list = isRecord(document) ? document.predictions : undefined;
  if (!Array.isArray(list) || !list.every(isRecord)) {
    throw new UnreadablePredictions("the answer has no list of predictions");
  }
  return list;
}

function diagnose({ score, predicted_label: label }: Record<string, unknown>): Diagnosis {
  // The endpoint computes the label with the threshold of the training, which can differ from 0.5.
  if (label === 0) return "B";
  if (label === 1) return "M";
  if (label === undefined && typeof score === "number" && score >= 0 && score <= 1)
    return score >= 0.5 ? "M" : "B";
  throw new UnreadablePredictions(
    "a prediction has neither a predicted_label of 0 or 1 nor a score from 0 to 1",
  );
}
