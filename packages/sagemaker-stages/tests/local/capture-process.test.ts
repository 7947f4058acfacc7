import childProcess, { type ChildProcess } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { functionCode } from "../../src/constructs/function/function-code";
import { CloudWatch } from "../../src/local/cloudwatch/cloudwatch";
import { UnreservedConcurrency } from "../../src/local/lambda/concurrency";
import { LocalFunction } from "../../src/local/lambda/function";
import { LostCaptures } from "../../src/local/lambda/lost-captures";
import { removeTaskFolders } from "../../src/local/lambda/task-folder";
import { ContainerFailures } from "../../src/local/sagemaker/container-failures";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { predictions } from "../runtime/support/answers";
import { eventually } from "./support/eventually";

const TIMEOUT_IN_MS = 30_000;

/** An ES module that registers an extension, which never requests the next event after an invocation. */
const STUCK_EXTENSION = `
const url = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2020-01-01/extension";
const registered = await fetch(url + "/register", {
  method: "POST",
  headers: { "Lambda-Extension-Name": "stuck" },
  body: JSON.stringify({ events: ["INVOKE"] }),
});
const id = registered.headers.get("Lambda-Extension-Identifier");
void fetch(url + "/event/next", { headers: { "Lambda-Extension-Identifier": id } });
export const handler = async () => "answered";
`;

let folder: string;
let log: string;
let forked: ChildProcess[];
let endpoint: EndpointServer;
let s3: EndpointServer;
let fn: LocalFunction | undefined;
let cloudWatch: CloudWatch;
let lostCaptures: LostCaptures;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "capture-"));
  log = "";
  forked = [];
  cloudWatch = new CloudWatch(() => undefined);
  lostCaptures = new LostCaptures((text) => {
    log += text;
  });
  [endpoint, s3] = [await EndpointServer.start(), await EndpointServer.start()];
  endpoint.willAlwaysAnswer(async () => predictions(1));
  s3.willAlwaysAnswer(async () => ({}));
  const { fork } = childProcess;
  jest.spyOn(childProcess, "fork").mockImplementation((...words: Parameters<typeof fork>) => {
    const child = fork(...words);
    forked.push(child);
    return child;
  });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await fn?.stop();
  await Promise.all([endpoint.close(), s3.close()]);
  removeTaskFolders(folder);
});

function start(zip: Uint8Array, handler = "index.handler", timeoutInSeconds = 20): LocalFunction {
  const zipFile = join(folder, "function.zip");
  writeFileSync(zipFile, zip);
  fn = new LocalFunction(
    {
      name: "dev-loan-default",
      arn: "arn:aws:lambda:us-east-1:123456789012:function:dev-loan-default",
      zipFile,
      codeSha256: Buffer.from(zip.subarray(0, 32)).toString("base64"),
      handler,
      runtime: "nodejs22.x",
      timeoutInSeconds,
      memorySizeInMb: 256,
      reservedConcurrency: 2,
      environment: {
        ENDPOINT_NAME: "dev-loan-default",
        CAPTURE_DESTINATION: "s3://bucket/dev-loan-default/AllTraffic",
        CAPTURE_PERCENT: "100",
        CAPTURE_KEEP: "[]",
      },
      region: "us-east-1",
      logGroup: "/aws/lambda/dev-loan-default",
      invocableFor: ["*"],
    },
    {
      folder,
      sagemakerRuntimeUrl: endpoint.url,
      s3Url: s3.url,
      unreserved: new UnreservedConcurrency(),
      containerFailures: new ContainerFailures(),
      cloudWatch,
      lostCaptures,
      log: (text) => {
        log += text;
      },
    },
  );
  return fn;
}

const REQUEST = JSON.stringify({ data: "52000.5,8500,36" });
const ANSWER = { ok: true, payload: '"defaulted"' };
const capturing = () => start(functionCode("loan-default", { captures: true }).zip);

/** The metrics of the invocations that end from now on. Lambda records them when the process has answered and stored. */
function endedInvocations(): () => readonly Parameters<CloudWatch["record"]>[1][] {
  const record = jest.spyOn(cloudWatch, "record");
  return () =>
    record.mock.calls.flatMap(([{ namespace }, values]) => (namespace === "AWS/Lambda" ? [values] : []));
}

