import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { unzipSync } from "fflate";
import { LOCAL_CREDENTIALS } from "../signature";
import type { FunctionDefinition } from "../terraform/deployment";
import type { Done, FunctionError, Invoke, Ready } from "./protocol";

/** How an invocation ended. */
export type InvocationResult =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly error: FunctionError };

/** What API Gateway invokes for a route. */
export interface RouteFunction {
  readonly definition: Pick<FunctionDefinition, "invocableFor">;
  /** @param payload - the event, JSON */
  invoke(payload: string): Promise<InvocationResult>;
}

/** Where functions run, and whom they ask. */
export interface LambdaSettings {
  /** A folder of this process's own, for code. */
  readonly folder: string;
  /** The local SageMaker runtime. */
  readonly sagemakerRuntimeUrl: string;
  /** Takes the functions' output. */
  readonly log: (text: string) => void;
}

/** The longest event, JSON (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
export const MOST_BYTES_OF_EVENT = 6 * 1024 * 1024;

/** The longest answer, JSON: Lambda leaves 100 bytes more for it. */
export const MOST_BYTES_OF_ANSWER = MOST_BYTES_OF_EVENT + 100;

/** Lambda starts as many as it needs; here more than this only wait for a core. */
const MOST_PROCESSES = 8;

/** Lambda's own limit for loading a function (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html). */
const INIT_TIMEOUT_IN_MS = 10_000;

/** One process that runs one invocation at a time. */
interface Worker {
  readonly process: ChildProcess;
  /** The module is loaded, or why it is not. */
  readonly ready: Promise<FunctionError | undefined>;
}

/**
 * A function, run from its deployment package in warm processes of its own, with the environment variables,
 * time-out and memory size that the Terraform gives it.
 */
export class LocalFunction implements RouteFunction {
  private readonly idle: Worker[] = [];
  private readonly waiting: ((worker: Worker | undefined) => void)[] = [];
  private readonly workers = new Set<Worker>();
  private retired = false;
  private stopped = false;

  constructor(
    readonly definition: FunctionDefinition,
    private readonly settings: LambdaSettings,
  ) {
    this.idle.push(this.start());
  }

  /**
   * Invokes the function.
   *
   * @param payload - the event, JSON
   */
  async invoke(payload: string): Promise<InvocationResult> {
    const worker = await this.acquire();
    if (worker === undefined) return this.fail(STOPPED);
    const initError = await worker.ready;
    if (initError !== undefined) {
      this.discard(worker);
      return this.fail(initError);
    }
    const result = await this.run(worker, payload);
    if (result.ok || worker.process.connected) this.release(worker);
    else this.discard(worker);
    return result;
  }

  /** Whether any of its processes is there. */
  get isRunning(): boolean {
    return this.workers.size > 0;
  }

  /** Ends all processes at once. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const resolve of this.waiting.splice(0)) resolve(undefined);
    await Promise.all([...this.workers].map((worker) => this.end(worker)));
  }

  /** Ends each process as soon as its invocation is done: another version has taken over. */
  retire(): void {
    this.retired = true;
    for (const worker of [...this.idle]) void this.end(worker);
  }

  /** Waits for the first process to be loaded. @returns why it could not be */
  async warmUp(): Promise<FunctionError | undefined> {
    return await this.idle[0]?.ready;
  }

