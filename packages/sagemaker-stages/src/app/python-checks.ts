import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { HANDLER_FILE } from "../constructs/function/python/files";
import { checkPythonFolder } from "../constructs/function/python/package";
import type { PythonTarget } from "../constructs/function/python/pip-command";
import type { Environment } from "../environment/environment";
import { type Fault, inWords, Report } from "../environment/report";
import { appFolder } from "../lib/app-folder";
import { type PythonModel, ROUTE_PROPERTIES } from "../python-model";

const CATALOG = "functions/index.ts";

/** The file with the route of a model with a handler in Python. */
export function routeFile(name: string): string {
  const hasTypeScript = existsSync(join(appFolder(), "functions", name, "route.ts"));
  return `functions/${name}/${hasTypeScript ? "route.ts" : "route.json"}`;
}

/**
 * Each model with a handler in Python has a folder with `handler.py`, and each such folder has an entry.
 *
 * @param environments - without a fault: they choose runtime and architecture of the functions
 */
export function checkPythonFolders(
  names: readonly string[],
  functions: string,
  faults: Fault[],
  environments: readonly Environment[],
): void {
  const hasHandler = (name: string) => existsSync(join(functions, name, HANDLER_FILE));
  for (const name of names) {
    const report = new Report(`functions/${name}`, faults);
    if (hasHandler(name)) checkPythonFolder(join(functions, name), report, targetsOf(name, environments));
    else {
      report.require(
        false,
        HANDLER_FILE,
        inWords("no such file"),
        `a folder of the name that the model has in ${CATALOG}, with ${HANDLER_FILE}`,
        `${CATALOG} names the model ${name} with python(…)`,
      );
    }
  }
  const folders = readdirSync(functions, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    new Report(`functions/${name}`, faults).require(
      names.includes(name) || !hasHandler(name),
      HANDLER_FILE,
      inWords(`a handler that ${CATALOG} does not name`),
      `the entry ${JSON.stringify(name)}: python(…) in ${CATALOG}, or no ${HANDLER_FILE}`,
      "an environment can serve the models of the catalog",
    );
  }
}

/** Where the environments run a model's handler; the defaults where no environment serves the model. */
function targetsOf(model: string, environments: readonly Environment[]): PythonTarget[] {
  const targets = environments.flatMap(({ models }) => {
    const settings = models[model];
    return settings === undefined ? [] : [settings.function ?? {}];
  });
  return targets.length === 0 ? [{}] : targets;
}

/** A route has no other properties than {@link ROUTE_PROPERTIES}; its schema is a JSON Schema, or a schema of zod/mini. */
export function checkPythonRoute({ schemaFault, unknown }: PythonModel["python"], report: Report): void {
  for (const property of unknown) {
    report.require(
      false,
      property,
      inWords("an unknown property"),
      ROUTE_PROPERTIES.join(", "),
      "a property that is misspelt would not do what it says",
    );
  }
  report.require(
    schemaFault === undefined,
    "schema",
    inWords(schemaFault ?? ""),
    "a JSON Schema without references to other documents, or a schema of zod/mini",
    "API Gateway's request model is made from the schema",
  );
}
