import { isAbsolute, posix, relative } from "node:path";
import { appFolder } from "./app-folder";
import { UserError } from "./user-error";

/** A message of esbuild, as far as it is shown. */
interface BuildMessage {
  readonly text: string;
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** The team's own files could not be loaded or bundled. */
export class LoadFailure extends UserError {
  override readonly name = "LoadFailure";

  /**
   * @param file - relative to the project, e.g. `functions/iris/contract.ts`
   * @param causes - each with its file, in one line
   */
  constructor(file: string, causes: readonly string[]) {
    const [, model] = /^functions\/([^/]+)\/./.exec(file) ?? [];
    const what = model === undefined ? file : `the model ${model}`;
    super([`${what} could not be loaded:`, ...causes.map((cause) => `  ${oneLine(cause)}`)].join("\n"));
  }
}

/**
 * The failure in terms of the team's own files, where `error` came from one: a file that is no TypeScript, an import of
 * a missing file or package, or code that throws while it is loaded.
 *
 * @returns `undefined` where the error is of another kind
 */
export function toLoadFailure(error: unknown): LoadFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  return (
    readInvalidOptions(error) ??
    readBuildFailure(error) ??
    readMissingModule(error) ??
    readMissingImport(error) ??
    readThrown(error)
  );
}

/** `defineModels` refuses the options of ready-made contracts, with a line for each fault. */
function readInvalidOptions({ name, message }: Error): LoadFailure | undefined {
  if (name !== "InvalidOptions") return undefined;
  return new LoadFailure(
    "functions/index.ts",
    message
      .split("\n")
      .slice(1)
      .map((line) => line.trim()),
  );
}

/** esbuild's messages, of a build or of the translation by tsx. */
function readBuildFailure(error: Error): LoadFailure | undefined {
  const messages = "errors" in error && Array.isArray(error.errors) ? (error.errors as BuildMessage[]) : [];
  const built = messages.flatMap(({ text, location }) =>
    location === null
      ? []
      : [{ text, file: inProject(location.file), place: `${location.line}:${location.column + 1}` }],
  );
  const translated = [...error.message.matchAll(/^(.+?):(\d+):(\d+): ERROR: (.*)$/gm)].map(
    ([, file = "", line, column, text = ""]) => ({
      text,
      file: inProject(file),
      place: `${line}:${Number(column) + 1}`,
    }),
  );
  const found = built.length > 0 ? built : error.name === "TransformError" ? translated : [];
  const [first] = found;
  if (first === undefined) return undefined;
  return new LoadFailure(
    first.file,
    found.map(({ file, place, text }) => `${file}:${place}: ${text}`),
  );
}

/** Node's error of a `require` of a missing file or package. */
function readMissingModule(error: Error): LoadFailure | undefined {
  if (!("code" in error) || error.code !== "MODULE_NOT_FOUND" || !("requireStack" in error)) return undefined;
  const [importer] = Array.isArray(error.requireStack) ? error.requireStack.map(String) : [];
  const [, module] = /^Cannot find module '(.+)'/.exec(error.message) ?? [];
  if (importer === undefined || module === undefined || importer.includes("node_modules")) return undefined;
  return missingImport(inProject(importer), module);
}

/** Node's error of an `import()` of a missing file or package. */
function readMissingImport(error: Error): LoadFailure | undefined {
  if (!("code" in error) || error.code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const [, module, importer] =
    /^Cannot find (?:module|package) '(.+)' imported from (.+)$/m.exec(error.message) ?? [];
  if (importer === undefined || module === undefined || importer.includes("node_modules")) return undefined;
  const file = inProject(importer);
  // Node names the file that is missing instead of the import.
  const path = isAbsolute(module) ? posix.relative(posix.dirname(file), inProject(module)) : module;
  return missingImport(file, isAbsolute(module) && !path.startsWith(".") ? `./${path}` : path);
}

function missingImport(file: string, module: string): LoadFailure {
  const allowed = module.startsWith(".")
    ? `a file beside ${file.split("/").at(-1)}`
    : "a package that package.json names and npm installed";
  return new LoadFailure(file, [`${file}: got the import "${module}"; allowed: ${allowed}`]);
}

/** Code of the app that threw, see {@link findThrowingPlace}. */
function readThrown(error: Error): LoadFailure | undefined {
  const place = findThrowingPlace(error);
  if (place === undefined) return undefined;
  return new LoadFailure(place.file, [`${place.file}:${place.position}: ${error.name}: ${error.message}`]);
}

/** A place in a file of the app. */
export interface SourcePlace {
  /** Path from the app's folder, with slashes. */
  readonly file: string;
  /** Line and column, e.g. `31:32`. */
  readonly position: string;
}

/**
 * The place of the app's code that threw: the first frame of the stack, where this is in a file of a model, an environment
 * or a stack class. Frames of Node and of packages are skipped, because the app's code called them, but not frames of the
 * engine.
 */
export function findThrowingPlace(error: Error): SourcePlace | undefined {
  const frames = [
    ...(error.stack ?? "").matchAll(/^ +at (?:.* \()?(?:file:\/\/)?(\/?.+?):(\d+):(\d+)\)?$/gm),
  ];
  const places = frames.map(([, file = "", line, column]) => ({
    file: inProject(file),
    position: `${line}:${column}`,
  }));
  const [origin] = places.filter(({ file }) => !/^node:|^<anonymous>/.test(file) && !isOfPackage(file));
  return origin !== undefined && isOfApp(origin.file) ? origin : undefined;
}

/** A path from the project's folder, with slashes. */
function inProject(file: string): string {
  const path = file.startsWith(appFolder()) ? relative(appFolder(), file) : file;
  return path.replaceAll("\\", "/");
}

/** Whether a file is of a model, an environment or a stack class of the app. */
function isOfApp(file: string): boolean {
  return /^(functions|environments|stacks)\/./.test(file);
}

/** Whether a file is of an installed package other than the engine. */
function isOfPackage(file: string): boolean {
  return /(^|\/)node_modules\//.test(file) && !/(^|\/)node_modules\/sagemaker-stages\//.test(file);
}

function oneLine(text: string): string {
  return text.replaceAll(`${appFolder()}/`, "").replace(/\s*\n\s*/g, " ");
}
