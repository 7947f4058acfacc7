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

/** The vocabulary of the training. A Map, not an object, because a word can be `constructor`. */
const vocabulary = readVocabulary(document);

const review = z.string().check((payload) => {
  if (payload.value.trim() === "") {
    payload.issues.push(fault(payload.value, { got: "an empty review", allowed: "the text of a review" }));
  }
});

const schema = z.strictObject({ review });

type Request = z.infer<typeof schema>;

/** The sentiment of a review, and the probability that the review is positive. */
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
    if (!(score >= 0 && score <= 1)) throw new UnreadablePredictions("the answer is not a probability");
    // Like Python's `round`: 0.5 becomes 0.
    return { sentiment: score > 0.5 ? "positive" : "negative", score };
  },
} satisfies Contract<Request, Sentiment>;

/** The example has common words, so that every vocabulary contains some of these words. */
export const about: About<Request, Sentiment> = {
  title: "Sentiment",
  description: "Classifies a review as positive or negative: JSON with a score, or for text/plain 1 or 0.",
  allowed: '{"review": "<text>"} as application/json, or the review itself as text/plain',
  example: {
    request: { review: "This is a wonderful film, and the actors are great." },
    answer: { sentiment: "positive", score: 0.8731 },
  },
};
