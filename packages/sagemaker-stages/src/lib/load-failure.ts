import { isAbsolute, posix, relative } from "node:path";
import { appFolder } from "./app-folder";
import { UserError } from "./user-error";

/** The parts of a message of esbuild that {@link LoadFailure} shows. */
interface BuildMessage {
  readonly text: string;
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** A file of the app could not be loaded or bundled. */
export class LoadFailure extends UserError {
  override readonly name = "LoadFailure";

  /**
   * @param file - the path from the app's folder, e.g. `functions/iris/contract.ts`
   * @param causes - one line per cause; each line starts with the file
   */
  constructor(file: string, causes: readonly string[]) {
    const [, model] = /^functions\/([^/]+)\/./.exec(file) ?? [];
    const what = model === undefined ? file : `the model ${model}`;
    super([`${what} could not be loaded:`, ...causes.map((cause) => `  ${oneLine(cause)}`)].join("\n"));
  }
}

/**
 * Explains an error of a file of the app: a file that is not TypeScript, an import of a missing file or package, or code that
 * throws while the file is loaded.
 *
 * @returns `undefined` for other errors
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

/** Explains an error of `defineModels`, whose message has one line per fault of a ready-made contract's options. */
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

/** Explains an error of esbuild, from a build or from tsx. */
function readBuildFailure(error: Error): LoadFailure | undefined {
  const messages = "errors" in error && Array.isArray(error.errors) ? (error.errors as BuildMessage[]) : [];
  const built = messages.flatMap(({ text, location }) =>
    location === null
      ? []
      : [{ text, file: toAppPath(location.file), place: `${location.line}:${location.column + 1}` }],
  );
  const translated = [...error.message.matchAll(/^(.+?):(\d+):(\d+): ERROR: (.*)$/gm)].map(
    ([, file = "", line, column, text = ""]) => ({
      text,
      file: toAppPath(file),
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

/** Explains an error of Node.js for a `require` of a missing file or package. */
function readMissingModule(error: Error): LoadFailure | undefined {
  if (!("code" in error) || error.code !== "MODULE_NOT_FOUND" || !("requireStack" in error)) return undefined;
  const [importer] = Array.isArray(error.requireStack) ? error.requireStack.map(String) : [];
  const [, module] = /^Cannot find module '(.+)'/.exec(error.message) ?? [];
  if (importer === undefined || module === undefined || importer.includes("node_modules")) return undefined;
  return missingImport(toAppPath(importer), module);
}

/** Explains an error of Node.js for an `import()` of a missing file or package. */
function readMissingImport(error: Error): LoadFailure | undefined {
  if (!("code" in error) || error.code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const [, module, importer] =
    /^Cannot find (?:module|package) '(.+)' imported from (.+)$/m.exec(error.message) ?? [];
  if (importer === undefined || module === undefined || importer.includes("node_modules")) return undefined;
  const file = toAppPath(importer);
  // Node.js names the missing file instead of the import.
  const path = isAbsolute(module) ? posix.relative(posix.dirname(file), toAppPath(module)) : module;
  return missingImport(file, isAbsolute(module) && !path.startsWith(".") ? `./${path}` : path);
}

function missingImport(file: string, module: string): LoadFailure {
  const allowed = module.startsWith(".")
    ? `a file beside ${file.split("/").at(-1)}`
    : "a package that package.json names and npm installed";
  return new LoadFailure(file, [`${file}: got the import "${module}"; allowed: ${allowed}`]);
}

/** Explains an error that code of the app threw, see {@link findThrowingLocation}. */
function readThrown(error: Error): LoadFailure | undefined {
  const place = findThrowingLocation(error);
  if (place === undefined) return undefined;
  return new LoadFailure(place.file, [`${place.file}:${place.position}: ${error.name}: ${error.message}`]);
}

/** A location in a file of the app. */
export interface SourceLocation {
  /** Path from the app's folder, with slashes. */
  readonly file: string;
  /** Line and column, e.g. `31:32`. */
  readonly position: string;
}

/**
 * The location of the app's code that threw an error: the first frame of the stack trace, except frames of Node.js and of
 * packages, which the app's code called. Frames of the engine are not skipped.
 *
 * @returns `undefined` if this frame is not in a file of a model, an environment or a stack class
 */
export function findThrowingLocation(error: Error): SourceLocation | undefined {
  const frames = [
    ...(error.stack ?? "").matchAll(/^ +at (?:.* \()?(?:file:\/\/)?(\/?.+?):(\d+):(\d+)\)?$/gm),
  ];
  const locations = frames.map(([, file = "", line, column]) => ({
    file: toAppPath(file),
    position: `${line}:${column}`,
  }));
  const [origin] = locations.filter(({ file }) => !/^node:|^<anonymous>/.test(file) && !isPackageFile(file));
  return origin !== undefined && isAppFile(origin.file) ? origin : undefined;
}

/** A path from the app's folder, with slashes. */
function toAppPath(file: string): string {
  const path = file.startsWith(appFolder()) ? relative(appFolder(), file) : file;
  return path.replaceAll("\\", "/");
}

/** Whether a file belongs to a model, an environment or a stack class of the app. */
function isAppFile(file: string): boolean {
  return /^(functions|environments|stacks)\/./.test(file);
}

/** Whether a file belongs to an installed package, except the engine. */
function isPackageFile(file: string): boolean {
  return /(^|\/)node_modules\//.test(file) && !/(^|\/)node_modules\/sagemaker-stages\//.test(file);
}

function oneLine(text: string): string {
  return text.replaceAll(`${appFolder()}/`, "").replace(/\s*\n\s*/g, " ");
}
