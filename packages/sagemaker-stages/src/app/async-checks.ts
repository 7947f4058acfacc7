import { existsSync } from "node:fs";
import { join } from "node:path";
import { asyncOf } from "../environment/async-requests";
import type { Environment } from "../environment/environment";
import { type Fault, FaultCollector, raw } from "../environment/fault-collector";
import type { ModelSettings } from "../environment/model-settings";
import { appFolder } from "../lib/app-folder";

/**
 * Finds asynchronous models whose handler is not generated.
 *
 * @param environments - environments without other faults
 * @param folder - the app's folder
 */
export function findAsyncFaults(environments: readonly Environment[], folder: string = appFolder()): Fault[] {
  const faults: Fault[] = [];
  for (const environment of environments) {
    for (const [name, settings] of Object.entries<ModelSettings>(environment.models)) {
      if (asyncOf(settings) === undefined) continue;
      new FaultCollector(environment.name, faults)
        .in(`models.${name}`)
        .require(
          !existsSync(join(folder, "functions", name, "handler.ts")),
          "instances.async",
          raw("async for a model with handler.ts"),
          "no async, or a model without handler.ts",
          "the handler is the model's own code, and the engine's handler serves asynchronous requests",
        );
    }
  }
  return faults;
}
