import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { findModelNameFaults } from "../../app/catalog-checks";
import { type LoadedApp, loadApp } from "../../app/load-app";
import type { Environment } from "../../environment/environment";
import { appFolder } from "../../lib/app-folder";
import { parseArguments, UsageError } from "../../lib/arguments";
import type { Command } from "../../lib/command";
import { UserError } from "../../lib/user-error";
import { addModel } from "./add-model";
import { CATALOG } from "./edits";
import { isKind, KINDS, type Kind } from "./kinds";

const DEFAULT_KIND: Kind = "rows";

const USAGE = `usage: npx sagemaker-stages new-model <name> [--takes rows|json|text|query] [--environment <name> …] [--folder-only]

Adds a model to the app in the current folder: the folder functions/<name>, the lines in ${CATALOG}, and an entry
in each environment. Either all files are written, or none.

  name           1–30 characters a-z, 0-9, -: words that single hyphens join, starting with a letter
  --takes        what a request is. Default: ${DEFAULT_KIND}
${Object.entries(KINDS)
  .map(([kind, { request }]) => `                   ${kind.padEnd(5)}  ${request}`)
  .join("\n")}
  --environment  an environment that serves the model; repeat the option for several environments. Default: the first
                 environment in environments/index.ts
  --folder-only  write functions/<name> alone, and print the lines to add to the other files`;

const OPTIONS = {
  takes: { type: "string" },
  environment: { type: "string", multiple: true },
  "folder-only": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** What the command line states. */
interface Arguments {
  readonly name: string;
  readonly kind: Kind;
  /** Names; an empty list stands for the first environment. */
  readonly environments: readonly string[];
  readonly folderOnly: boolean;
}

/** Adds a model to an app. */
export const newModel: Command = {
  name: "new-model",
  summary: "add a model: its folder, its line in functions/index.ts, its entries in environments/",
  run(words) {
    const stated = readArguments(words);
    if (stated === undefined) {
      process.stdout.write(`${USAGE}\n`);
      return 0;
    }
    requireName(stated.name);
    const app = loadAppHere();
    requireNew(stated.name, app);
    const added = { ...stated, environments: selectEnvironments(app, stated.environments) };
    process.stdout.write(addModel(app, added, stated.folderOnly));
    return 0;
  },
};

/** @returns `undefined` where the command line asks for the usage */
function readArguments(words: readonly string[]): Arguments | undefined {
  const { values, positionals } = parseArguments(words, OPTIONS, USAGE);
  if (values.help === true) return undefined;
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) {
    throw new UsageError(`name: got ${positionals.length} words; allowed: one name\n\n${USAGE}`);
  }
  const { takes: kind = DEFAULT_KIND, environment: environments = [] } = values;
  if (!isKind(kind)) {
    throw new UsageError(`--takes: got ${kind}; allowed: ${Object.keys(KINDS).join(", ")}\n\n${USAGE}`);
  }
  return { name, kind, environments, folderOnly: values["folder-only"] === true };
}

function requireName(name: string): void {
  const [fault] = findModelNameFaults(name);
  if (fault === undefined) return;
  throw new UserError(`name: got ${fault.got}; allowed: ${fault.allowed} (${fault.because})`);
}

function loadAppHere(): LoadedApp {
  const folder = appFolder();
  const missing = ["main.ts", CATALOG, "environments/index.ts", "environments/accounts.ts"].filter(
    (file) => !existsSync(join(folder, file)),
  );
  if (missing.length > 0) {
    throw new UserError(
      `folder: got ${folder} without ${missing.join(", ")}; allowed: the folder of an app, which "npx sagemaker-stages init <folder>" writes`,
    );
  }
  const app: Partial<LoadedApp> = loadApp();
  const { models, environments, accounts } = app;
  if (models === undefined)
    throw new UserError(
      `${CATALOG}: got no export models; allowed: export const models = defineModels({ … })`,
    );
  if (environments === undefined)
    throw new UserError("environments/index.ts: got no export environments; allowed: a list of environments");
  if (accounts === undefined)
    throw new UserError("environments/accounts.ts: got no export accounts; allowed: a list of accounts");
  return { models, environments, accounts };
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
