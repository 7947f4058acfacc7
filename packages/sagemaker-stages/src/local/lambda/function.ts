import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { splitArn } from "../../aws/arn";
import { MAX_ANSWER_IN_BYTES } from "../../aws/lambda-limits";
import { bundleProgram, FUNCTION_PROGRAM } from "../bundle-program";
import { recordInvocation, recordThrottle } from "../cloudwatch/aws-metrics";
import { type CloudWatch, scopeOf } from "../cloudwatch/cloudwatch";
import { refusalLatency } from "../latency";
import type { ContainerFailures } from "../sagemaker/container-failures";
import { LOCAL_CREDENTIALS } from "../signature";
import type { FunctionDefinition } from "../terraform/deployment";
import { AnswerStream, type Bandwidth } from "./answer-stream";
import { Concurrency, type UnreservedConcurrency } from "./concurrency";
import { sendDisconnect } from "./disconnects";
import type { FunctionProcess } from "./function-process";
import type { LostCaptures } from "./lost-captures";
import type { FromFunction, FunctionError, Invoke, Ready, ToFunction } from "./protocol";
import { findPython, isPythonRuntime, type Python } from "./python/machine";
import { missingPythonAnswer } from "./python/missing";
import { PythonProcess } from "./python/process";
import { STREAM_PROCESSES, type StreamProcesses } from "./stream-processes";
import { writeTaskFolder } from "./task-folder";

/** The result of an invocation. */
export type InvocationResult =
  | {
      readonly ok: true;
      /** The answer: JSON, or the text that a streaming handler wrote. Empty if the answer was streamed to the caller. */
      readonly payload: string;
      /** The reason why a container of this machine did not answer the function, as a sentence. */
      readonly localCause?: string;
    }
  | FailedInvocation;

/** A failed invocation. */
export interface FailedInvocation {
  readonly ok: false;
  readonly error: FunctionError;
  /** The reason why Lambda throttled the invocation. A throttled function does not run. */
  readonly throttledBy?: ThrottleReason;
}

/** The result of a streamed invocation at its first chunk, or its failure before the first chunk. */
export type StreamedInvocation =
  | {
      readonly ok: true;
      readonly body: AnswerStream;
      /** The result of the invocation at its end. If the invocation fails later, `body` fails, too. */
      readonly ended: Promise<InvocationResult>;
    }
  | FailedInvocation;

/** `Reason` of Lambda's TooManyRequestsException (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html). */
export type ThrottleReason =
  | "ConcurrentInvocationLimitExceeded"
  | "ReservedFunctionConcurrentInvocationLimitExceeded";

/** A function that API Gateway invokes for a route. */
export interface RouteFunction {
  readonly definition: Pick<FunctionDefinition, "invocableFor">;
  /** @param payload - the event, JSON */
  invoke(payload: string): Promise<InvocationResult>;
  /**
   * Invokes the function, and returns its answer chunk by chunk. The answer of a handler that does not stream is one chunk.
   *
   * @param payload - the event, JSON
   * @param signal - aborts when the caller disconnects
   */
  stream(payload: string, signal?: AbortSignal): Promise<StreamedInvocation>;
}

/** The settings of local functions. */
export interface LambdaSettings {
  /**
   * A folder for code, only for this process. Remove the folder with `removeTaskFolders`: its subfolders are read-only.
   */
  readonly folder: string;
  /**
   * The path of the bundled program of the processes, see `FUNCTION_PROGRAM`.
   *
   * @default - a file in the folder, which the first function bundles
   */
  readonly program?: string | undefined;
  /** The address of the local SageMaker runtime. */
  readonly sagemakerRuntimeUrl: string;
  /** The address of the local issuer, which answers the requests of authorizers. @default - none */
  readonly issuerUrl?: string | undefined;
  /** The address of S3, to which functions write captured requests. @default - none */
  readonly s3Url?: string | undefined;
  /** Receives the functions' output. */
  readonly log: (text: string) => void;
  /** The concurrency that functions without reserved concurrency share. */
  readonly unreserved: UnreservedConcurrency;
  /** The reasons why containers did not answer the functions. */
  readonly containerFailures: ContainerFailures;
  /** Receives the metrics of the functions. @default - no metrics */
  readonly cloudWatch?: CloudWatch | undefined;
  /** The processes of streamed answers, which all functions share. @default - as many as half of the memory permits */
  readonly streamProcesses?: StreamProcesses | undefined;
  /** The speed of long streamed answers. @default - Lambda's limit */
  readonly bandwidth?: Bandwidth | undefined;
  /** Summarizes lost records of captured requests. @default - no summary */
  readonly lostCaptures?: LostCaptures | undefined;
  /**
   * Returns the current time of the metrics in milliseconds since 1970.
   *
   * @default - the clock of the machine
   */
  readonly now?: (() => number) | undefined;
}

