import { App } from "cdktf";
import { checkEnvironments, InvalidEnvironments } from "../environments/checks";
import type { Environment } from "../environments/environment";
import { withoutUndefined } from "../environments/present";
import { InferenceStack } from "./inference-stack";

/**
 * The app: one stack an environment.
 *
 * @param given - properties that are `undefined` are as if they were not there
 * @param outdir - where `synth()` writes; default CDKTF_OUTDIR or `cdktf.out`
 * @throws InvalidEnvironments with every fault, before anything is written
 */
export function createApp(given: readonly Environment[], outdir?: string): App {
  const environments = given.map(withoutUndefined<Environment>);
  const faults = checkEnvironments(environments);
  if (faults.length > 0) throw new InvalidEnvironments(faults);

  const app = new App(outdir === undefined ? {} : { outdir });
  for (const environment of environments) {
    new InferenceStack(app, environment);
  }
  return app;
}
