import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { findModelNameFaults } from "../../app/catalog-checks";
import { type LoadedApp, loadApp } from "../../app/load-app";
import type { Environment } from "../../environment/environment";
import { appFolder } from "../../lib/app-folder";
import { type CommandLine, UsageError } from "../../lib/arguments";
import { UserError } from "../../lib/user-error";
import { documentPath } from "../../paths";
import { addModel } from "./add-model";
import { CATALOG } from "./edits";
import { DEFAULT_KIND, type NEW_MODEL } from "./form";
import { isKind, isTemplateKind, type Kind, type NewModel, TAKES, type TemplateKind } from "./kinds";
import { callOf, callOfTask, type ReadyMadeKind, readTask, STREAMABLE } from "./ready-made";

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
  const form = readForm(line.options);
  requireName(name);
  const app = loadApp();
  requireNew(name, app);
  const environments = selectEnvironments(app, names);
  return addModel(app, { ...form, name, contract: contractOf(form, name, app), environments }, folderOnly);
}

type Options = CommandLine<typeof NEW_MODEL>["options"];

/** The form of a new model, as the options of the command line describe it. */
interface Form extends Pick<NewModel, "kind" | "task" | "mediaTypes" | "streams"> {
  /** The names of the columns. @default - names that the team replaces */
  readonly features?: readonly string[] | undefined;
  /** The template of the model's folder. @default - the model has a ready-made contract */
  readonly template?: TemplateKind;
}

function contractOf(
  { kind, template, task, features, mediaTypes = [], streams = false }: Form,
  name: string,
  app: LoadedApp,
) {
  if (template !== undefined) return { template };
  if (task !== undefined) return { call: callOfTask(task) };
  const paths = Object.values(app.models).map(({ route }) => route.path);
  return { call: callOf(kind as ReadyMadeKind, { mediaTypes, streams, features, name, paths }) };
}

/** @throws UsageError for options that exclude each other */
function readForm(options: Options): Form {
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
  if (options.stream) requireStreamable(kind, options);
  const features = readFeatures(kind, options);
  const withContract = options["with-contract"];
  if (isTemplateKind(kind) && (withContract || kind === "json" || kind === "query")) {
    return { kind, template: kind };
  }
  if (withContract) {
    const word = task === undefined ? `--takes ${kind}` : `--hugging-face ${task}`;
    throw new UsageError(
      `--with-contract: got ${word}, too; allowed: with --takes rows, json, text or query`,
    );
  }
  return task === undefined
    ? { kind, mediaTypes, streams: options.stream, features }
    : { kind, task: readTask(task) };
}

/** @throws UsageError for a contract that has no features, or whose features are in `contract.ts` */
function readFeatures(kind: Kind, { features, "with-contract": withContract }: Options) {
  if (features === undefined) return undefined;
  if (kind !== "rows" || withContract) {
    const word = withContract ? "--with-contract" : `a model of the kind ${kind}`;
    throw new UsageError(
      `--features: got ${word}, too; allowed: with --takes rows only, without --with-contract`,
    );
  }
  return features.split(",").map((name) => name.trim());
}

/** @throws UsageError for a contract that does not stream, or that has no option for it */
function requireStreamable(kind: Kind, options: Options): void {
  const allowed = "allowed: with --takes pass-through or text";
  if (kind === "chat") {
    throw new UsageError(
      `--stream: got --takes chat, too; ${allowed}, or --takes chat alone: a chat answers in a stream if the request has stream: true`,
    );
  }
  if (!STREAMABLE.includes(kind)) {
    const word = kind === "hugging-face" ? `--hugging-face ${options["hugging-face"]}` : `--takes ${kind}`;
    throw new UsageError(`--stream: got ${word}, too; ${allowed}, or --takes chat without --stream`);
  }
  if (options["with-contract"]) {
    throw new UsageError(
      `--stream: got --with-contract, too; allowed: either option. ${documentPath("streams.md")} describes stream of a contract in contract.ts`,
    );
  }
}

/** @throws UsageError for another language than Python, and for options of a contract */
function readHandler(handler: string, options: Options): Form {
  if (handler !== "python") {
    throw new UsageError(
      `--handler: got ${handler}; allowed: python, or no --handler for a handler in TypeScript`,
    );
  }
  const ofContract = (["hugging-face", "features", "media-type", "with-contract", "stream"] as const).filter(
    (option) => {
      const value = options[option];
      return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
    },
  );
  const { takes } = options;
  if (takes !== undefined && takes !== "query") {
    throw new UsageError(
      `--handler: got --takes ${takes}, too; allowed: --takes query for a GET, or no --takes for a POST`,
    );
  }
  const kind = takes === "query" ? "python-query" : "python";
  if (ofContract.length === 0) return { kind, template: kind };
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
