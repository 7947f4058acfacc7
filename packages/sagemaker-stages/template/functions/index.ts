import { defineModels } from "sagemaker-stages/model";
import * as example from "./example/contract";

/** The models that environments can serve. The name of a model is also the name of its folder beside this file. */
export const models = defineModels({
  example,
});

/** The name of a model. */
export type ModelName = keyof typeof models;