  /** @returns `undefined` where the function is stopped */
  private acquire(): Worker | undefined | Promise<Worker | undefined> {
    if (this.stopped) return undefined;
    // One that has died since its last invocation may still stand here: its exit is told a moment later.
    const worker = this.idle.findLast((candidate) => candidate.process.connected);
    if (worker !== undefined) {
      this.idle.splice(this.idle.indexOf(worker), 1);
      return worker;
    }
    if (this.workers.size < MOST_PROCESSES) return this.start();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private release(worker: Worker): void {
    const next = this.waiting.shift();
    if (next !== undefined) next(worker);
    else if (this.retired) void this.end(worker);
    else this.idle.push(worker);
  }

  private discard(worker: Worker): void {
    void this.end(worker);
    if (!this.stopped) this.waiting.shift()?.(this.start());
  }

  private async end(worker: Worker): Promise<void> {
    this.workers.delete(worker);
    const index = this.idle.indexOf(worker);
    if (index >= 0) this.idle.splice(index, 1);
    const child = worker.process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.kill("SIGKILL");
    });
  }

  private run(worker: Worker, payload: string): Promise<InvocationResult> {
    const { process: child } = worker;
    const { timeoutInSeconds, memorySizeInMb, arn } = this.definition;
    const requestId = randomUUID();
    return new Promise((resolve) => {
      const settle = (result: InvocationResult) => {
        clearTimeout(timer);
        child.off("message", onMessage).off("exit", onExit);
        resolve(result);
      };
      const onMessage = (message: Ready | Done) => {
        if (message.kind !== "done") return;
        if (message.error !== undefined) return settle(this.fail(message.error));
        if (message.memoryInBytes > memorySizeInMb * 1024 * 1024) {
          child.disconnect();
          return settle(this.fail(OUT_OF_MEMORY));
        }
        settle({ ok: true, payload: message.payload ?? "null" });
      };
      const onExit = (code: number | null, signal: string | null) =>
        settle(
          this.fail(
            signal === "SIGABRT"
              ? OUT_OF_MEMORY
              : {
                  errorType: "Runtime.ExitError",
                  errorMessage: `Runtime exited with ${signal ?? `status ${code}`}`,
                },
          ),
        );
      const timer = setTimeout(() => {
        child.off("exit", onExit).disconnect();
        settle(
          this.fail({
            errorType: "Sandbox.Timedout",
            errorMessage: `Task timed out after ${timeoutInSeconds}.00 seconds`,
          }),
        );
      }, timeoutInSeconds * 1000);
      child.on("message", onMessage).on("exit", onExit);
      const invoke: Invoke = {
        requestId,
        payload,
        deadline: Date.now() + timeoutInSeconds * 1000,
        functionArn: arn,
      };
      // Where the process has just died, its exit says so.
      child.send(invoke, () => undefined);
    });
  }

  private fail(error: FunctionError): InvocationResult {
    this.settings.log(`${this.definition.name}: ${error.errorType}: ${error.errorMessage}\n`);
    return { ok: false, error };
  }

  private start(): Worker {
    const { memorySizeInMb, sourceMapFile } = this.definition;
    const words = sourceMapFile === undefined ? [] : [sourceMapFile];
    const child = fork(buildBootstrap(this.settings.folder), words, {
      cwd: this.unzip(),
      env: this.environment(),
      execArgv: [`--max-old-space-size=${memorySizeInMb}`],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    child.stdout?.setEncoding("utf8").on("data", this.settings.log);
    child.stderr?.setEncoding("utf8").on("data", this.settings.log);
    const ready = new Promise<FunctionError | undefined>((resolve) => {
      const timer = setTimeout(
        () => resolve({ errorType: "Sandbox.Timedout", errorMessage: "Init timed out after 10.00 seconds" }),
        INIT_TIMEOUT_IN_MS,
      );
      child.once("message", (message: Ready) => {
        clearTimeout(timer);
        resolve(message.error);
      });
      child.once("exit", (code, signal) => {
        clearTimeout(timer);
        resolve({
          errorType: "Runtime.ExitError",
          errorMessage: `Runtime exited with ${signal ?? `status ${code}`}`,
        });
      });
    });
    const worker = { process: child, ready };
    this.workers.add(worker);
    // One that dies between two invocations must not be given a third.
    child.once("exit", () => void this.end(worker));
    return worker;
  }

  private unzip(): string {
    const { zipFile, codeSha256 } = this.definition;
    const root = join(this.settings.folder, Buffer.from(codeSha256, "base64").toString("hex").slice(0, 16));
    if (existsSync(root)) return root;
    for (const [name, bytes] of Object.entries(unzipSync(readFileSync(zipFile)))) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), bytes);
    }
    return root;
  }

  /** The function's own variables and those that Lambda sets: nothing of this machine's leaks in. */
  private environment(): NodeJS.ProcessEnv {
    const { definition, settings } = this;
    return {
      ...definition.environment,
      _HANDLER: definition.handler,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_DEFAULT_REGION: definition.region,
      AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memorySizeInMb),
      AWS_LAMBDA_FUNCTION_NAME: definition.name,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: "local",
      AWS_REGION: definition.region,
      LAMBDA_TASK_ROOT: this.unzip(),
      LANG: "en_US.UTF-8",
      TZ: ":UTC",
      AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: settings.sagemakerRuntimeUrl,
    };
  }
}

const STOPPED: FunctionError = { errorType: "Runtime.ExitError", errorMessage: "the stage was stopped" };

const OUT_OF_MEMORY: FunctionError = {
  errorType: "Runtime.ExitError",
  errorMessage: "Runtime exited with error: signal: killed (out of memory)",
};

function buildBootstrap(folder: string): string {
  const outfile = join(folder, "bootstrap.js");
  if (!existsSync(outfile)) {
    buildSync({
      entryPoints: [join(__dirname, "bootstrap.ts")],
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      outfile,
      logLevel: "silent",
    });
  }
  return outfile;
}
