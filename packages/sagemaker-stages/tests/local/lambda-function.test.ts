import childProcess, { type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { InvocationResult, LocalFunction } from "../../src/local/lambda/function";
import { eventually } from "./support/eventually";
import { answerOf, Lambda } from "./support/lambda";

const MANY_PROCESSES_TIMEOUT_IN_MS = 20_000;
const ALL_PROCESSES_TIMEOUT_IN_MS = 60_000;

let lambda: Lambda;
let forked: ChildProcess[];

beforeAll(() => {
  lambda = new Lambda();
});

afterAll(async () => {
  await lambda.close();
});

beforeEach(() => {
  forked = [];
  const { fork } = childProcess;
  jest.spyOn(childProcess, "fork").mockImplementation((...words: Parameters<typeof fork>) => {
    const child = fork(...words);
    forked.push(child);
    return child;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** The ids of this test's running function processes. */
function living(): (number | undefined)[] {
  return forked
    .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    .map(({ pid }) => pid);
}

/** A new folder in which invocations write their progress for the test and for other invocations. */
let folders = 0;
function makeFolder(): string {
  const folder = join(lambda.folder, `signals-${folders++}`);
  mkdirSync(folder);
  return folder;
}

/** Code with the functions `signals(folder)`, `signal(folder, name)` and `wait(holds)`. */
const SIGNALLING = `
const { readdirSync, writeFileSync } = require("node:fs");
const signals = (folder) => readdirSync(folder);
const signal = (folder, name) => writeFileSync(folder + "/" + name, "");
const wait = async (holds) => { while (!holds()) await new Promise((go) => setTimeout(go, 5)); };
`;

describe("an invocation", () => {
  it("an invocation passes the event and Lambda's context to the function, and returns the function's answer", async () => {
    // Prepare
    const fn = lambda.run(
      `exports.handler = async (event, context) => ({ event, context, left: context.getRemainingTimeInMillis() });`,
      { timeoutInSeconds: 7 },
    );

    // Act
    const result = await fn.invoke(JSON.stringify({ text: "größer ✓" }));
    await fn.stop();

    // Assess
    expect(answerOf(result)).toEqual({
      event: { text: "größer ✓" },
      context: expect.objectContaining({
        awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionName: "dev-test",
        functionVersion: "$LATEST",
        invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:dev-test",
        logGroupName: "/aws/lambda/dev-test",
        memoryLimitInMB: "256",
      }),
      left: expect.any(Number),
    });
    const { left } = answerOf(result) as { left: number };
    expect(left).toBeGreaterThan(6_000);
    expect(left).toBeLessThanOrEqual(7_000);
  });

  it.each([
    ["an error", "throw new TypeError('no such word')", "TypeError", "no such word"],
    ["a value that is not an error", "throw 'a tantrum'", "string", "a tantrum"],
    ["an answer that is not JSON", "return 1n", "TypeError", "BigInt"],
  ])("fails when the function throws: %s", async (_case, statement, errorType, errorMessage) => {
    // Prepare
    const fn = lambda.run(`exports.handler = async () => { ${statement}; };`);

    // Act
    const result = await fn.invoke("{}");
    await fn.stop();

    // Assess
    expect(result).toEqual({
      ok: false,
      error: { errorType, errorMessage: expect.stringContaining(errorMessage) },
    });
    expect(lambda.output).toContain(`dev-test: ${errorType}: `);
  });

  it("an invocation continues when Ctrl-C in the terminal reaches the process", async () => {
    // Prepare
    const fn = lambda.run("exports.handler = async () => process.pid;");
    const pid = Number(answerOf(await fn.invoke("{}")));
    const from = lambda.output.length;

    // Act
    process.kill(pid, "SIGINT");
    const after = answerOf(await fn.invoke("{}"));
    await fn.stop();

    // Assess
    expect(after).toBe(pid);
    expect(lambda.output.slice(from)).toBe("");
  });

  it("prints the output of the function", async () => {
    // Prepare
    const fn = lambda.run(
      `exports.handler = async () => { console.log("to the one"); console.error("to the other"); };`,
    );

    // Act
    const result = await fn.invoke("{}");

    // Assess
    expect(answerOf(result)).toBeNull();
    await eventually("the function's output", () => /to the one\n/.test(lambda.output));
    await eventually("the function's errors", () => /to the other\n/.test(lambda.output));
    await fn.stop();
  });

  it("an invocation finds the module in the state after the previous invocation", async () => {
    // Prepare
    const fn = lambda.run("let count = 0; exports.handler = async () => ++count;");

    // Act
    const answers = [answerOf(await fn.invoke("{}")), answerOf(await fn.invoke("{}"))];
    await fn.stop();

    // Assess
    expect(answers).toEqual([1, 2]);
    expect(forked).toHaveLength(1);
  });

  it("an invocation does not wait for another invocation", async () => {
    // Prepare
    const fn = lambda.run(`${SIGNALLING}
      exports.handler = async ({ folder, name }) => {
        signal(folder, name);
        await wait(() => signals(folder).length === 3);
        return process.pid;
      };`);
    const folder = makeFolder();

    // Act
    const results = await Promise.all(
      ["a", "b", "c"].map((name) => fn.invoke(JSON.stringify({ folder, name }))),
    );
    await fn.stop();

    // Assess
    expect(new Set(results.map(answerOf)).size).toBe(3);
  });
});

/** Code whose invocations signal their start, and end after the signal `go`. */
const PATIENT = `${SIGNALLING}
  exports.handler = async ({ folder, name }) => {
    signal(folder, "began-" + name);
    await wait(() => signals(folder).includes("go"));
    return name;
  };`;

describe("concurrent invocations", () => {
  const OTHER = "arn:aws:lambda:us-east-1:123456789012:function:dev-other";

  /** Starts invocations that end after {@link letGo} is called with the same folder. */
  function flood(fn: LocalFunction, folder: string, count: number): Promise<InvocationResult>[] {
    return Array.from({ length: count }, (_, name) => fn.invoke(JSON.stringify({ folder, name })));
  }

  function letGo(folder: string): void {
    writeFileSync(join(folder, "go"), "");
  }

  it("the invocations are throttled immediately, without a process, beyond the reserved concurrency", async () => {
    // Prepare
    const fn = lambda.run(PATIENT, { reservedConcurrency: 3 });
    const folder = makeFolder();
    const running = flood(fn, folder, 3);

    // Act
    const [refused] = await Promise.all(flood(fn, folder, 1));
    const begun = forked.length;
    letGo(folder);
    const results = await Promise.all(running);
    const [next] = await Promise.all(flood(fn, folder, 1));
    await fn.stop();

    // Assess
    expect(refused).toEqual({
      ok: false,
      error: { errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded." },
      throttledBy: "ReservedFunctionConcurrentInvocationLimitExceeded",
    });
    expect(begun).toBe(3);
    expect([...results, next].map((result) => result?.ok)).toEqual([true, true, true, true]);
    expect(lambda.output).toContain(
      "dev-test: Lambda throttles: its 3 reserved concurrent executions are in use\n",
    );
  });

  it("the invocations are throttled when functions without reserved concurrency use all unreserved concurrency", async () => {
    // Prepare
    const flooded = lambda.run(PATIENT);
    const other = lambda.run(PATIENT, { arn: OTHER, name: "dev-other" });
    const folder = makeFolder();
    lambda.unreserved.of(OTHER).limit = 4;
    const running = flood(flooded, folder, 4);

    // Act
    const [starved] = await Promise.all(flood(other, folder, 1));
    letGo(folder);
    await Promise.all(running);
    const [next] = await Promise.all(flood(other, folder, 1));
    await Promise.all([flooded.stop(), other.stop()]);
    lambda.unreserved.leave([other.definition]);

    // Assess
    expect(starved).toMatchObject({ ok: false, throttledBy: "ConcurrentInvocationLimitExceeded" });
    expect(next?.ok).toBe(true);
  });

  it("the invocations of a function with reserved concurrency do not use the unreserved concurrency", async () => {
    // Prepare
    const flooded = lambda.run(PATIENT, { reservedConcurrency: 2 });
    const other = lambda.run(PATIENT, { arn: OTHER, name: "dev-other" });
    const folder = makeFolder();
    lambda.unreserved.leave([flooded.definition, other.definition]);
    const left = lambda.unreserved.of(OTHER).limit;
    lambda.unreserved.of(OTHER).limit = 1;
    const running = flood(flooded, folder, 50);

    // Act
    const served = flood(other, folder, 1);
    letGo(folder);
    const results = await Promise.all([...running, ...served]);
    await Promise.all([flooded.stop(), other.stop()]);
    lambda.unreserved.leave([other.definition]);

    // Assess
    expect(left).toBe(998);
    expect(results.filter(({ ok }) => ok)).toHaveLength(3);
    expect(results.at(-1)?.ok).toBe(true);
  });

  it("share 100 when the reserved concurrency exceeds AWS's default quota", () => {
    // Prepare
    const reserving = lambda.define(PATIENT, { reservedConcurrency: 2_900 });

    // Act
    lambda.unreserved.leave([reserving]);
    const left = lambda.unreserved.of(OTHER).limit;
    lambda.unreserved.leave([{ ...reserving, reservedConcurrency: undefined }]);

    // Assess
    expect([left, lambda.unreserved.of(OTHER).limit]).toEqual([100, 1_000]);
  });

  it(
    "get up to 40 processes while they wait",
    async () => {
      // Prepare
      const fn = lambda.run(PATIENT);
      const folder = makeFolder();

      // Act
      const running = flood(fn, folder, 50);
      // On a busy machine, 40 processes need a long time: only the test's time-out limits the wait.
      while (readdirSync(folder).length < 40) await new Promise((resolve) => setTimeout(resolve, 20));
      const begun = forked.length;
      letGo(folder);
      const results = await Promise.all(running);
      await fn.stop();

      // Assess
      expect(begun).toBe(40);
      expect(results.filter(({ ok }) => ok)).toHaveLength(50);
    },
    ALL_PROCESSES_TIMEOUT_IN_MS,
  );
});

describe("an invocation that ends its process", () => {
  /** Ends its process as the event orders. */
  const OBEDIENT = `
    exports.handler = async ({ order }) => {
      if (order === "sleep") await new Promise(() => setInterval(() => {}, 1000));
      if (order === "spin") for (;;);
      if (order === "exit") process.exit(3);
      if (order === "reject") { Promise.reject(new Error("not caught")); await new Promise(() => {}); }
      if (order === "keep bytes") return Buffer.alloc(300 * 1024 * 1024, 1).length;
      if (order === "keep objects") { const kept = []; for (;;) kept.push({ kept: [kept.length] }); }
      if (order === "exit soon") setImmediate(() => process.exit(3));
      return process.pid;
    };`;
  const invoked = (order: string) => JSON.stringify({ order });

  it.each([
    ["waits longer than its time-out", "sleep"],
    ["computes longer than its time-out", "spin"],
  ])("an invocation fails when it %s, and the next invocation works", async (_case, order) => {
    // Prepare
    const fn = lambda.run(OBEDIENT, { timeoutInSeconds: 1 });

    // Act
    const late = await fn.invoke(invoked(order));
    const next = await fn.invoke(invoked("answer"));

    // Assess
    expect(late).toEqual({
      ok: false,
      error: { errorType: "Sandbox.Timedout", errorMessage: "Task timed out after 1.00 seconds" },
    });
    expect(answerOf(next)).not.toBe(forked[0]?.pid);
    expect(forked).toHaveLength(2);
    await eventually("the end of the late process", () => living().length === 1);
    await fn.stop();
  });

  it.each([
    ["exits", "exit", /^Runtime exited with status 3$/],
    ["leaves a promise rejected", "reject", /^Runtime exited with status 1$/],
    ["keeps more bytes than its memory size", "keep bytes", /out of memory/],
    ["keeps more objects than its memory size", "keep objects", /out of memory/],
  ])(
    "an invocation fails when it %s, and the next invocation works",
    async (_case, order, message) => {
      // Prepare
      const fn = lambda.run(OBEDIENT, { memorySizeInMb: 128 });

      // Act
      const failed = await fn.invoke(invoked(order));
      const next = await fn.invoke(invoked("answer"));

      // Assess
      expect(failed).toEqual({
        ok: false,
        error: { errorType: "Runtime.ExitError", errorMessage: expect.stringMatching(message) },
      });
      expect(answerOf(next)).toEqual(expect.any(Number));
      await eventually("the end of the failed process", () => living().length === 1);
      await fn.stop();
    },
    MANY_PROCESSES_TIMEOUT_IN_MS,
  );

  it("affects at most the next invocation when the process ends after the answer", async () => {
    // Prepare
    const fn = lambda.run(OBEDIENT);
    await fn.invoke(invoked("answer"));
    // The end of a process is noticed in two steps: the channel closes, then the exit event arrives.
    forked[0]?.disconnect();

    // Act
    const next = await fn.invoke(invoked("answer"));
    const last = await fn.invoke(invoked("answer"));
    await fn.stop();

    // Assess
    expect(next.ok || next.error.errorType === "Runtime.ExitError").toBe(true);
    expect(answerOf(last)).toEqual(expect.any(Number));
  });

  it("gets a new process when the process ends between two invocations", async () => {
    // Prepare
    const fn = lambda.run(OBEDIENT);
    const first = answerOf(await fn.invoke(invoked("exit soon")));
    await eventually("the end of the process", () => living().length === 0);

    // Act
    const next = answerOf(await fn.invoke(invoked("answer")));
    await fn.stop();

    // Assess
    expect(next).not.toBe(first);
  });
});

describe("a function that cannot be loaded", () => {
  it.each([
    ["throws", 'throw new RangeError("no vocabulary");', "RangeError", "no vocabulary"],
    ["exits", "process.exit(4);", "Runtime.ExitError", "status 4"],
    ["has no such export", "exports.other = () => {};", "Error", "index.handler"],
    ["is no JavaScript", "const = ;", "SyntaxError", "Unexpected token"],
  ])("the function reports the reason when its module %s", async (_case, code, errorType, errorMessage) => {
    // Prepare
    const fn = lambda.run(code);

    // Act
    const fault = await fn.warmUp();
    const result = await fn.invoke("{}");

    // Assess
    const error = { errorType, errorMessage: expect.stringContaining(errorMessage) };
    expect(fault).toEqual(error);
    expect(result).toEqual({ ok: false, error });
    await eventually("the end of its processes", () => living().length === 0);
  });

  it("reports nothing when the module is loaded", async () => {
    // Prepare
    const fn = lambda.run("exports.handler = async () => 1;");

    // Act
    const fault = await fn.warmUp();
    await fn.stop();

    // Assess
    expect(fault).toBeUndefined();
  });
});

describe("a function's environment", () => {
  /** The variables that Lambda documents: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
  const LAMBDAS_OWN = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "LD_LIBRARY_PATH",
    "NODE_PATH",
    "PATH",
    "TZ",
  ];

  it("the environment has the variables of the Terraform and of Lambda, and no variable of this process", async () => {
    // Prepare
    process.env.MARKER_OF_THE_PARENT = "must not be seen";
    const variables = { ENDPOINT_NAME: "dev-loan-default", CORS_ALLOW_ORIGIN: "https://www.example.com" };
    const fn = lambda.run("exports.handler = async () => ({ ...process.env, cwd: process.cwd() });", {
      environment: variables,
      region: "eu-central-1",
      memorySizeInMb: 512,
    });

    // Act
    const { cwd, ...seen } = answerOf(await fn.invoke("{}")) as Record<string, string>;
    await fn.stop();
    delete process.env.MARKER_OF_THE_PARENT;

    // Assess
    const runtimeAddress = { AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: "http://127.0.0.1:9" };
    const expected = [...Object.keys(variables), ...Object.keys(runtimeAddress), ...LAMBDAS_OWN];
    // macOS sets this variable in every process.
    const names = Object.keys(seen).filter((name) => name !== "__CF_USER_TEXT_ENCODING");
    expect(names.filter((name) => !expected.includes(name))).toEqual([]);
    expect(seen).toMatchObject({
      ...variables,
      ...runtimeAddress,
      _HANDLER: "index.handler",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_REGION: "eu-central-1",
      AWS_DEFAULT_REGION: "eu-central-1",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
      AWS_LAMBDA_FUNCTION_NAME: "dev-test",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/dev-test",
      LAMBDA_TASK_ROOT: cwd,
      TZ: ":UTC",
    });
  });

  it("the environment has the time zone UTC", async () => {
    // Prepare
    const fn = lambda.run("exports.handler = async () => new Date(2026, 6, 1, 12).toISOString();");

    // Act
    const answer = answerOf(await fn.invoke("{}"));
    await fn.stop();

    // Assess
    expect(answer).toBe("2026-07-01T12:00:00.000Z");
  });
});

describe("the end of a function", () => {
  it("waits for a running invocation when another version replaces the function", async () => {
    // Prepare
    const fn = lambda.run(PATIENT);
    const folder = makeFolder();
    const running = fn.invoke(JSON.stringify({ folder, name: "a" }));
    await eventually("the invocation's beginning", () => existsSync(join(folder, "began-a")));

    // Act
    fn.retire();
    const meanwhile = living().length;
    writeFileSync(join(folder, "go"), "");
    const answer = answerOf(await running);

    // Assess
    expect(meanwhile).toBe(1);
    expect(answer).toBe("a");
    await eventually("the end of the process", () => living().length === 0);
  });

  it("ends idle processes immediately when another version replaces the function", async () => {
    // Prepare
    const fn = lambda.run("exports.handler = async () => 1;");
    await fn.warmUp();

    // Act
    fn.retire();

    // Assess
    await eventually("the end of the process", () => living().length === 0);
  });

  it("ends all processes immediately when the stage stops", async () => {
    // Prepare
    const fn = lambda.run(PATIENT);
    const folder = makeFolder();
    const running = ["a", "b"].map((name) => fn.invoke(JSON.stringify({ folder, name })));
    await eventually("the invocations' beginning", () => readdirSync(folder).length === 2);

    // Act
    await fn.stop();

    // Assess
    expect(living()).toEqual([]);
    for (const invocation of running) expect(await invocation).toMatchObject({ ok: false });
  });

  it(
    "gives waiting invocations no process when the stage stops",
    async () => {
      // Prepare
      const fn = lambda.run(PATIENT);
      const folder = makeFolder();
      const names = Array.from({ length: 50 }, (_, index) => `${index}`);
      for (const name of names) void fn.invoke(JSON.stringify({ folder, name }));
      await eventually("the beginning of two invocations", () => readdirSync(folder).length >= 2);

      const begun = forked.length;

      // Act
      await fn.stop();
      await new Promise(setImmediate);

      // Assess
      expect(begun).toBeLessThan(names.length);
      expect(forked).toHaveLength(begun);
      expect(living()).toEqual([]);
    },
    MANY_PROCESSES_TIMEOUT_IN_MS,
  );
});
