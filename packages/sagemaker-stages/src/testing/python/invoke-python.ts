import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { PYTHON_HANDLER, readPythonFiles } from "../../constructs/function/python/package";
import { appFolder } from "../../lib/app-folder";
import { UserError } from "../../lib/user-error";
import { findPython } from "../../local/lambda/python/machine";
import { removeTaskFolders, writeTaskFiles } from "../../local/lambda/task-folder";
import { engineSource } from "../../paths";
import { makeTempFolder } from "../temp-folder";

const run = promisify(execFile);

/**
 * The error for a machine without Python or boto3. The message contains the command that installs the missing program.
 *
 * @example
 * await expect(invokePython("functions/churn", [], invocation)).rejects.toThrow(PythonMissing);
 */
export class PythonMissing extends UserError {
  override readonly name = "PythonMissing";
}

/**
 * Reports on standard error that a handler in Python was not run. In CI this function throws the error, because CI must not
 * pass without the handler. A machine is a CI machine if the environment variable CI has a value other than "false".
 *
 * @param consequence - sentences about the check that continues without the handler
 * @throws the error if the error is not a {@link PythonMissing}, and in CI
 */
export function reportMissingPython(error: unknown, consequence = ""): void {
  const { CI = "" } = process.env;
  const isCi = CI !== "" && CI !== "false";
  if (!(error instanceof PythonMissing) || isCi) throw error;
  process.stderr.write(`${`Not run: ${error.message} ${consequence}`.trim()}\n`);
}

/**
 * The result of an invocation of a handler in Python.
 *
 * @example
 * const [result]: readonly PythonResult[] = results;
 * expect(result?.error).toMatchObject({ errorType: "ValueError" });
 */
export type PythonResult =
  | { readonly answer: unknown; readonly error?: undefined }
  | {
      readonly answer?: undefined;
      /** The document with which Lambda answers an exception. */
      readonly error: {
        readonly errorType: string;
        readonly errorMessage: string;
        readonly stackTrace: readonly string[];
      };
    };

/**
 * The settings of {@link invokePython}.
 *
 * @example
 * const invocation: PythonInvocation = {
 *   environment: { ...handlerEnvironment(endpoint) },
 *   allowedHost: endpoint.host,
 * };
 */
export interface PythonInvocation {
  /** The environment variables of the process. Only variables that Python and the SDK need on this machine are added. */
  readonly environment: NodeJS.ProcessEnv;
  /** `host:port`; a connection to another host is refused. */
  readonly allowedHost: string;
  /**
   * Lambda's runtime.
   *
   * @default "python3.13"
   */
  readonly runtime?: string;
  /**
   * Paths of files to add to the package, by their paths in the package, e.g. a vocabulary that a test shares with another
   * handler.
   *
   * @default - none
   */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * The results of {@link invokePython}.
 *
 * @example
 * const { results, refusedHosts }: PythonInvocations = await invokePython("functions/churn", events, invocation);
 * expect(refusedHosts).toEqual([]);
 */
export interface PythonInvocations {
  readonly results: readonly PythonResult[];
  /** Hosts that the handler tried to reach, without the allowed host. */
  readonly refusedHosts: readonly string[];
}

/** Enough of the output of a process to show the cause of an error. */
const MAX_BUFFER_IN_BYTES = 64 * 1024 * 1024;

/**
 * Invokes a handler in Python with all events, one after another, in a separate process. The process has the same files and
 * modules as the function on Lambda.
 *
 * @param folder - the folder with `handler.py`, from the app's folder, e.g. `functions/churn`
 * @throws PythonMissing if this machine cannot run the handler
 * @throws Error if the handler cannot be loaded
 * @example
 * const events = [restEvent(models.churn, models.churn.example.request)];
 * const { results } = await invokePython("functions/churn", events, {
 *   environment: { ...handlerEnvironment(endpoint) },
 *   allowedHost: endpoint.host,
 * });
 */
export async function invokePython(
  folder: string,
  events: readonly unknown[],
  { environment, allowedHost, runtime = "python3.13", files = {} }: PythonInvocation,
): Promise<PythonInvocations> {
  const python = findPython(runtime);
  if ("missing" in python) throw new PythonMissing(`${folder}/handler.py: ${python.missing}.`);
  const temporary = makeTempFolder();
  try {
    const task = join(temporary, "task");
    const extraFiles = Object.entries(files).map(([path, file]): [string, Uint8Array] => [
      path,
      readFileSync(resolve(appFolder(), file)),
    ]);
    writeTaskFiles(task, { ...readPythonFiles(folder), ...Object.fromEntries(extraFiles) });
    const [eventsFile, resultsFile, refusedFile] = ["events", "results", "refused"].map((name) =>
      join(temporary, name),
    ) as [string, string, string];
    writeFileSync(eventsFile, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    const words = [
      PYTHON_HANDLER,
      engineSource("local/lambda/python"),
      allowedHost,
      eventsFile,
      resultsFile,
      refusedFile,
    ];
    const finished = run(python.executable, ["-B", engineSource("testing/python/invoke.py"), ...words], {
      cwd: task,
      env: {
        // Lambda sets AWS_REGION and AWS_DEFAULT_REGION. boto3 reads AWS_DEFAULT_REGION.
        AWS_DEFAULT_REGION: environment.AWS_REGION,
        ...environment,
        LAMBDA_TASK_ROOT: task,
        // Lambda does not have the developer's settings. With these variables, the SDK does not read the settings.
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
      },
      maxBuffer: MAX_BUFFER_IN_BYTES,
    });
    const failure = await finished.then(
      () => undefined,
      (error: unknown) => error,
    );
    const refusedHosts = linesOf(refusedFile);
    if (failure !== undefined && refusedHosts.length === 0) throw failure;
    return {
      results: linesOf(resultsFile).map((line): PythonResult => JSON.parse(line)),
      refusedHosts: [...new Set(refusedHosts)],
    };
  } finally {
    removeTaskFolders(temporary);
  }
}

function linesOf(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}
