import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Container } from "./sagemaker/container";

/** The exports of `functions/<model>/sample/index.ts`. */
interface SampleModule {
  /** Answers in place of the trained model. */
  readonly sample?: Container;
  /** The same model, which answers as BlazingText. */
  readonly blazingText?: Container;
}

/**
 * The sample models of an app, by the name of the model.
 *
 * @param folder - the app's folder
 * @param options - `blazingText`: whether the sample models that can answer as BlazingText do so
 */
export function loadSamples(
  folder: string,
  { blazingText }: { readonly blazingText: boolean },
): ReadonlyMap<string, Container> {
  const functions = join(folder, "functions");
  const models = readdirSync(functions).filter((model) => existsSync(join(functions, model, "sample")));
  return new Map(
    models.flatMap((model): [string, Container][] => {
      const module: SampleModule = require(join(functions, model, "sample"));
      const container = blazingText ? (module.blazingText ?? module.sample) : module.sample;
      return container === undefined ? [] : [[model, container]];
    }),
  );
}