/**
 * The number of processes that start immediately. Lambda starts a process for each concurrent invocation. Here, further
 * processes start only after invocations have waited for {@link GROWTH_INTERVAL_IN_MS}: invocations that compute share
 * this machine's cores, but each invocation that waits for an endpoint needs a process.
 */
const FIRST_PROCESSES = 8;

/**
 * The limit of a function's processes. Each process needs about 10 MB of unshared memory, and more under load. Streamed
 * answers do not count toward this limit: see {@link StreamProcesses}.
 */
const MAX_PROCESSES = 40;

/** The numbers for Python are lower, because each process loads the AWS SDK and needs about 60 MB. */
const FIRST_PYTHON_PROCESSES = 2;
const MAX_PYTHON_PROCESSES = 16;

const GROWTH_INTERVAL_IN_MS = 100;

/** The number of further processes that load at once: each needs about 50 ms of a core. */
const MAX_LOADING = 2;

/** After a burst, processes beyond {@link FIRST_PROCESSES} end after this idle time. */
const IDLE_TIME_IN_MS = 10_000;

/** The interval of the message about streamed answers that wait for memory. */
const MEMORY_LOG_INTERVAL_IN_MS = 10_000;

/** The interval of the message about a throttled function. */
const THROTTLE_LOG_INTERVAL_IN_MS = 1_000;

/**
 * Lambda's limit for loading a function (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
const INIT_TIMEOUT_IN_MS = 10_000;

/** A process that runs one invocation at a time. */
interface Worker {
  readonly process: FunctionProcess;
  /** The unique session token of the process's credentials. */
  readonly sessionToken: string;
  /** Resolves after the module is loaded, with an error if the module cannot be loaded. */
  readonly ready: Promise<FunctionError | undefined>;
  /** Whether extensions of the process work after an answer. Known when the process is ready. */
  hasExtensions: boolean;
}

/** The result of an invocation, and the end of its work. */
interface Execution {
  readonly result: InvocationResult;
  /** Resolves when the process can accept an invocation: Lambda returns the answer before extensions end their work. */
  readonly finished?: Promise<void>;
}

/** An invocation that waits for a free process. */
interface QueuedInvocation {
  /** The start of the waiting time, by `performance.now()`. */
  readonly since: number;
  readonly resolve: (worker: Worker | undefined) => void;
}

/**
 * A function that runs from its deployment package in dedicated warm processes, with the environment variables,
 * time-out, memory size and reserved concurrency of the Terraform.
 */
