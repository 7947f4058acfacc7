import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { engineSource } from "../../paths";
import { refusalLatency } from "../latency";
import type { ContainerFailures } from "../sagemaker/container-failures";
import { LOCAL_CREDENTIALS } from "../signature";
import type { FunctionDefinition } from "../terraform/deployment";
import { Concurrency, type UnreservedConcurrency } from "./concurrency";
import type { FunctionProcess } from "./function-process";
import type { Done, FunctionError, Invoke, Ready } from "./protocol";
import { findPython, isPythonRuntime, type Python } from "./python/machine";
import { missingPythonAnswer } from "./python/missing";
import { PythonProcess } from "./python/process";
import { writeTaskFolder } from "./task-folder";

/** How an invocation ended. */
export type InvocationResult =
  | {
      readonly ok: true;
      readonly payload: string;
      /** Why a container of this machine did not answer the function, a sentence. */
      readonly localCause?: string;
    }
  | {
      readonly ok: false;
      readonly error: FunctionError;
      /** Why Lambda throttled the invocation; the function then did not run. */
      readonly throttledBy?: ThrottleReason;
    };

/** `Reason` of Lambda's TooManyRequestsException (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
export type ThrottleReason =
  | "ConcurrentInvocationLimitExceeded"
  | "ReservedFunctionConcurrentInvocationLimitExceeded";

/** What API Gateway invokes for a route. */
export interface RouteFunction {
  readonly definition: Pick<FunctionDefinition, "invocableFor">;
  /** @param payload - the event, JSON */
  invoke(payload: string): Promise<InvocationResult>;
}

/** Where functions run, and whom they ask. */
export interface LambdaSettings {
  /** A folder of this process's own, for code. Remove it with `removeTaskFolders`: the functions' own folders are read-only. */
  readonly folder: string;
  /** The local SageMaker runtime. */
  readonly sagemakerRuntimeUrl: string;
  /** Takes the functions' output. */
  readonly log: (text: string) => void;
  /** The account's concurrency that functions without reserved concurrency share. */
  readonly unreserved: UnreservedConcurrency;
  /** Why containers did not answer the functions. */
  readonly containerFailures: ContainerFailures;
}

/**
 * Lambda starts a process for each concurrent invocation. Here the first ones start as soon as they are needed, and
 * further ones only where invocations have waited for {@link GROWTH_INTERVAL_IN_MS}: invocations that compute share
 * the cores of this machine anyway, but invocations that wait for an endpoint need a process each.
 */
const FIRST_PROCESSES = 8;

/** Each takes about 10 MB of memory beside what all share, and more under load. */
const MAX_PROCESSES = 40;

/** Processes of a function in Python take about 60 MB each, because each loads the AWS SDK. */
const FIRST_PYTHON_PROCESSES = 2;
const MAX_PYTHON_PROCESSES = 16;

const GROWTH_INTERVAL_IN_MS = 100;

/** Of the processes beyond the first ones: each takes about 50 ms of a core, which other functions need, too. */
const MAX_LOADING = 2;

/** After a burst, processes beyond {@link FIRST_PROCESSES} end when they have been idle for this long. */
const IDLE_TIME_IN_MS = 10_000;

/** A function that is throttled again and again says so once in this time. */
const THROTTLE_LOG_INTERVAL_IN_MS = 1_000;

/** Lambda's own limit for loading a function (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html). */
const INIT_TIMEOUT_IN_MS = 10_000;

/** One process that runs one invocation at a time. */
interface Worker {
  readonly process: FunctionProcess;
  /** Of its credentials; no other process has the same. */
  readonly sessionToken: string;
  /** The module is loaded, or why it is not. */
  readonly ready: Promise<FunctionError | undefined>;
}

/** An invocation that no process is free for. */
interface Waiting {
  /** `performance.now()` */
  readonly since: number;
  readonly resolve: (worker: Worker | undefined) => void;
}

/**
 * A function, run from its deployment package in warm processes of its own, with the environment variables,
 * time-out, memory size and reserved concurrency that the Terraform gives it.
 */
