import { catalog, type ModelName } from "../../../../../functions";
import { csv, json, predictions } from "./answers";
import type { ScriptedAnswer } from "./endpoint-server";

/** What a contract with more code of its own adds to its package: a calendar, a bag of words, two formats of an answer. */
const OWN_CODE_IN_BYTES = 500;

/** One request of a model, as every model has one. */
export interface Invocation {
  readonly model: ModelName;
  /** The bare request of the model's own example. */
  readonly event: unknown;
  /** What the endpoint says to it. */
  readonly answered: ScriptedAnswer;
  /** What the endpoint is sent. */
  readonly sent: string;
  /**
   * Bytes that the model's own code may add to the package, compressed. Its data is not counted.
   *
   * @default 0
   */
  readonly extraInBytes?: number;
}

const { "breast-cancer": breastCancer, "bike-rental": bikeRental, sentiment, toxicity } = catalog;

/** One of each model. */
export const invocations: readonly Invocation[] = [
  {
    model: "breast-cancer",
    event: breastCancer.example.request,
    answered: predictions(0),
    sent: breastCancer.encode(breastCancer.example.request).body,
  },
  {
    model: "bike-rental",
    event: bikeRental.example.request,
    answered: csv("6.349300861358643\n"),
    sent: bikeRental.encode(bikeRental.example.request).body,
    extraInBytes: OWN_CODE_IN_BYTES,
  },
  {
    model: "sentiment",
    event: sentiment.example.request,
    answered: csv("0.8731"),
    sent: sentiment.encode(sentiment.example.request).body,
    extraInBytes: OWN_CODE_IN_BYTES,
  },
  {
    model: "toxicity",
    event: { queryStringParameters: toxicity.example.request },
    answered: json([
      [["__label__none", "__label__toxic", "__label__obscene"]],
      [["0.9797907", "0.02019908", "3.6296085e-05"]],
    ]),
    sent: toxicity.encode(toxicity.example.request).body,
    extraInBytes: OWN_CODE_IN_BYTES,
  },
];