export class LocalFunction implements RouteFunction {
  private readonly idle: Worker[] = [];
  private readonly waiting: QueuedInvocation[] = [];
  private readonly workers = new Set<Worker>();
  private readonly concurrency: Concurrency;
  private readonly firstProcesses: number;
  private readonly maxProcesses: number;
  /** For a function in Python: the interpreter, or the missing software. */
  private readonly python: ReturnType<typeof findPython> | undefined;
  private growth: NodeJS.Timeout | undefined;
  private loading = 0;
  /** The invocations that are running or wait for a process, also those whose extensions work after the answer. */
  private running = 0;
  /** The streamed invocations that run or wait for a process. */
  private streams = 0;
  private throttleLoggedAt = Number.NEGATIVE_INFINITY;
  private memoryLoggedAt = Number.NEGATIVE_INFINITY;
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
    const max = isPython ? MAX_PYTHON_PROCESSES : MAX_PROCESSES;
    this.maxProcesses = Math.min(max, reservedConcurrency ?? max);
    if (this.missing === undefined) this.idle.push(this.start());
  }

  /** The missing software without which the function cannot run; `undefined` if it can run. */
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
    return await this.begin(payload);
  }

  async stream(payload: string, signal?: AbortSignal): Promise<StreamedInvocation> {
    const body = new AnswerStream(this.settings.bandwidth);
    if (this.missing !== undefined) {
      const result = await this.invoke(payload);
      if (!result.ok) return result;
      body.receive(Buffer.from(result.payload), JSON_TYPE);
      body.finish(JSON_TYPE);
      return { ok: true, body, ended: Promise.resolve(result) };
    }
    const disconnect = () => body.destroy();
    if (signal?.aborted) disconnect();
    signal?.addEventListener("abort", disconnect, { once: true });
    this.streams++;
    const ended = this.begin(payload, body).finally(() => {
      this.streams--;
      signal?.removeEventListener("abort", disconnect);
    });
    const started = { ok: true, body, ended } as const;
    return await Promise.race([
      body.started.then(() => started),
      ended.then((result) => (result.ok ? started : result)),
    ]);
  }

  /** @param answer - receives the answer chunk by chunk. Default: the result contains the answer */
  private async begin(payload: string, answer?: AnswerStream): Promise<InvocationResult> {
    // An invocation that waits for a process counts as concurrent, because it would be running on AWS.
    if (!this.concurrency.take()) return await this.throttle();
    const { now = Date.now } = this.settings;
    const startedAt = now();
    const start = performance.now();
    const concurrency = ++this.running;
    let hasFailed = true;
    let finished: Promise<void> | undefined;
    try {
      const execution = await this.execute(payload, answer);
      finished = execution.finished;
      hasFailed = !execution.result.ok;
      return execution.result;
    } finally {
      const end = (): void => {
        this.concurrency.release();
        this.running--;
        const { cloudWatch } = this.settings;
        if (cloudWatch === undefined) return;
        recordInvocation(cloudWatch, this.scope, {
          functionName: this.definition.name,
          startedAt,
          durationInMs: performance.now() - start,
          hasFailed,
          concurrency,
        });
      };
      // An invocation ends when the runtime and all extensions have requested the next event
      // (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-invoke).
      if (finished === undefined) end();
      else void finished.then(end);
    }
  }

  private async execute(payload: string, answer?: AnswerStream): Promise<Execution> {
    const worker = await this.acquire();
    if (worker === undefined) return { result: this.fail(STOPPED) };
    const initError = await worker.ready;
    if (initError !== undefined) {
      this.discard(worker);
      return { result: this.fail(initError) };
    }
    if (answer?.destroyed) {
      // The caller has disconnected while the invocation waited for a process.
      this.release(worker);
      return { result: { ok: true, payload: "" } };
    }
    const idle = worker.hasExtensions ? this.untilIdle(worker) : undefined;
    const answered = await this.run(worker, payload, answer);
    const localCause = this.settings.containerFailures.take(worker.sessionToken);
    const result = answered.ok && localCause !== undefined ? { ...answered, localCause } : answered;
    const free = () => {
      if (result.ok || worker.process.connected) this.release(worker);
      else this.discard(worker);
    };
    if (idle === undefined || !worker.process.connected) {
      free();
      return { result };
    }
    return { result, finished: idle.then(free) };
  }

  /**
   * Waits until the extensions of a process wait for the next event. At the end of the function's timeout, Lambda ends the
   * process, also if the function has answered.
   */
  private untilIdle({ process: child }: Worker): Promise<void> {
    const { name, timeoutInSeconds } = this.definition;
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        child.off("message", onMessage).off("exit", settle);
        resolve();
      };
      const onMessage = (message: FromFunction) => {
        if (message.kind === "idle") settle();
      };
      const timer = setTimeout(() => {
        if (child.connected) {
          this.settings.log(
            `${name}: an extension works after ${timeoutInSeconds}.00 seconds: Lambda ends it\n`,
          );
          child.disconnect();
        }
        settle();
      }, timeoutInSeconds * 1000);
      child.on("message", onMessage).on("exit", settle);
    });
  }

  /** Whether a process of the function exists. */
  get isRunning(): boolean {
    return this.workers.size > 0;
  }

  /** Ends all processes immediately. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.growth);
    for (const { resolve } of this.waiting.splice(0)) resolve(undefined);
    await Promise.all([...this.workers].map((worker) => this.end(worker)));
  }

  /** Ends each process after its current invocation, because another version replaces the function. */
  retire(): void {
    this.retired = true;
    for (const worker of [...this.idle]) void this.end(worker);
  }

  /** Waits until the first process is loaded. @returns the error if the function cannot be loaded */
  async warmUp(): Promise<FunctionError | undefined> {
    return await this.idle[0]?.ready;
  }

  /** @returns `undefined` if the function is stopped */
  private acquire(): Worker | undefined | Promise<Worker | undefined> {
    if (this.stopped) return undefined;
    // A process that has just died can still be in this list, because its exit event arrives later.
    const worker = this.idle.findLast((candidate) => candidate.process.connected);
    if (worker !== undefined) {
      this.idle.splice(this.idle.indexOf(worker), 1);
      return worker;
    }
    if (this.workers.size < Math.min(this.firstProcesses, this.processLimit)) return this.start();
    return new Promise((resolve) => {
      this.waiting.push({ since: performance.now(), resolve });
      this.growLater();
    });
  }

  private get streamProcesses(): StreamProcesses {
    return this.settings.streamProcesses ?? STREAM_PROCESSES;
  }

  /** The limit of the processes with unlimited memory: the processes of streamed answers are additional. */
  private get wantedProcesses(): number {
    const wanted = this.maxProcesses + this.streams;
    return Math.min(wanted, this.definition.reservedConcurrency ?? wanted);
  }

  /** The limit of the processes. Other functions' streams can lower the limit, but not below the function's own limit. */
  private get processLimit(): number {
    const affordable = Math.max(this.maxProcesses, this.workers.size) + this.streamProcesses.free;
    return Math.min(this.wantedProcesses, affordable);
  }

  private growLater(): void {
    // An invocation that waits for memory waits until another function's stream ends, which no event reports.
    if (this.growth !== undefined || this.workers.size >= this.wantedProcesses) return;
    this.growth = setTimeout(() => {
      this.growth = undefined;
      this.grow();
    }, GROWTH_INTERVAL_IN_MS);
  }

  /** Starts processes, a few at a time, while invocations wait. */
  private grow(): void {
    const waitingSince = performance.now() - GROWTH_INTERVAL_IN_MS;
    const needed = this.waiting.filter(({ since }) => since <= waitingSince).length;
    while (this.loading < Math.min(needed, MAX_LOADING) && this.workers.size < this.processLimit) {
      const worker = this.start();
      this.loading++;
      void worker.ready.then(() => {
        this.loading--;
        // The invocation with the longest waiting time gets the process.
        if (this.workers.has(worker)) this.release(worker);
        this.grow();
      });
    }
    if (needed > 0 && this.workers.size >= this.processLimit) this.reportMemory();
    if (this.waiting.length > 0) this.growLater();
  }

  /** Reports that invocations wait for memory, and not for the function's own limit. */
  private reportMemory(): void {
    const now = performance.now();
    const isRecent = now - this.memoryLoggedAt < MEMORY_LOG_INTERVAL_IN_MS;
    if (isRecent || this.workers.size >= this.wantedProcesses) return;
    this.memoryLoggedAt = now;
    this.settings.log(
      `${this.definition.name}: invocations wait on this machine: its memory permits ${this.streamProcesses.limit} processes for streamed answers in addition to the ${this.maxProcesses} of each function\n`,
    );
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
    const { cloudWatch } = this.settings;
    if (cloudWatch !== undefined) recordThrottle(cloudWatch, this.scope, name);
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
    if (this.workers.delete(worker) && this.workers.size >= this.maxProcesses) this.streamProcesses.release();
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

  private run(worker: Worker, payload: string, answer?: AnswerStream): Promise<InvocationResult> {
    const { process: child } = worker;
    const { timeoutInSeconds, memorySizeInMb, arn } = this.definition;
    const requestId = randomUUID();
    const invoke: Invoke = {
      requestId,
      payload,
      deadline: Date.now() + timeoutInSeconds * 1000,
      functionArn: arn,
    };
    // The process works while this method prepares for its answer, which no event can deliver before this method returns.
    // If the process has just died, the exit event reports the error.
    child.send(invoke, () => undefined);
    /** A handler in Python does not stream, so its process knows no messages about streams. */
    const report = (message: Exclude<ToFunction, Invoke>) => {
      if (child.connected && this.python === undefined) child.send(message, () => undefined);
    };
    const taken = (bytes: number) => report({ kind: "taken", requestId, bytes });
    answer?.connect({
      taken,
      disconnected: () => sendDisconnect(() => report({ kind: "disconnected", requestId })),
    });
    const collected = new CollectedAnswer();
    return new Promise((resolve) => {
      const settle = (result: InvocationResult, contentType = JSON_TYPE) => {
        clearTimeout(timer);
        child.off("message", onMessage).off("exit", onExit);
        if (answer === undefined) return resolve(result);
        if (answer.excess !== undefined) return resolve(this.fail(answer.excess));
        if (!result.ok) {
          answer.fail(result.error.errorMessage);
          return resolve(result);
        }
        if (result.payload !== "") answer.receive(Buffer.from(result.payload), contentType);
        answer.finish(contentType);
        resolve({ ...result, payload: "" });
      };
      const onMessage = (message: FromFunction) => {
        if (message.kind === "chunk") {
          const bytes = Buffer.from(message.bytes, "base64");
          if (answer !== undefined) return answer.receive(bytes, message.contentType);
          collected.add(bytes);
          return taken(bytes.length);
        }
        if (message.kind !== "done") return;
        if (message.error !== undefined) return settle(this.fail(message.error));
        if (message.memoryInBytes > memorySizeInMb * 1024 * 1024) {
          child.disconnect();
          return settle(this.fail(OUT_OF_MEMORY));
        }
        if (message.streamed !== undefined) settle({ ok: true, payload: collected.text }, message.streamed);
        else settle({ ok: true, payload: message.payload ?? "null" });
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
    });
  }

  private fail(error: FunctionError): InvocationResult {
    // A refused credential is no fault, and the authorizer's log contains the reason. The end of the stage is no fault either.
    const isRefusal = this.definition.isAuthorizer === true && error.errorMessage === UNAUTHORIZED;
    if (isRefusal || this.stopped) return { ok: false, error };
    const lines = [
      `${this.definition.name}: ${error.errorType}: ${error.errorMessage}\n`,
      ...(error.stackTrace ?? []),
    ];
    this.settings.log(lines.join(""));
    return { ok: false, error };
  }

  private start(): Worker {
    const sessionToken = this.settings.containerFailures.issueToken(this.definition.name);
    const child =
      this.python === undefined || "missing" in this.python
        ? this.startNode(sessionToken)
        : this.startPython(this.python, sessionToken);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", this.settings.log);
      const { cloudWatch, lostCaptures } = this.settings;
      const readMetrics = cloudWatch?.readerOf(this.scope, this.definition.name);
      if (readMetrics !== undefined) stream?.on("data", readMetrics);
      const captures = this.definition.environment.CAPTURE_DESTINATION !== undefined;
      const readLost = captures ? lostCaptures?.readerOf(this.definition.name) : undefined;
      if (readLost !== undefined) stream?.on("data", readLost);
    }
    const state = { hasExtensions: false };
    const ready = new Promise<FunctionError | undefined>((resolve) => {
      const timer = setTimeout(
        () => resolve({ errorType: "Sandbox.Timedout", errorMessage: "Init timed out after 10.00 seconds" }),
        INIT_TIMEOUT_IN_MS,
      );
      child.once("message", (message: Ready) => {
        clearTimeout(timer);
        state.hasExtensions = message.hasExtensions === true;
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
    const worker = Object.assign(state, { process: child, sessionToken, ready });
    this.workers.add(worker);
    if (this.workers.size > this.maxProcesses) this.streamProcesses.take();
    // A process that dies between two invocations must not get the next invocation.
    child.once("exit", () => void this.end(worker));
    return worker;
  }

  /** The scope of the function's metrics. */
  private get scope(): string {
    const { arn, region } = this.definition;
    return scopeOf({ accountId: splitArn(arn)[4] ?? "", region });
  }

  private startNode(sessionToken: string): FunctionProcess {
    const { memorySizeInMb, sourceMapFile } = this.definition;
    const words = sourceMapFile === undefined ? [] : [sourceMapFile];
    return fork(this.program(), words, {
      cwd: this.unzip(),
      env: this.environment(sessionToken),
      execArgv: [`--max-old-space-size=${memorySizeInMb}`],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
  }

  /** The path of the bundled {@link FUNCTION_PROGRAM}. */
  private program(): string {
    const { folder, program = join(folder, "bootstrap.js") } = this.settings;
    if (!existsSync(program)) bundleProgram(FUNCTION_PROGRAM, program);
    return program;
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

  /** The function's variables and Lambda's variables, without variables of this machine. */
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
      ...(settings.s3Url === undefined ? {} : { AWS_ENDPOINT_URL_S3: settings.s3Url }),
      ...(definition.isAuthorizer === true && settings.issuerUrl !== undefined
        ? { LOCAL_ISSUER_URL: settings.issuerUrl }
        : {}),
    };
  }
}

/** The error of a function by which API Gateway recognizes a missing or invalid credential. */
export const UNAUTHORIZED = "Unauthorized";

/** The content type of the answer of a handler that does not stream. */
const JSON_TYPE = "application/json";

/** The answer of a streaming handler to a buffered invocation, which receives the whole answer. */
class CollectedAnswer {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  /** Adds bytes, up to the first bytes beyond Lambda's limit of an answer. The caller refuses such an answer. */
  add(chunk: Buffer): void {
    if (this.bytes <= MAX_ANSWER_IN_BYTES) this.chunks.push(chunk);
    this.bytes += chunk.length;
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
}

const STOPPED: FunctionError = { errorType: "Runtime.ExitError", errorMessage: "the stage was stopped" };

const THROTTLED: FunctionError = { errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded." };

const OUT_OF_MEMORY: FunctionError = {
  errorType: "Runtime.ExitError",
  errorMessage: "Runtime exited with error: signal: killed (out of memory)",
};
