import * as bikeRental from "./bike-rental/contract";
import * as breastCancer from "./breast-cancer/contract";
import * as sentiment from "./sentiment/contract";
import type { About, Contract } from "../packages/sagemaker-stages/src/runtime/contract";
import * as toxicity from "./toxicity/contract";

/** The models that exist. A model's folder beside this file has the name that stands here. */
export const catalog = {
  "breast-cancer": entry(breastCancer),
  "bike-rental": entry(bikeRental),
  sentiment: entry(sentiment),
  toxicity: entry(toxicity),
} as const;

/** A model that an environment can deploy. */
export type ModelName = keyof typeof catalog;

function entry<Request, Answer>(model: {
  readonly contract: Contract<Request, Answer>;
  readonly about: About<Request, Answer>;
}): Contract<Request, Answer> & About<Request, Answer> {
  return { ...model.contract, ...model.about };
}