export class LocalFunction implements RouteFunction {
  private readonly idle: Worker[] = [];
  private readonly waiting: Waiting[] = [];
  private readonly workers = new Set<Worker>();
  private readonly concurrency: Concurrency;
  private readonly firstProcesses: number;
  private readonly maxProcesses: number;
  /** Of a function in Python: the interpreter, or what this machine lacks. */
  private readonly python: ReturnType<typeof findPython> | undefined;
  private growth: NodeJS.Timeout | undefined;
  private loading = 0;
  private throttleLoggedAt = Number.NEGATIVE_INFINITY;
  private retired = false;
  private stopped = false;

  constructor(
    readonly definition: FunctionDefinition,
    private readonly settings: LambdaSettings,
  ) {
    const { arn, reservedConcurrency } = definition;
    this.concurrency =
      reservedConcurrency === undefined ? settings.unreserved.of(arn) : new Concurrency(reservedConcurrency);
    const isPython = isPythonRuntime(definition.runtime);
    this.python = isPython ? findPython(definition.runtime) : undefined;
    this.firstProcesses = isPython ? FIRST_PYTHON_PROCESSES : FIRST_PROCESSES;
    const most = isPython ? MAX_PYTHON_PROCESSES : MAX_PROCESSES;
    this.maxProcesses = Math.min(most, reservedConcurrency ?? most);
    if (this.missing === undefined) this.idle.push(this.start());
  }

  /** What this machine lacks to run the function; `undefined` where it runs. */
  private get missing(): string | undefined {
    return this.python !== undefined && "missing" in this.python ? this.python.missing : undefined;
  }

  /**
   * Invokes the function.
   *
   * @param payload - the event, JSON
   */
  async invoke(payload: string): Promise<InvocationResult> {
    if (this.missing !== undefined) {
      this.settings.log(`${this.definition.name}: not run: ${this.missing}\n`);
      return { ok: true, payload: missingPythonAnswer(this.definition, payload, this.missing) };
    }
    // An invocation that waits for a process counts: on AWS it would be running.
    if (!this.concurrency.take()) return await this.throttle();
    try {
      return await this.execute(payload);
    } finally {
      this.concurrency.release();
    }
  }

  private async execute(payload: string): Promise<InvocationResult> {
    const worker = await this.acquire();
    if (worker === undefined) return this.fail(STOPPED);
    const initError = await worker.ready;
    if (initError !== undefined) {
      this.discard(worker);
      return this.fail(initError);
    }
    const result = await this.run(worker, payload);
    const localCause = this.settings.containerFailures.take(worker.sessionToken);
    if (result.ok || worker.process.connected) this.release(worker);
    else this.discard(worker);
    return result.ok && localCause !== undefined ? { ...result, localCause } : result;
  }

  /** Whether any of its processes is there. */
  get isRunning(): boolean {
    return this.workers.size > 0;
  }

  /** Ends all processes at once. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.growth);
    for (const { resolve } of this.waiting.splice(0)) resolve(undefined);
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
    if (this.workers.size < Math.min(this.firstProcesses, this.maxProcesses)) return this.start();
    return new Promise((resolve) => {
      this.waiting.push({ since: performance.now(), resolve });
      this.growLater();
    });
  }

  private growLater(): void {
    if (this.growth !== undefined || this.workers.size >= this.maxProcesses) return;
    this.growth = setTimeout(() => {
      this.growth = undefined;
      this.grow();
    }, GROWTH_INTERVAL_IN_MS);
  }

  /** Starts processes, a few at a time, while invocations wait for which no process becomes free. */
  private grow(): void {
    const waitingSince = performance.now() - GROWTH_INTERVAL_IN_MS;
    const needed = this.waiting.filter(({ since }) => since <= waitingSince).length;
    while (this.loading < Math.min(needed, MAX_LOADING) && this.workers.size < this.maxProcesses) {
      const worker = this.start();
      this.loading++;
      void worker.ready.then(() => {
        this.loading--;
        // The invocation that waits longest gets it: another process may have become free for the one before.
        if (this.workers.has(worker)) this.release(worker);
        this.grow();
      });
    }
    if (this.waiting.length > 0) this.growLater();
  }

