import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadedApp } from "../../app/load-app";
import { appFolder } from "../../lib/app-folder";
import { UserError } from "../../lib/user-error";
import type { Model, ModelModule } from "../../models";
import {
  addToCatalog,
  addToEnvironment,
  CATALOG,
  describeCatalogLines,
  describeEnvironmentLines,
  type Edit,
} from "./edits";
import { modelFiles, type NewModel, settingsOf } from "./kinds";
import { describeFolder, describeModel } from "./next-steps";
import { requireRules } from "./rules";
import { printLiteral } from "./typescript/literal";
import { UnknownForm } from "./typescript/source-file";
import { type StagedFolder, stageFolder, writeAll } from "./write-all";

/**
 * Adds a model to the app in the current folder: all files, or none.
 *
 * @param folderOnly - whether only the model's folder is written
 * @returns what to print
 * @throws UserError where the model breaks a rule, or where a file has a form that is not understood
 */
export function addModel(app: LoadedApp, added: NewModel, folderOnly: boolean): string {
  const { name, kind, environments } = added;
  const folder = appFolder();
  const target = `functions/${name}`;
  const staged = stageFolder(folder, modelFiles(kind, name));
  try {
    const model = loadModel(staged);
    const settings = settingsOf(kind, name);
    requireRules(app, {
      name,
      model,
      settings: new Map(environments.map((environment) => [environment.name, settings])),
    });
    const edits = folderOnly ? [] : readEdits(added);
    writeAll(folder, staged, target, edits);
    return folderOnly ? describeFolder(added, describeLines(added)) : describeModel(added, model, edits);
  } finally {
    staged.remove();
  }
}

function loadModel({ path }: StagedFolder): Model {
  const { contract, about }: ModelModule<unknown, unknown> = require(join(path, "contract"));
  return { ...contract, ...about };
}

/** @throws UserError where a file has a form in which the place for the new lines cannot be found */
function readEdits(added: NewModel): Edit[] {
  try {
    return editsOf(added);
  } catch (error) {
    if (!(error instanceof UnknownForm)) throw error;
    throw new UserError(
      `${error.message}

Nothing was written. To write functions/${added.name} alone, repeat the command with --folder-only. Then add these lines:

${describeLines(added)}`,
    );
  }
}

/** One edit for each file, also where a file holds several environments. */
function editsOf({ name, kind, environments }: NewModel): Edit[] {
  const folder = appFolder();
  const catalog = addToCatalog(readFileSync(join(folder, CATALOG), "utf8"), name);
  const sources = readSources(folder, "environments");
  const changed = new Set<string>();
  for (const environment of environments) {
    const property = { name, value: printLiteral(settingsOf(kind, name)) };
    const { path, text } = addToEnvironment(sources, environment.name, property);
    sources.set(path, text);
    changed.add(path);
  }
  return [catalog, ...[...changed].map((path) => ({ path, text: sources.get(path) ?? "" }))];
}

/** The text of each TypeScript file in a folder and its folders, by its path from the app's folder. */
function readSources(app: string, folder: string): Map<string, string> {
  const files = readdirSync(join(app, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .sort();
  return new Map(files.map((file) => [file, readFileSync(join(app, file), "utf8")]));
}

function describeLines({ name, kind, environments }: NewModel): string {
  const property = { name, value: printLiteral(settingsOf(kind, name)) };
  return [
    `${CATALOG}:\n${describeCatalogLines(name)}`,
    ...environments.map((environment) => describeEnvironmentLines(environment.name, property)),
  ].join("\n\n");
}
