import { satisfies, valid, validRange } from "@renovatebot/pep440";
import { type PythonTarget, pipCommand } from "./pip-command";

/**
 * Packages of Lambda's runtimes for Python that a handler can import without a copy
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html#python-sdk-included: the SDK with its dependencies).
 */
const OF_RUNTIME: readonly string[] = [
  "boto3",
  "botocore",
  "jmespath",
  "python-dateutil",
  "s3transfer",
  "six",
  "urllib3",
];

/** A name at the start of a line, and the rest of the line (https://packaging.python.org/en/latest/specifications/dependency-specifiers/). */
const REQUIREMENT = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([<>=!~;].*)?$/;

/** A line of `requirements.txt` that the package does not meet. */
export interface UnmetRequirement {
  /** The line in the file. */
  readonly line: string;
  /** What to do. */
  readonly allowed: string;
}

/**
 * The lines of `requirements.txt` that the package does not meet. A synthesis installs nothing, so that it needs no network
 * and gives the same package everywhere. A package that the runtime lacks must be in the model's folder, where `pip install
 * --target` installs it with `<name>-<version>.dist-info`.
 *
 * @param files - the files of the package
 * @param folder - the folder for the remedy, e.g. `functions/churn`
 * @param targets - runtimes and architectures of the handler, for the remedy
 */
export function findUnmetRequirements(
  text: string,
  files: readonly string[],
  folder: string,
  targets: readonly PythonTarget[],
): UnmetRequirement[] {
  const vendored = vendoredPackages(files);
  return text.split(/\r?\n/).flatMap((written) => {
    const line = written.replace(/(^|\s)#.*$/, "").trim();
    if (line === "") return [];
    const allowed = findRemedy(line, vendored, (requirement) => commandsOf(requirement, folder, targets));
    return allowed === undefined ? [] : [{ line, allowed }];
  });
}

/** @returns what to do; `undefined` if the requirement is met */
function findRemedy(
  line: string,
  vendored: ReadonlyMap<string, string>,
  commands: (requirement: string) => string,
): string | undefined {
  const [, name, rest = ""] = REQUIREMENT.exec(line) ?? [];
  if (name === undefined || rest.includes("\\")) {
    return "one package per line, by its name; no options, addresses, files or continued lines";
  }
  const [specifier = "", marker] = rest.split(";").map((part) => part.trim());
  if (!isVersionSpecifier(specifier)) {
    return `version specifiers of PEP 440, e.g. ${name}==2.1.0 or ${name}>=2.1,<3 (https://packaging.python.org/en/latest/specifications/version-specifiers/)`;
  }
  const version = vendored.get(normalize(name));
  if (version !== undefined) {
    if (meets(version, specifier)) return undefined;
    const remedy = `a specifier that matches ${version}, the version in the folder, or the files of a version that matches ${specifier}`;
    return marker === undefined
      ? remedy
      : `${remedy}. A synthesis does not evaluate the marker ${marker}: remove a line that does not apply to the function`;
  }
  if (!OF_RUNTIME.includes(normalize(name))) {
    return `packages of Lambda's runtime (${OF_RUNTIME.join(", ")}), or packages whose files are in the folder: ${commands(line)}. Layers are not supported`;
  }
  return specifier === ""
    ? undefined
    : `${name} without a version, because AWS updates the version in Lambda's runtime, or the files of your version in the folder: ${commands(line)}`;
}

/** The command for each target, without the line's marker: pip would evaluate the marker on this machine. */
function commandsOf(line: string, folder: string, targets: readonly PythonTarget[]): string {
  const requirement = line.replace(/\s*;.*$/, "");
  const commands = targets.map((target) => pipCommand(folder, `"${requirement}"`, target));
  return [...new Set(commands)].join(" or ");
}

/** A list of specifiers, e.g. `>=2.1,<3`, or nothing. `===` is refused, because it compares texts instead of versions. */
function isVersionSpecifier(specifier: string): boolean {
  return specifier === "" || (!specifier.includes("===") && validRange(specifier));
}

/** Whether an installed version meets a specifier. As in `pip check`, an installed pre-release counts. */
function meets(version: string, specifier: string): boolean {
  if (specifier === "") return true;
  return valid(version) !== null && satisfies(version, expandCompatible(specifier), { prereleases: true });
}

/**
 * Writes `~=1.4.2` as `>=1.4.2,==1.4.*`, which is its definition in PEP 440: version 3 of the package refuses pre-releases for
 * `~=`, even with `prereleases`.
 */
function expandCompatible(specifier: string): string {
  return specifier.replace(/~=\s*((?:\d+!)?\d[\d.]*)\.\d+[^,\s]*/g, (compatible, prefix: string) => {
    return `${compatible.replace("~=", ">=")},==${prefix}.*`;
  });
}

/** The packages whose files are in the folder, with their versions. */
function vendoredPackages(files: readonly string[]): Map<string, string> {
  return new Map(
    files.flatMap((file): [string, string][] => {
      const [, name, version] = /^([^/]+)-([^/-]+)\.dist-info\/METADATA$/.exec(file) ?? [];
      return name === undefined || version === undefined ? [] : [[normalize(name), version]];
    }),
  );
}

/** https://packaging.python.org/en/latest/specifications/name-normalization/ */
function normalize(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}
