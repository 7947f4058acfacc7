import { defineModels } from "sagemaker-stages/model";
import * as example from "./example/contract";

/**
 * The models that environments can serve. If a model has a folder beside this file, the folder has the model's name.
 * `npx sagemaker-stages new-model <name>` adds a model.
 */
export const models = defineModels({
  example,
});

/** The name of a model: an environment that names another model does not compile. */
export type ModelName = keyof typeof models;
