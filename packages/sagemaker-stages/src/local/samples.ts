import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../lib/user-error";
import type { Container } from "./sagemaker/container";

/** The exports of `functions/<model>/sample/index.ts`. */
interface SampleModule {
  /** The sample model, which answers in place of the trained model. */
  readonly sample?: Container;
  /** The same sample model with the answers of BlazingText. */
  readonly blazingText?: Container;
}

/** The path of a sample model from the model's folder. */
const SAMPLE = "sample/index.ts";

/**
 * Loads the sample models of an app, by the name of the model.
 *
 * @param folder - the app's folder
 * @param options - `blazingText`: whether sample models that have a BlazingText container answer as this container
 * @throws UserError if the file of a sample model exports no `sample`
 */
export function loadSamples(
  folder: string,
  { blazingText }: { readonly blazingText: boolean },
): ReadonlyMap<string, Container> {
  const functions = join(folder, "functions");
  const models = readdirSync(functions).filter((model) => existsSync(join(functions, model, SAMPLE)));
  return new Map(
    models.map((model) => {
      const module: SampleModule = require(join(functions, model, "sample"));
      const { sample } = module;
      if (sample === undefined) {
        throw new UserError(
          `functions/${model}/${SAMPLE}: exports: got ${Object.keys(module).join(", ") || "nothing"}; allowed: sample, a Container of sagemaker-stages/sample`,
        );
      }
      return [model, blazingText ? (module.blazingText ?? sample) : sample] as const;
    }),
  );
}
