import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadedApp } from "../../app/load-app";
import { InvalidOptions } from "../../contracts/ready-made";
import { appFolder } from "../../lib/app-folder";
import { readTypeScript } from "../../lib/typescript";
import { UserError } from "../../lib/user-error";
import {
  type ContractModel,
  defineModels,
  type Model,
  type ModelModule,
  type PythonRoute,
  python,
} from "../../models";
import { customersOf } from "./customers";
import {
  addCallToCatalog,
  addCustomer,
  addPythonToCatalog,
  addToCatalog,
  addToEnvironment,
  CATALOG,
  describeCall,
  describeCatalogLines,
  describeCustomerLines,
  describeEnvironmentLines,
  describePythonLines,
  type Edit,
} from "./edits";
import { isPython, modelFiles, type NewModel } from "./kinds";
import { describeFolder, describeModel } from "./next-steps";
import type { ReadyMadeCall } from "./ready-made";
import { type FolderFiles, readyMadeFiles } from "./ready-made-files";
import { requireRules } from "./rules";
import { settingsOf } from "./settings";
import { printLiteral } from "./typescript/literal";
import { UnknownForm } from "./typescript/source-file";
import { type StagedFolder, stageFolder, writeAll } from "./write-all";

/**
 * Adds a model to the app in the current folder: all files, or none.
 *
 * @param folderOnly - whether only the model's folder is written
 * @returns the text to print
 * @throws UserError if the model breaks a rule, or if a file has an unknown form
 */
export function addModel(app: LoadedApp, added: NewModel, folderOnly: boolean): string {
  const { name, environments } = added;
  const folder = appFolder();
  const { files, readyMade } = readContents(added);
  const staged = stageFolder(folder, files);
  try {
    const model = readyMade ?? loadModel(staged, added);
    const settings = settingsOf(added);
    requireRules(app, {
      name,
      model,
      settings: new Map(environments.map((environment) => [environment.name, settings])),
      customers: customersOf(added),
    });
    const edits = folderOnly ? [] : readEdits(added);
    writeAll(folder, staged, `functions/${name}`, edits);
    const paths = [...files.keys()];
    return folderOnly
      ? describeFolder(added, paths, describeLines(added))
      : describeModel(added, { model, files: paths, edits });
  } finally {
    staged.remove();
  }
}

/** The contents of the model's folder, and the model if its contract is ready-made. */
function readContents({ name, contract }: NewModel): {
  readonly files: FolderFiles;
  readonly readyMade?: ContractModel;
} {
  if ("template" in contract) return { files: modelFiles(contract.template, name) };
  const readyMade = makeModel(name, contract.call);
  return { files: readyMadeFiles(readyMade, contract.call.function), readyMade };
}

function loadModel({ path }: StagedFolder, { name, kind }: NewModel): Model {
  if (isPython(kind)) {
    const route: PythonRoute = require(join(path, "route.json"));
    return defineModels({ [name]: python(route) })[name] as Model;
  }
  void readTypeScript("require");
  const { contract, about }: ModelModule<unknown, unknown> = require(join(path, "contract"));
  return { ...contract, ...about };
}

/** @throws UserError if an option of the command line breaks a rule of the contract */
function makeModel(name: string, { definition }: ReadyMadeCall): ContractModel {
  try {
    return defineModels({ [name]: definition })[name] as ContractModel;
  } catch (error) {
    if (!(error instanceof InvalidOptions)) throw error;
    throw new UserError(`${name}: nothing was written.\n${error.message}`);
  }
}

/** @throws UserError if a file has an unknown form, so that the place for the new lines cannot be found */
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

/** One edit for each file, even if a file contains several environments. */
function editsOf(added: NewModel): Edit[] {
  const { name, contract, environments } = added;
  const folder = appFolder();
  const text = readFileSync(join(folder, CATALOG), "utf8");
  const catalog =
    "call" in contract
      ? addCallToCatalog(text, name, contract.call)
      : isPython(contract.template)
        ? addPythonToCatalog(text, name)
        : addToCatalog(text, name);
  const sources = readSources(folder, "environments");
  /** The environments of each changed file. */
  const changed = new Map<string, readonly string[]>();
  const customers = customersOf(added);
  for (const environment of environments) {
    const property = { name, value: printLiteral(settingsOf(added)) };
    const { path, text } = addToEnvironment(sources, environment.name, property);
    sources.set(path, text);
    changed.set(path, [...(changed.get(path) ?? []), environment.name]);
    const customer = customers.get(environment.name);
    if (customer === undefined) continue;
    const withCustomer = addCustomer(sources, environment.name, customer);
    sources.set(withCustomer.path, withCustomer.text);
  }
  return [
    catalog,
    ...[...changed].map(([path, names]) => ({ path, text: sources.get(path) ?? "", environments: names })),
  ];
}

/** The text of each TypeScript file in a folder and its folders, by its path from the app's folder. */
export function readSources(app: string, folder: string): Map<string, string> {
  const files = readdirSync(join(app, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .sort();
  return new Map(files.map((file) => [file, readFileSync(join(app, file), "utf8")]));
}

function describeLines(added: NewModel): string {
  const { name, contract, environments } = added;
  const lines =
    "call" in contract
      ? describeCall(name, contract.call)
      : isPython(contract.template)
        ? describePythonLines(name)
        : describeCatalogLines(name);
  const property = { name, value: printLiteral(settingsOf(added)) };
  return [
    `${CATALOG}:\n${lines}`,
    ...environments.map((environment) => describeEnvironmentLines(environment.name, property)),
    ...[...customersOf(added)].map(([environment, customer]) => describeCustomerLines(environment, customer)),
  ].join("\n\n");
}
