import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type ZippableFile, zipSync } from "fflate";
import { DEFAULT_PYTHON_RUNTIME, type PythonRuntime } from "../../../aws/lambda-runtimes";
import { describeFault, type Fault, FaultCollector, raw } from "../../../environment/fault-collector";
import { appFolder } from "../../../lib/app-folder";
import { UserError } from "../../../lib/user-error";
import { FIXED_ATTRIBUTES, MAX_UNZIPPED_BYTES, requireBytes } from "../package-limits";
import { findExcludedImports, HANDLER_FILE, packagedFiles, readTextIn } from "./files";
import { isNative, readNativeCode } from "./native-code";
import { type PythonTarget, pipCommand } from "./pip-command";
import { findUnmetRequirements } from "./requirements";

/** The handler as Lambda names it: module and function. */
export const PYTHON_HANDLER = "handler.lambda_handler";

const PACKAGES_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/python-package.html";

/**
 * Zips the files of a folder with a handler in Python. The same files give the same bytes, in every folder and at every
 * time.
 *
 * @param path - the folder, from the app's folder, e.g. `functions/churn`
 * @throws UserError if the files exceed Lambda's limit
 */
export function zipPython(path: string): Uint8Array {
  const entries = Object.entries(readPythonFiles(path)).map(([file, content]): [string, ZippableFile] => [
    file,
    [content, FIXED_ATTRIBUTES],
  ]);
  return zipSync(Object.fromEntries(entries));
}

/**
 * Reads the files that {@link zipPython} zips, by their paths in the package. A process on this machine needs no zip: to
 * compress NumPy takes seconds.
 *
 * @param path - the folder, from the app's folder, e.g. `functions/churn`
 * @throws UserError if the files exceed Lambda's limit
 */
export function readPythonFiles(path: string): Readonly<Record<string, Uint8Array>> {
  const folder = join(appFolder(), path);
  const contents: Record<string, Uint8Array> = {};
  let bytes = 0;
  for (const file of packagedFiles(folder).files) {
    const content = readFileSync(join(folder, file));
    bytes += content.length;
    // Checked per file, so that a huge folder does not fill the memory.
    requireBytes(basename(path), "unzipped", bytes, MAX_UNZIPPED_BYTES);
    contents[file] = content;
  }
  return contents;
}

/**
 * Faults of a model's folder that do not depend on the environment.
 *
 * @param targets - runtimes and architectures of the environments, for the commands in remedies
 */
export function checkPythonFolder(
  folder: string,
  collector: FaultCollector,
  targets: readonly PythonTarget[] = [{}],
): void {
  const { files, refused } = packagedFiles(folder);
  const handler = readTextIn(folder, HANDLER_FILE) ?? "";
  collector.require(
    /^\s*def\s+lambda_handler\s*\(|^\s*lambda_handler\s*=|^\s*from\s.*\bimport\b.*\blambda_handler\b/m.test(
      handler,
    ),
    HANDLER_FILE,
    raw("no function lambda_handler"),
    "def lambda_handler(event, context): …, not async",
    "Lambda calls handler.lambda_handler: https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html",
  );
  for (const other of ["contract.ts", "handler.ts"]) {
    collector.require(
      !existsSync(join(folder, other)),
      other,
      raw(`${other} beside ${HANDLER_FILE}`),
      `either ${HANDLER_FILE} or ${other}`,
      "a model has one handler",
    );
  }
  for (const path of refused) {
    collector.require(
      false,
      path,
      raw("a symbolic link or a special file"),
      "files and folders",
      "the target of a link can lie outside of the folder or differ on another machine",
    );
  }
  for (const { file, module } of findExcludedImports(folder, files)) {
    collector.require(
      false,
      file,
      raw(`an import of ${module}`),
      `a folder with another name, because ${module}/ is not packaged; or no import of ${module}`,
      `the package omits ${module}/ at the top of functions/${basename(folder)}, so the import would fail on Lambda`,
    );
  }
  const requirements = readTextIn(folder, "requirements.txt") ?? "";
  for (const { line, allowed } of findUnmetRequirements(
    requirements,
    files,
    `functions/${basename(folder)}`,
    targets,
  )) {
    collector.require(
      false,
      "requirements.txt",
      line,
      allowed,
      `a synthesis installs nothing, so that it needs no network and gives the same package everywhere: ${PACKAGES_SOURCE}`,
    );
  }
}

/**
 * Compares the compiled files of a package with the runtime and the architecture of its function.
 *
 * @returns the runtime
 * @throws UserError with every file that would fail when the function is loaded
 */
export function requirePythonTarget(model: string, target: PythonTarget = {}): PythonRuntime {
  const { runtime = DEFAULT_PYTHON_RUNTIME, architecture = "arm64" } = target;
  const folder = folderOf(model);
  const faults: Fault[] = [];
  const collector = new FaultCollector(`functions/${model}`, faults);
  for (const file of packagedFiles(folder).files.filter(isNative)) {
    const native = readNativeCode(file, readFileSync(join(folder, file)));
    collector.require(
      native.architecture === architecture,
      file,
      raw(`native code for ${native.architecture ?? "a system other than Linux on arm64 or x86_64"}`),
      `native code for ${architecture}, or function.architecture: ${JSON.stringify(native.architecture ?? architecture)} in the environment. To fetch it: ${pipCommand(`functions/${model}`, `-r functions/${model}/requirements.txt`, { runtime, architecture })}`,
      "https://docs.aws.amazon.com/lambda/latest/dg/python-package.html#python-package-native-libraries",
    );
    collector.require(
      native.runtime === undefined || native.runtime === runtime,
      file,
      raw(`native code for ${native.runtime}`),
      `native code for ${runtime} (the value of function.runtime), or for every version of Python (abi3)`,
      PACKAGES_SOURCE,
    );
  }
  if (faults.length === 0) return runtime;
  throw new UserError([`the model ${model} could not be packaged:`, ...faults.map(describeFault)].join("\n"));
}

function folderOf(model: string): string {
  return join(appFolder(), "functions", model);
}
