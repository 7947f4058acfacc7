import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { findModelNameFaults } from "../../app/catalog-checks";
import { type LoadedApp, loadApp } from "../../app/load-app";
import type { Environment } from "../../environment/environment";
import { appFolder } from "../../environment/paths";
import { type CommandLine, UsageError } from "../../lib/arguments";
import { UserError } from "../../lib/user-error";
import { addModel } from "./add-model";
import { CATALOG } from "./edits";
import { DEFAULT_KIND, type NEW_MODEL } from "./form";
import { isKind, KINDS } from "./kinds";

/**
 * Adds a model to the app in the current folder.
 *
 * @returns what to edit next
 * @throws UsageError where an option's value is not allowed
 * @throws UserError where the app cannot be loaded or edited, or has the model
 */
export function runNewModel({ words: { name }, options }: CommandLine<typeof NEW_MODEL>): string {
  const { takes: kind = DEFAULT_KIND, environment: names, "folder-only": folderOnly } = options;
  if (!isKind(kind)) throw new UsageError(`--takes: got ${kind}; allowed: ${Object.keys(KINDS).join(", ")}`);
  requireName(name);
  const app = loadApp();
  requireNew(name, app);
  const environments = selectEnvironments(app, names);
  return addModel(app, { name, kind, environments }, folderOnly);
}

function requireName(name: string): void {
  const [fault] = findModelNameFaults(name);
  if (fault === undefined) return;
  throw new UserError(`name: got ${fault.got}; allowed: ${fault.allowed} (${fault.because})`);
}

function requireNew(name: string, { models }: LoadedApp): void {
  const folder = `functions/${name}`;
  const isKnown = Object.hasOwn(models, name);
  if (!isKnown && !existsSync(join(appFolder(), folder))) return;
  const got = isKnown ? `a model of ${CATALOG}` : `the existing folder ${folder}`;
  const folders = readdirSync(join(appFolder(), "functions"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const names = new Set([...Object.keys(models), ...folders]);
  throw new UserError(`name: got ${name}, ${got}; allowed: a name other than ${[...names].join(", ")}`);
}

function selectEnvironments(app: LoadedApp, names: readonly string[]): Environment[] {
  const known = app.environments.map(({ name }) => name);
  const [unknown] = names.filter((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--environment: got ${unknown}; allowed: ${known.join(", ") || "none exists"}`);
  }
  const selected = names.length === 0 ? known.slice(0, 1) : names;
  return app.environments.filter(({ name }) => selected.includes(name));
}