describe("a process that stores requests", () => {
  it(
    "answers before the object is written, and accepts no other invocation until then",
    async () => {
      // Prepare
      s3.willAnswer({ instead: "never" });
      const running = capturing();

      // Act
      const first = await running.invoke(REQUEST);
      await eventually("the object is sent", () => s3.requests.length > 0);
      const second = await running.invoke(REQUEST);

      // Assess
      expect([first, second]).toEqual([ANSWER, ANSWER]);
      expect(forked).toHaveLength(2);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "counts as a concurrent execution while it writes",
    async () => {
      // Prepare
      s3.willAnswer({ instead: "never" }, { instead: "never" });
      const running = capturing();

      // Act
      await Promise.all([running.invoke(REQUEST), running.invoke(REQUEST)]);
      const third = await running.invoke(REQUEST);

      // Assess
      expect(third).toMatchObject({
        ok: false,
        throttledBy: "ReservedFunctionConcurrentInvocationLimitExceeded",
      });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has the write in its metrics: the duration of an invocation, and the concurrency of the next one",
    async () => {
      // Prepare
      const recorded = endedInvocations();
      let store = (): void => undefined;
      const stored = new Promise<void>((resolve) => {
        store = resolve;
      });
      s3.willAlwaysAnswer(async () => {
        await stored;
        return {};
      });
      const running = capturing();

      // Act
      await running.invoke(REQUEST);
      await eventually("the object is sent", () => s3.requests.length > 0);
      const during = recorded().length;
      await running.invoke(REQUEST);
      store();
      await eventually("both invocations end", () => recorded().length === 2);

      // Assess
      const valuesOf = (name: string) =>
        recorded().map((values) => values.find((value) => value.name === name)?.value);
      expect(during).toBe(0);
      expect(valuesOf("ConcurrentExecutions").sort()).toEqual([1, 2]);
      expect(valuesOf("Errors")).toEqual([0, 0]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "loses only its record when it is killed during the write",
    async () => {
      // Prepare
      s3.willAnswer({ instead: "never" });
      const running = capturing();
      const first = await running.invoke(REQUEST);
      await eventually("the object is sent", () => s3.requests.length > 0);

      // Act
      forked[0]?.kill("SIGKILL");
      const second = await running.invoke(REQUEST);
      await eventually("the next object is written", () => s3.requests.length > 1);

      // Assess
      expect([first, second]).toEqual([ANSWER, ANSWER]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "continues when it was frozen during the write: the next request is answered and stored",
    async () => {
      // Prepare
      const recorded = endedInvocations();
      s3.willAnswer({ instead: "never" });
      const running = capturing();
      const first = await running.invoke(REQUEST);
      await eventually("the object is sent", () => s3.requests.length > 0);

      // Act
      forked[0]?.kill("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      forked[0]?.kill("SIGCONT");
      // The process writes the log line first: until the invocation ends, a request needs another process.
      await eventually("the first invocation ends", () => recorded().length === 1);
      const second = await running.invoke(REQUEST);
      await eventually("the next object is written", () => s3.requests.length > 1);

      // Assess
      expect([first, second]).toEqual([ANSWER, ANSWER]);
      expect(log).toContain('"captureLost":"TimeIsOver"');
      expect(forked).toHaveLength(1);
    },
    TIMEOUT_IN_MS,
  );
});

describe("records that are lost", () => {
  it(
    "are summarized in one line with their number and their reasons",
    async () => {
      // Prepare
      s3.willAlwaysAnswer(async () => ({ status: 403, body: "<Error><Code>AccessDenied</Code></Error>" }));
      const running = capturing();

      // Act
      for (let request = 1; request <= 2; request++) {
        await running.invoke(REQUEST);
        await eventually("the record is lost", () => log.split("captureLost").length > request);
      }
      lostCaptures.flush();

      // Assess
      expect(log.match(/^CAPTURE LOST .*$/gm)?.at(-1)).toBe(
        "CAPTURE LOST dev-loan-default: 2 captured requests since the start: 403 AccessDenied (2). docs/capture.md lists the causes",
      );
    },
    TIMEOUT_IN_MS,
  );

  it("are counted by their reasons, and not summarized again without a further lost record", () => {
    // Prepare
    const lines: string[] = [];
    const lost = new LostCaptures((text) => lines.push(text));
    const read = lost.readerOf("dev-iris");
    const line = (reason: string) => `{"requestId":"1","model":"iris","captureLost":"${reason}"}\n`;

    // Act
    read(line("TimeIsOver") + line("TooLarge: 3 row(s)").slice(0, 20));
    read(line("TooLarge: 3 row(s)").slice(20) + line("TooLarge: 5 row(s)"));
    lost.flush();
    lost.flush();

    // Assess
    expect(lines).toEqual([
      "CAPTURE LOST dev-iris: 3 captured requests since the start: TimeIsOver (1), TooLarge (2). docs/capture.md lists the causes\n",
    ]);
  });

  it("have no summary in the output of functions that only mention them", () => {
    // Prepare
    const lines: string[] = [];
    const lost = new LostCaptures((text) => lines.push(text));
    const read = lost.readerOf("dev-iris");

    // Act
    for (const text of ['{"note": "captureLost"}\n', '{"captureLost": 1}\n', 'no JSON "captureLost":\n']) {
      read(text);
    }
    lost.flush();

    // Assess
    expect(lines).toEqual([]);
  });
});

describe("an extension that never ends its work", () => {
  it(
    "delays no answer, and its process is ended at the function's timeout",
    async () => {
      // Prepare
      const zip = zipSync({ "stuck.mjs": [strToU8(STUCK_EXTENSION), { mtime: new Date(1980, 0, 1) }] });
      const running = start(zip, "stuck.handler", 1);

      // Act
      const answer = await running.invoke("{}");
      await eventually("Lambda ends the process", () => log.includes("Lambda ends it"));
      const next = await running.invoke("{}");

      // Assess
      expect([answer, next]).toEqual([
        { ok: true, payload: '"answered"' },
        { ok: true, payload: '"answered"' },
      ]);
      expect(forked).toHaveLength(2);
    },
    TIMEOUT_IN_MS,
  );
});
