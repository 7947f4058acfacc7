import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { findModelNameFaults } from "../../app/catalog-checks";
import { type LoadedApp, loadApp } from "../../app/load-app";
import type { Environment } from "../../environment/environment";
import { appFolder } from "../../lib/app-folder";
import { type CommandLine, UsageError } from "../../lib/arguments";
import { UserError } from "../../lib/user-error";
import { addModel } from "./add-model";
import { CATALOG } from "./edits";
import { DEFAULT_KIND, type NEW_MODEL } from "./form";
import { isKind, isTemplateKind, type NewModel, TAKES } from "./kinds";
import { callOf, callOfTask, type ReadyMadeKind, readTask } from "./ready-made";

/**
 * Adds a model to the app in the current folder.
 *
 * @returns the next steps to print
 * @throws UsageError if an option's value is not allowed
 * @throws UserError if the app cannot be loaded or edited, or already has the model
 */
export function runNewModel(line: CommandLine<typeof NEW_MODEL>): string {
  const { name } = line.words;
  const { environment: names, "folder-only": folderOnly } = line.options;
  const { kind, contract, task, mediaTypes } = readContract(line.options);
  requireName(name);
  const app = loadApp();
  requireNew(name, app);
  const environments = selectEnvironments(app, names);
  return addModel(app, { name, kind, contract, task, mediaTypes, environments }, folderOnly);
}

type Options = CommandLine<typeof NEW_MODEL>["options"];

/** @throws UsageError for options that exclude each other */
function readContract(options: Options): Pick<NewModel, "kind" | "contract" | "task" | "mediaTypes"> {
  const { handler, takes, "hugging-face": task, "media-type": mediaTypes } = options;
  if (handler !== undefined) return readHandler(handler, options);
  if (task !== undefined && takes !== undefined) {
    throw new UsageError(`--hugging-face: got --takes ${takes}, too; allowed: one of the two options`);
  }
  if (takes !== undefined && !isKind(takes)) {
    throw new UsageError(`--takes: got ${takes}; allowed: ${TAKES.join(", ")}`);
  }
  const kind = task === undefined ? (takes ?? DEFAULT_KIND) : "hugging-face";
  requireMediaTypes(kind, mediaTypes);
  const wantsFiles = options["with-contract"] || options["folder-only"];
  if (isTemplateKind(kind) && (wantsFiles || kind === "json" || kind === "query")) {
    return { kind, contract: { template: kind } };
  }
  if (wantsFiles) {
    const option = options["with-contract"] ? "--with-contract" : "--folder-only";
    const word = task === undefined ? `--takes ${kind}` : `--hugging-face ${task}`;
    throw new UsageError(`${option}: got ${word}, too; allowed: with --takes rows, json, text or query`);
  }
  if (task !== undefined) {
    const name = readTask(task);
    return { kind, task: name, contract: { call: callOfTask(name) } };
  }
  return { kind, mediaTypes, contract: { call: callOf(kind as ReadyMadeKind, { mediaTypes }) } };
}

/** @throws UsageError for another language than Python, and for options of a contract */
function readHandler(handler: string, options: Options): Pick<NewModel, "kind" | "contract"> {
  if (handler !== "python") {
    throw new UsageError(
      `--handler: got ${handler}; allowed: python, or no --handler for a handler in TypeScript`,
    );
  }
  const ofContract = (["takes", "hugging-face", "media-type", "with-contract"] as const).filter((option) => {
    const value = options[option];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  });
  if (ofContract.length === 0) return { kind: "python", contract: { template: "python" } };
  const optionNames = ofContract.map((option) => `--${option}`).join(", ");
  throw new UsageError(
    `--handler: got ${optionNames}, too; allowed: either --handler or options of a contract`,
  );
}

function requireMediaTypes(kind: string, mediaTypes: readonly string[]): void {
  if (kind === "bytes" && mediaTypes.length === 0) {
    throw new UsageError("--media-type: got no value; allowed: a media type of the file, e.g. image/jpeg");
  }
  if (kind !== "bytes" && kind !== "pass-through" && mediaTypes.length > 0) {
    throw new UsageError(
      `--media-type: got ${mediaTypes.join(", ")}; allowed: with --takes bytes or pass-through only`,
    );
  }
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
