import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { PYTHON_RUNTIMES } from "../aws/lambda-runtimes";
import { HANDLER_FILE } from "../constructs/function/python/files";
import { checkPythonFolder } from "../constructs/function/python/package";
import type { PythonTarget } from "../constructs/function/python/pip-command";
import type { Environment } from "../environment/environment";
import { type Fault, FaultCollector, raw } from "../environment/fault-collector";
import { functionRuntimeOf } from "../environment/function-runtime";
import { appFolder } from "../lib/app-folder";
import { type PythonModel, ROUTE_PROPERTIES } from "../python-model";

const CATALOG = "functions/index.ts";

/** The file with the route of a model with a handler in Python. */
export function routeFile(name: string): string {
  const hasTypeScript = existsSync(join(appFolder(), "functions", name, "route.ts"));
  return `functions/${name}/${hasTypeScript ? "route.ts" : "route.json"}`;
}

/**
 * Checks that each model with a handler in Python has a folder with `handler.py`, and that each such folder has an entry.
 *
 * @param environments - environments without faults: their settings determine the runtime and the architecture
 */
export function checkPythonFolders(
  names: readonly string[],
  functions: string,
  faults: Fault[],
  environments: readonly Environment[],
): void {
  const hasHandler = (name: string) => existsSync(join(functions, name, HANDLER_FILE));
  for (const name of names) {
    const collector = new FaultCollector(`functions/${name}`, faults);
    if (hasHandler(name)) checkPythonFolder(join(functions, name), collector, targetsOf(name, environments));
    else {
      collector.require(
        false,
        HANDLER_FILE,
        raw("no such file"),
        `a folder with ${HANDLER_FILE} that has the model's name from ${CATALOG}`,
        `${CATALOG} names the model ${name} with python(…)`,
      );
    }
  }
  const folders = readdirSync(functions, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    new FaultCollector(`functions/${name}`, faults).require(
      names.includes(name) || !hasHandler(name),
      HANDLER_FILE,
      raw(`a handler that ${CATALOG} does not list`),
      `the entry ${JSON.stringify(name)}: python(…) in ${CATALOG}, or no ${HANDLER_FILE}`,
      "an environment can serve only the models of the catalog",
    );
  }
}

/** The runtimes and architectures of a model's handler in all environments. Without an environment: the defaults. */
function targetsOf(model: string, environments: readonly Environment[]): PythonTarget[] {
  const targets = environments.flatMap((environment): PythonTarget[] => {
    const settings = environment.models[model];
    if (settings === undefined) return [];
    const chosen = functionRuntimeOf(environment, settings, true);
    // The rules refuse a runtime of another language, with their own message.
    const runtime = PYTHON_RUNTIMES.find((known) => known === chosen);
    return [{ runtime, architecture: settings.function?.architecture }];
  });
  return targets.length === 0 ? [{}] : targets;
}

/** Checks the route of a handler in Python: its properties, and whether its schema could be read. */
export function checkPythonRoute(
  { schemaFault, unknown }: PythonModel["python"],
  collector: FaultCollector,
): void {
  for (const property of unknown) {
    collector.require(
      false,
      property,
      raw("an unknown property"),
      ROUTE_PROPERTIES.join(", "),
      "unknown properties are rejected, so that a typo cannot silently disable a property",
    );
  }
  collector.require(
    schemaFault === undefined,
    "schema",
    raw(schemaFault ?? ""),
    "a JSON Schema without references to other documents, or a schema of zod/mini",
    "the engine creates API Gateway's request model from the schema",
  );
}
