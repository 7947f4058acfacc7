import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { devNull } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { PYTHON_HANDLER, zipPython } from "../../constructs/function/python/package";
import { appFolder } from "../../lib/app-folder";
import { UserError } from "../../lib/user-error";
import { findPython } from "../../local/lambda/python/machine";
import { removeTaskFolders, writeTaskFolder } from "../../local/lambda/task-folder";
import { engineSource } from "../../paths";
import { makeTempFolder } from "../temp-folder";

const run = promisify(execFile);

/** This machine lacks Python or boto3; the message says how to install them. */
export class PythonMissing extends UserError {
  override readonly name = "PythonMissing";
}

/**
 * Says on standard error that a handler in Python was not run. A CI must not pass without the handler: there the error is
 * thrown, which says what to install. A machine is one of a CI where the environment variable CI is set, but not to "false".
 *
 * @param consequence - what a check does without the handler, sentences
 * @throws the error where it is another one than {@link PythonMissing}, or on a machine of a CI
 */
export function reportMissingPython(error: unknown, consequence = ""): void {
  const { CI = "" } = process.env;
  const isCi = CI !== "" && CI !== "false";
  if (!(error instanceof PythonMissing) || isCi) throw error;
  process.stderr.write(`${`Not run: ${error.message} ${consequence}`.trim()}\n`);
}

/** The outcome of one invocation of a handler in Python. */
export type PythonResult =
  | { readonly answer: unknown; readonly error?: undefined }
  | {
      readonly answer?: undefined;
      /** As Lambda answers an exception. */
      readonly error: {
        readonly errorType: string;
        readonly errorMessage: string;
        readonly stackTrace: readonly string[];
      };
    };

/** Where a handler in Python runs. */
export interface PythonInvocation {
  /** The process's only environment variables beside those that Python and the SDK need on this machine. */
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
   * Files of the package that lie elsewhere, by their paths in the package, e.g. a vocabulary that a test shares with
   * another handler.
   *
   * @default - none
   */
  readonly files?: Readonly<Record<string, string>>;
}

/** Invocations of a handler in Python. */
export interface PythonInvocations {
  readonly results: readonly PythonResult[];
  /** Hosts that the handler tried to reach, beside the allowed host. */
  readonly refusedHosts: readonly string[];
}

/** A cause of a failure needs no more of the output of a process. */
const MAX_BUFFER_IN_BYTES = 64 * 1024 * 1024;

/**
 * Invokes a handler in Python: all events one after another, in one process of its own, which has the files and modules
 * that the function has on Lambda.
 *
 * @param folder - the folder with `handler.py`, from the app's folder, e.g. `functions/churn`
 * @throws PythonMissing where this machine cannot run the handler
 * @throws Error where the handler cannot be loaded
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
    writeTaskFolder(task, zipPython(folder), Object.fromEntries(extraFiles));
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
        // Lambda sets both; boto3 reads this one.
        AWS_DEFAULT_REGION: environment.AWS_REGION,
        ...environment,
        LAMBDA_TASK_ROOT: task,
        // The SDK would read the developer's own settings, which Lambda does not have.
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
