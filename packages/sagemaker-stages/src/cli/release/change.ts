import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadedApp } from "../../app/load-app";
import { checkEnvironments } from "../../environment/checks";
import type { Environment } from "../../environment/environment";
import type { ModelSettings } from "../../environment/model-settings";
import { releaseOf, releasePath } from "../../environment/releases";
import type { ReleaseContent } from "../../environment/settings/model-source/release";
import { appFolder } from "../../lib/app-folder";
import { UsageError } from "../../lib/arguments";
import { omitUndefined } from "../../lib/omit-undefined";
import { UserError } from "../../lib/user-error";
import { readSources } from "../new-model/add-model";
import type { Edit } from "../new-model/edits";
import { describeNew } from "../new-model/rules";
import { UnknownForm } from "../new-model/typescript/source-file";
import { stageFolder, writeAll } from "../new-model/write-all";
import { describeRelease, REPLACED_BY_RELEASE, setRelease } from "./edits";

/** A release to write, and the environments that will serve it. */
export interface ReleaseChange {
  readonly release: ReleaseContent;
  /** Names of environments. */
  readonly environments: readonly string[];
}

/** The changes of a release. */
export interface WrittenRelease {
  /** The paths of the changed files. */
  readonly written: readonly string[];
  /** Lines for the user: each environment whose file has an unknown form, with the line to change. */
  readonly manual: readonly string[];
}

/**
 * Writes the file of a release, and changes the environments: all files, or none. An environment that names the release does not
 * change, e.g. with a constant. The user changes an environment whose file has an unknown form.
 *
 * @throws UserError with every new fault of a rule
 */
export function writeRelease(app: LoadedApp, { release, environments }: ReleaseChange): WrittenRelease {
  const { model, id } = release;
  requireRules(app, release, environments);
  const folder = appFolder();
  const sources = new Map(readSources(folder, "environments"));
  const before = new Map(sources);
  const manual: string[] = [];
  for (const environment of environments) {
    if (namesRelease(app, environment, model, id)) continue;
    try {
      const { path, text } = setRelease(sources, environment, model, id);
      sources.set(path, text);
    } catch (error) {
      if (!(error instanceof UnknownForm)) throw error;
      manual.push(error.message, "Change the line yourself:", describeRelease(environment, model, id));
    }
  }
  const edits: Edit[] = [
    ...releaseEdit(release),
    ...[...sources].flatMap(([path, text]) => (before.get(path) === text ? [] : [{ path, text }])),
  ];
  const staged = stageFolder(folder, new Map());
  try {
    writeAll(folder, staged, undefined, edits);
  } finally {
    staged.remove();
  }
  return { written: edits.map(({ path }) => path), manual };
}

/** The change of the file of a release; none if the file has the content. */
function releaseEdit(release: ReleaseContent): Edit[] {
  const path = releasePath(release.model, release.id);
  const text = `${JSON.stringify(release, null, 2)}\n`;
  const isNew = !existsSync(inApp(path));
  return !isNew && readFileSync(inApp(path), "utf8") === text ? [] : [{ path, text, isNew }];
}

/** Whether an environment names a release, in any form of TypeScript. */
function namesRelease({ environments }: LoadedApp, name: string, model: string, id: string): boolean {
  const settings = environments.find((environment) => environment.name === name)?.models[model];
  return settings !== undefined && releaseOf(settings)?.id === id;
}

function requireRules(app: LoadedApp, release: ReleaseContent, names: readonly string[]): void {
  const changed = app.environments.map((environment) =>
    names.includes(environment.name) ? withRelease(environment, release) : environment,
  );
  const faults = describeNew(
    "environments/",
    checkEnvironments(changed, app),
    checkEnvironments(app.environments, app),
  );
  if (faults.length > 0)
    throw new UserError([`${release.model}: nothing was written.`, ...faults].join("\n"));
}

/** An environment that serves a release, with only the image of its region. */
function withRelease(environment: Environment, release: ReleaseContent): Environment {
  const { model, images } = release;
  const own = Object.entries(images ?? {}).filter(([region]) => region === environment.region);
  const settings: Record<string, unknown> = { ...environment.models[model] };
  for (const field of REPLACED_BY_RELEASE) delete settings[field];
  settings.release = omitUndefined({ ...release, images: images && Object.fromEntries(own) });
  return { ...environment, models: { ...environment.models, [model]: settings as unknown as ModelSettings } };
}

/** An environment of the app. @param word - the word or option of the command line, for the message */
export function findEnvironment({ environments }: LoadedApp, name: string, word: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `${word}: got ${name}; allowed: ${environments.map((environment) => environment.name).join(", ")}`,
  );
}

/** The settings of a model with a new endpoint. @throws UserError if the environment has no such endpoint */
export function newEndpointOf(
  { name, models }: Environment,
  model: string,
): Exclude<ModelSettings, { readonly existingEndpoint: string }> {
  const settings = Object.hasOwn(models, model) ? models[model] : undefined;
  if (settings === undefined) {
    throw new UserError(
      `<model>: got ${model}, which ${name} does not serve; allowed: ${Object.keys(models).join(", ")}`,
    );
  }
  if ("existingEndpoint" in settings) {
    throw new UserError(
      `<model>: got ${model}, whose endpoint in ${name} exists already; allowed: a model with a new endpoint`,
    );
  }
  return settings;
}

/** The absolute path of a file of the app. */
export function inApp(path: string): string {
  return join(appFolder(), path);
}
