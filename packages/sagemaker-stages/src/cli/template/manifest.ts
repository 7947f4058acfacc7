import { isObject } from "../../lib/json";
import { omitUndefined } from "../../lib/omit-undefined";

/** A `package.json`: the fields that are read here. */
export interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** The values of an app's `package.json` that differ from app to app. */
export interface AppIdentity {
  readonly name: string;
  /** The version of the engine, or `file:` and a path. */
  readonly engine: string;
}

/** The name of the engine's package. */
export const ENGINE = "sagemaker-stages";

/** The scripts of an app. The repository's other scripts test and record the engine. */
const SCRIPTS = [
  "start",
  "synth",
  "check",
  "lint",
  "typecheck",
  "format",
  "test",
  "test:browser",
  "review",
  "deployer",
  "providers:lock",
  "smoke",
  "pipeline",
  "programs",
] as const;

/** Packages that only tests of the repository's models import. An app that tests a view adds `playwright-core`. */
const PACKAGES_OF_SAMPLES: readonly string[] = ["fast-check", "playwright-core"];

/** The command line of CDKTF, with the package that replaces one of its dependencies. */
const CDKTF_CLI: readonly string[] = ["cdktf-cli", "@cdktf/node-pty-prebuilt-multiarch"];

/** The command line of CDK Terrain, the successor of CDKTF. */
const CDK_TERRAIN_CLI = "cdktn-cli";

/** The repository trains its models in this folder. An app does not have the folder. */
const TESTS_OF_TRAINING = "<rootDir>/training/";

/**
 * The `package.json` of an app, made from the `package.json` of the engine's repository: the same versions of the same
 * packages, and the scripts that an app needs. If the repository has a script `<name>:app`, this script becomes the
 * app's script `<name>`.
 *
 * @param repository - the repository's `package.json`
 * @throws Error if the repository lacks a script that an app needs
 */
export function toAppManifest(repository: Manifest, { name, engine }: AppIdentity): Manifest {
  const { engines, scripts = {}, dependencies = {}, devDependencies = {}, overrides, jest } = repository;
  return {
    name,
    version: "0.1.0",
    private: true,
    engines,
    scripts: Object.fromEntries(SCRIPTS.map((script) => [script, appScript(scripts, script)])),
    dependencies: { ...dependencies, [ENGINE]: engine },
    devDependencies: without(devDependencies, PACKAGES_OF_SAMPLES),
    overrides,
    jest: appJest(jest),
  };
}

function appJest(jest: unknown): unknown {
  if (!isObject(jest) || !Array.isArray(jest.testMatch)) return jest;
  const testMatch = jest.testMatch.filter((pattern) => !String(pattern).startsWith(TESTS_OF_TRAINING));
  return { ...jest, testMatch };
}

function without(
  packages: Readonly<Record<string, string>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(Object.entries(packages).filter(([name]) => !names.includes(name)));
}

function appScript(scripts: Readonly<Record<string, string>>, name: string): string {
  const script = scripts[`${name}:app`] ?? scripts[name];
  if (script === undefined)
    throw new Error(`package.json: scripts: got no ${name}; an app needs this script`);
  return script;
}

/**
 * An app's `package.json` with the engine's scripts, Jest configuration and overrides, and with the packages that the
 * app lacks. The app's own scripts, packages and versions stay. An app with the command line of CDK Terrain needs no
 * command line of CDKTF.
 */
export function updateManifest(app: Manifest, templateOnCdktf: Manifest): Manifest {
  const packages = { ...app.dependencies, ...app.devDependencies };
  const template = Object.hasOwn(packages, CDK_TERRAIN_CLI) ? onCdkTerrain(templateOnCdktf) : templateOnCdktf;
  return omitUndefined({
    ...app,
    scripts: { ...app.scripts, ...template.scripts },
    dependencies: addMissing(app.dependencies, template.dependencies, packages),
    devDependencies: addMissing(app.devDependencies, template.devDependencies, packages),
    overrides: { ...(app.overrides ?? {}), ...(template.overrides ?? {}) },
    jest: template.jest,
  });
}

/** The template without the command line of CDKTF. The scripts run `cdktn` in place of `cdktf`. */
function onCdkTerrain({ scripts = {}, dependencies = {}, ...others }: Manifest): Manifest {
  return {
    ...others,
    scripts: Object.fromEntries(
      Object.entries(scripts).map(([name, script]) => [name, script.replace(/^cdktf(?= )/, "cdktn")]),
    ),
    dependencies: without(dependencies, CDKTF_CLI),
  };
}

function addMissing(
  own: Readonly<Record<string, string>> = {},
  needed: Readonly<Record<string, string>> = {},
  present: Readonly<Record<string, string>>,
): Record<string, string> {
  const missing = Object.entries(needed).filter(([name]) => !Object.hasOwn(present, name));
  return { ...own, ...Object.fromEntries(missing) };
}

/** A `package.json` as npm writes it. */
export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
