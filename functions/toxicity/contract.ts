import {
  type About,
  type Contract,
  fault,
  isRecord,
  parseJson,
  quote,
  readDecimal,
  requireOnePredictionPerRow,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "sagemaker-stages/model";
import * as z from "zod/mini";

/** The default of fastText is 1, but the callers of this model expect two labels. */
const DEFAULT_LABELS = 2;

const text = z.string().check((payload) => {
  if (payload.value === "") {
    payload.issues.push(fault(payload.value, { got: "an empty text", allowed: "the text to classify" }));
  }
});

const labelCount = z.string().check((payload) => {
  if (!/^0*[1-9]\d{0,5}$/.test(payload.value)) {
    payload.issues.push(
      fault(payload.value, { got: quote(payload.value), allowed: "a whole number from 1 to 999999" }),
    );
  }
});

const schema = z.strictObject({ q: text, k: z.optional(labelCount) });

type Request = z.infer<typeof schema>;

/** The labels, the most probable label first, and their probabilities as text. */
export type Labels = [labels: string[], probabilities: string[]];

/** A classifier of fastText in a scikit-learn container, or of BlazingText. */
export const contract = {
  model: "toxicity",
  route: { method: "GET", path: "/toxicity" },
  schema,
  limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },

  encode({ q, k }) {
    const configuration = { k: k === undefined ? DEFAULT_LABELS : Number(k) };
    const body = JSON.stringify({ instances: [q], configuration });
    return { contentType: "application/json", accept: "application/json", body, rows: 1 };
  },

  decode(body) {
    const document = parseJson(body);
    if (!Array.isArray(document)) throw new UnreadablePredictions("the answer is not a list");
    return isRecord(document[0]) && "label" in document[0]
      ? readBlazingText(document)
      : readFastText(document);
  },
} satisfies Contract<Request, Labels>;

/** Reads `[{"label": […], "prob": […]}]`, one object per text. */
function readBlazingText(document: unknown[]): Labels {
  requireOnePredictionPerRow(document.length, 1);
  const [first] = document;
  return isRecord(first) ? readPair(first.label, first.prob) : readPair(undefined, undefined);
}

/** Reads `[[labels of a text, …], [probabilities of a text, …]]`. */
function readFastText(document: unknown[]): Labels {
  const [labels, probabilities] = document;
  if (document.length !== 2 || !Array.isArray(labels) || !Array.isArray(probabilities)) {
    throw new UnreadablePredictions("the answer is not a pair of labels and probabilities");
  }
  requireOnePredictionPerRow(labels.length, 1);
  requireOnePredictionPerRow(probabilities.length, 1);
  return readPair(labels[0], probabilities[0]);
}

function readPair(labels: unknown, probabilities: unknown): Labels {
  const isPair =
    Array.isArray(labels) &&
    Array.isArray(probabilities) &&
    labels.length === probabilities.length &&
    labels.every((label) => typeof label === "string");
  if (!isPair) throw new UnreadablePredictions("labels and probabilities do not match");
  return [labels, probabilities.map(readProbability)];
}

/** A probability of fastText can exceed 1 by 0.00001, because fastText computes in single precision. */
const MAX_PROBABILITY = 1.0001;

function readProbability(value: unknown): string {
  const number = typeof value === "string" ? readDecimal(value) : value;
  if (typeof number !== "number" || !(number >= 0 && number <= MAX_PROBABILITY)) {
    throw new UnreadablePredictions("a probability is not a number from 0 to 1");
  }
  return typeof value === "string" ? value : pythonRepr(number);
}

/** Formats a number like Python's `str`: exponent form below 0.0001, and always a point or an exponent. */
function pythonRepr(value: number): string {
  if (value !== 0 && value < 1e-4) {
    return value.toExponential().replace(/e-(\d)$/, "e-0$1");
  }
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** The example is the published example. */
export const about: About<Request, Labels> = {
  title: "Toxicity",
  description:
    "Classifies the toxicity of a text: the k most probable labels (default 2) with their probabilities.",
  allowed: "?q=<text>&k=<how many labels, a whole number from 1>",
  example: {
    request: { q: "who am i", k: "3" },
    answer: [
      ["__label__none", "__label__toxic", "__label__obscene"],
      ["0.9797907", "0.02019908", "3.6296085e-05"],
    ],
  },
};
