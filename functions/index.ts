import { defineModels } from "sagemaker-stages/model";
import * as bikeRental from "./bike-rental/contract";
import * as breastCancer from "./breast-cancer/contract";
import * as sentiment from "./sentiment/contract";
import * as toxicity from "./toxicity/contract";

/**
 * The models that environments can serve. The name of a model is also the name of its folder next to this file.
 * `npx sagemaker-stages new-model <name>` adds a model.
 */
export const models = defineModels({
  "breast-cancer": breastCancer,
  "bike-rental": bikeRental,
  sentiment,
  toxicity,
});

/** The name of a model. An environment with an unknown name does not compile. */
export type ModelName = keyof typeof models;