  private release(worker: Worker): void {
    const next = this.waiting.shift();
    if (next !== undefined) {
      next.resolve(worker);
      return;
    }
    if (this.retired) {
      void this.end(worker);
      return;
    }
    this.idle.push(worker);
    if (this.workers.size > this.firstProcesses) this.endWhereIdle(worker);
  }

  private endWhereIdle(worker: Worker): void {
    setTimeout(() => {
      if (this.idle.includes(worker) && this.workers.size > this.firstProcesses) void this.end(worker);
    }, IDLE_TIME_IN_MS).unref();
  }

  private discard(worker: Worker): void {
    void this.end(worker);
    if (!this.stopped) this.waiting.shift()?.resolve(this.start());
  }

  private async throttle(): Promise<InvocationResult> {
    const { name, reservedConcurrency } = this.definition;
    const now = performance.now();
    if (now - this.throttleLoggedAt >= THROTTLE_LOG_INTERVAL_IN_MS) {
      this.throttleLoggedAt = now;
      const what =
        reservedConcurrency === undefined
          ? `the ${this.concurrency.limit} concurrent executions that the account's functions share`
          : `its ${reservedConcurrency} reserved concurrent executions`;
      this.settings.log(`${name}: Lambda throttles: ${what} are in use\n`);
    }
    await refusalLatency();
    const throttledBy =
      reservedConcurrency === undefined
        ? "ConcurrentInvocationLimitExceeded"
        : "ReservedFunctionConcurrentInvocationLimitExceeded";
    return { ok: false, error: THROTTLED, throttledBy };
  }

  private async end(worker: Worker): Promise<void> {
    this.workers.delete(worker);
    this.settings.containerFailures.revokeToken(worker.sessionToken);
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
    const lines = [
      `${this.definition.name}: ${error.errorType}: ${error.errorMessage}\n`,
      ...(error.stackTrace ?? []),
    ];
    this.settings.log(lines.join(""));
    return { ok: false, error };
  }

  private start(): Worker {
    const sessionToken = this.settings.containerFailures.issueToken();
    const child =
      this.python === undefined || "missing" in this.python
        ? this.startNode(sessionToken)
        : this.startPython(this.python, sessionToken);
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
    const worker = { process: child, sessionToken, ready };
    this.workers.add(worker);
    // One that dies between two invocations must not be given a third.
    child.once("exit", () => void this.end(worker));
    return worker;
  }

  private startNode(sessionToken: string): FunctionProcess {
    const { memorySizeInMb, sourceMapFile } = this.definition;
    const words = sourceMapFile === undefined ? [] : [sourceMapFile];
    return fork(buildBootstrap(this.settings.folder), words, {
      cwd: this.unzip(),
      env: this.environment(sessionToken),
      execArgv: [`--max-old-space-size=${memorySizeInMb}`],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
  }

  private startPython(python: Python, sessionToken: string): FunctionProcess {
    return new PythonProcess(python, { folder: this.unzip(), environment: this.environment(sessionToken) });
  }

  private unzip(): string {
    const { zipFile, codeSha256 } = this.definition;
    const root = join(this.settings.folder, Buffer.from(codeSha256, "base64").toString("hex").slice(0, 16));
    if (!existsSync(root)) writeTaskFolder(root, readFileSync(zipFile));
    return root;
  }

  /** The function's own variables and those that Lambda sets: nothing of this machine's leaks in. */
  private environment(sessionToken: string): NodeJS.ProcessEnv {
    const { definition, settings } = this;
    return {
      ...definition.environment,
      _HANDLER: definition.handler,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
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

const THROTTLED: FunctionError = { errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded." };

const OUT_OF_MEMORY: FunctionError = {
  errorType: "Runtime.ExitError",
  errorMessage: "Runtime exited with error: signal: killed (out of memory)",
};

function buildBootstrap(folder: string): string {
  const outfile = join(folder, "bootstrap.js");
  if (!existsSync(outfile)) {
    buildSync({
      entryPoints: [engineSource("local/lambda/bootstrap.ts")],
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
