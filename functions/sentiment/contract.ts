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
import { countWords, readVocabulary } from "./bag-of-words";
import document from "./vocabulary.json";

/** What the training wrote. A word such as `constructor` is a word, hence a Map and no object. */
const vocabulary = readVocabulary(document);

const review = z.string().check((payload) => {
  if (payload.value.trim() === "") {
    payload.issues.push(fault(payload.value, { got: "an empty review", allowed: "the text of a review" }));
  }
});

const schema = z.strictObject({ review });

type Request = z.infer<typeof schema>;

/** What a review thinks, and the probability that it is positive. */
export interface Sentiment {
  readonly sentiment: "positive" | "negative";
  readonly score: number;
}

/** XGBoost on a bag of words. */
export const contract = {
  model: "sentiment",
  route: { method: "POST", path: "/sentiment" },
  schema,
  limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },
  text: {
    read: (text) => ({ review: text }),
    write: ({ sentiment }) => (sentiment === "positive" ? "1" : "0"),
  },

  encode(request) {
    const body = countWords(request.review, vocabulary).join(",");
    return { contentType: "text/csv", accept: "text/csv", body, rows: 1 };
  },

  decode(body) {
    const [cell = ""] = splitPredictions(body, /[\s,]+/g, 1);
    const score = readDecimal(cell);
    if (!(score >= 0 && score <= 1)) throw new UnreadablePredictions("the answer is no probability");
    // Python's round: 0.5 is 0.
    return { sentiment: score > 0.5 ? "positive" : "negative", score };
  },
} satisfies Contract<Request, Sentiment>;

/** A review that any vocabulary knows words of. */
export const about: About<Request, Sentiment> = {
  title: "Sentiment",
  description: "Tells whether a review is positive: as JSON with a score, or to text/plain with 1 or 0.",
  allowed: '{"review": "<text>"} as application/json, or the review itself as text/plain',
  example: {
    request: { review: "This is a wonderful film, and the actors are great." },
    answer: { sentiment: "positive", score: 0.8731 },
  },
};
