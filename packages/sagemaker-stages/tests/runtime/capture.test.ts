import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as z from "zod/mini";
import { passThrough } from "../../src/contracts/pass-through";
import { createContract as createRows } from "../../src/contracts/rows";
import { findSignatureFault } from "../../src/local/signature";
import { startExtension } from "../../src/runtime/capture/extension";
import {
  MAX_FAILURES,
  MAX_WRITE_IN_MS,
  MAX_WRITE_IN_MS_IF_RESERVED,
  PAUSE_IN_MS,
  RESERVE_IN_MS,
} from "../../src/runtime/capture/handler";
import { MAX_RECORDS_IN_BYTES } from "../../src/runtime/capture/records";
import { SERVERLESS_PAYLOAD_IN_BYTES } from "../../src/runtime/contract";
import { type CapturedLog, captureLog } from "../../src/testing/captured-log";
import type { ScriptedAnswer } from "../../src/testing/endpoint-server";
import { restEvent } from "../../src/testing/events";
import { contract as loans } from "../fixtures/app/functions/loan-default/contract";
import { predictions } from "./support/answers";
import { ACCOUNT, LambdaSandbox } from "./support/lambda-sandbox";

const ROW = "52000.5,8500,36";
const REQUEST = { data: ROW };

let sandbox: LambdaSandbox;
let log: CapturedLog;
/** Lambda's Extensions API of a test that does not use the sandbox's API. */
let lambda: Server;

beforeEach(async () => {
  lambda = createServer();
  sandbox = await LambdaSandbox.start();
  log = captureLog();
  sandbox.endpoint.willAlwaysAnswer(async () => predictions(1));
});

afterEach(async () => {
  jest.restoreAllMocks();
  log.stop();
  lambda.closeAllConnections();
  lambda.close();
  await sandbox.close();
});

/** The reasons why records were lost. */
function lost(): unknown[] {
  return log.lines().flatMap((line) => (line as { captureLost?: string }).captureLost ?? []);
}

/** The data of the records of all objects. */
function captured(): { readonly input: unknown; readonly output: unknown; readonly id: string }[] {
  return sandbox.objects.flatMap(({ body }) =>
    body
      .trimEnd()
      .split("\n")
      .map((line) => {
        const { captureData, eventMetadata } = JSON.parse(line);
        return {
          input: JSON.parse(captureData.endpointInput.data),
          output: JSON.parse(captureData.endpointOutput.data),
          id: eventMetadata.eventId,
        };
      }),
  );
}

describe("a captured request", () => {
  it("is written after the answer, and before Lambda may freeze the process", async () => {
    // Prepare
    const handler = await sandbox.load(loans);

    // Act
    const answers = [
      await sandbox.invokeToEnd(handler, REQUEST),
      await sandbox.invokeToEnd(handler, REQUEST),
    ];

    // Assess
    expect(answers).toEqual(["defaulted", "defaulted"]);
    expect(sandbox.events).toEqual(["answer", "put", "next", "answer", "put", "next"]);
  });

  it("is a record in the format of SageMaker's data capture", async () => {
    // Prepare
    const handler = await sandbox.load(loans);

    // Act
    await sandbox.invokeToEnd(handler, REQUEST);
    const [object] = sandbox.objects;

    // Assess
    expect(object?.method).toBe("PUT");
    expect(object?.path).toMatch(
      /^\/bucket\/dev-loan-default\/AllTraffic\/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
    );
    expect(JSON.parse(object?.body ?? "")).toEqual({
      captureData: {
        endpointInput: {
          observedContentType: "application/json",
          mode: "INPUT",
          data: JSON.stringify(REQUEST),
          encoding: "JSON",
        },
        endpointOutput: {
          observedContentType: "application/json",
          mode: "OUTPUT",
          data: '{"answer":"defaulted"}',
          encoding: "JSON",
        },
      },
      eventMetadata: {
        eventId: "request-1",
        inferenceId: "request-1",
        inferenceTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
      eventVersion: "0",
    });
    expect(object?.body.endsWith("}\n")).toBe(true);
  });

  it("is signed for S3, with the account that must own the bucket and the key of the encryption", async () => {
    // Prepare
    const key = `arn:aws:kms:us-east-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    const variables = {
      CAPTURE_KMS_KEY: key,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_SESSION_TOKEN: "token",
    };
    const handler = await sandbox.load(loans, variables);

    // Act
    await sandbox.invokeToEnd(handler, REQUEST);
    const { method = "", path = "", headers = {}, bytes = new Uint8Array() } = sandbox.objects[0] ?? {};

    // Assess
    const fault = findSignatureFault(
      {
        method,
        target: path,
        path,
        query: "",
        headers: Object.entries(headers).map(([name, value]) => [name, String(value)] as const),
        body: Buffer.from(bytes),
        sourceIp: "127.0.0.1",
      },
      { service: "s3", region: "us-east-1" },
    );
    expect(fault).toBeUndefined();
    expect(headers).toMatchObject({
      "x-amz-expected-bucket-owner": ACCOUNT,
      "x-amz-security-token": "token",
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": key,
      "x-amz-server-side-encryption-bucket-key-enabled": "true",
    });
  });

  it("has the id that the caller of a route receives", async () => {
    // Prepare
    const handler = await sandbox.load(loans);

    // Act
    await sandbox.invokeToEnd(handler, restEvent({ route: loans.route }, { data: [ROW] }));

    // Assess
    expect(captured()).toMatchObject([{ id: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef" }]);
  });

  it("has one record per row, with the row's part of the answer", async () => {
    // Prepare
    sandbox.endpoint.willAnswer({
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ predictions: [{ predicted_label: 0 }, { predicted_label: 1 }] }),
    });
    const handler = await sandbox.load(loans);

    // Act
    await sandbox.invokeToEnd(handler, { data: [ROW, "1,2,3"] });

    // Assess
    expect(captured()).toEqual([
      { input: { data: ROW }, output: { answer: "repaid" }, id: "request-1-0" },
      { input: { data: "1,2,3" }, output: { answer: "defaulted" }, id: "request-1-1" },
    ]);
  });

  it("does not exist when the sample does not include the request", async () => {
    // Prepare
    const handler = await sandbox.load(loans, { CAPTURE_PERCENT: "30" });
    jest.spyOn(Math, "random").mockReturnValueOnce(0.31).mockReturnValueOnce(0.29);

    // Act
    await sandbox.invokeToEnd(handler, REQUEST);
    await sandbox.invokeToEnd(handler, REQUEST);

    // Assess
    expect(sandbox.events).toEqual(["answer", "next", "answer", "put", "next"]);
  });

  it.each<{ what: string; event: unknown; answer?: ScriptedAnswer }>([
    { what: "the request is refused", event: { data: "no row" } },
    { what: "the endpoint refuses", event: REQUEST, answer: { status: 400, body: "{}" } },
    { what: "the answer is unreadable", event: REQUEST, answer: { body: "{}" } },
  ])("does not exist when $what", async ({ event, answer }) => {
    // Prepare
    if (answer !== undefined) sandbox.endpoint.willAnswer(answer);
    const handler = await sandbox.load(loans);

    // Act
    await sandbox.invokeToEnd(handler, event);

    // Assess
    expect(sandbox.events).toEqual(["answer", "next"]);
    expect(lost()).toEqual([]);
  });
});

describe("the values of a captured request", () => {
  const nested = {
    model: "nested",
    route: { method: "POST", path: "/nested" },
    schema: z.strictObject({
      person: z.strictObject({ age: z.number(), tags: z.array(z.string()) }),
      note: z.string(),
    }),
    limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },
    encode: () => ({ contentType: "text/csv", accept: "text/csv", body: "1", rows: 1 }),
    decode: () => ({ score: 0.5, label: "old" }),
  } as const;
  const request = { person: { age: 34, tags: ["a", "b"] }, note: "secret" };

  it.each([
    {
      fields: { CAPTURE_DROP: undefined },
      input: { "person.age": null, "person.tags": null, note: null },
      output: { score: null, label: null },
    },
    {
      fields: { CAPTURE_DROP: undefined, CAPTURE_KEEP: '["age","score"]' },
      input: { "person.age": 34, "person.tags": null, note: null },
      output: { score: 0.5, label: null },
    },
    {
      fields: { CAPTURE_DROP: undefined, CAPTURE_KEEP: '["person"]' },
      input: { "person.age": 34, "person.tags.0": "a", "person.tags.1": "b", note: null },
      output: { score: null, label: null },
    },
    {
      fields: { CAPTURE_DROP: '["note","tags","label"]' },
      input: { "person.age": 34, "person.tags": null, note: null },
      output: { score: 0.5, label: null },
    },
    {
      fields: { CAPTURE_DROP: '["person"]' },
      input: { "person.age": null, "person.tags": null, note: "secret" },
      output: { score: 0.5, label: "old" },
    },
  ])("are $input when the variables are $fields", async ({ fields, input, output }) => {
    // Prepare
    const handler = await sandbox.load(nested, fields);

    // Act
    await sandbox.invokeToEnd(handler, request);

    // Assess
    expect(captured()).toMatchObject([{ input, output }]);
    expect(Object.keys(captured()[0]?.input ?? {})).toEqual(Object.keys(input));
  });

  it("have their own names when the rows of a ready-made contract have fields", async () => {
    // Prepare
    sandbox.endpoint.willAnswer({ body: "0.25\n0.75" });
    const rows = createRows("iris", { features: ["age", "bmi"], answer: "csv" });
    const handler = await sandbox.load(rows, {
      CAPTURE_DROP: undefined,
      CAPTURE_KEEP: '["bmi","predictions"]',
    });

    // Act
    await sandbox.invokeToEnd(handler, {
      rows: [
        { age: 34, bmi: 21.5 },
        { age: 51, bmi: 30 },
      ],
    });

    // Assess
    expect(captured()).toMatchObject([
      { input: { age: null, bmi: 21.5 }, output: { predictions: 0.25 } },
      { input: { age: null, bmi: 30 }, output: { predictions: 0.75 } },
    ]);
  });

  it("and the names of other fields are not stored when callers choose the names", async () => {
    // Prepare
    const echo = passThrough({ takes: "application/json", example: { request: {}, answer: {} } }).as(
      "echo",
    ).contract;
    sandbox.endpoint.willAnswer({
      headers: { "content-type": "application/json" },
      body: '{"score":1,"ann@example.com":2}',
    });
    const handler = await sandbox.load(echo, { CAPTURE_DROP: undefined, CAPTURE_KEEP: '["score","age"]' });
    const event = restEvent({ route: echo.route }, { age: 34, "ann@example.com": { age: 35 } });

    // Act
    await sandbox.invokeToEnd(handler, event);

    // Assess
    expect(captured()).toEqual([
      { input: { age: 34, "1.age": 35 }, output: { score: 1 }, id: expect.any(String) },
    ]);
  });

  it.each([
    { fields: {}, input: { "known.a": null } },
    { fields: { CAPTURE_KEEP: '["by name"]' }, input: { "known.a": null, "by name.ann": 1 } },
    { fields: { CAPTURE_KEEP: '["ann"]' }, input: { "known.a": null, "by name.ann": 1, "more.ann": "x" } },
    { fields: { CAPTURE_KEEP: '["a","bob"]' }, input: { "known.a": 2, "more.0.bob": 3 } },
  ])(
    "have no name that a caller chose, without a stored value, with the variables $fields",
    async ({ fields, input }) => {
      // Prepare
      const anyJson: z.ZodMiniType<unknown> = z.lazy(() =>
        z.union([z.string(), z.record(z.string(), anyJson), z.number()]),
      );
      const open = {
        model: "open",
        route: { method: "POST", path: "/open" },
        schema: z.strictObject({
          "by name": z.record(z.string(), z.number()),
          known: z.record(z.enum(["a"]), z.number()),
          more: z.optional(anyJson),
        }),
        limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },
        encode: () => ({ contentType: "text/csv", accept: "text/csv", body: "1", rows: 1 }),
        decode: () => ({}),
      } as const;
      const handler = await sandbox.load(open, { CAPTURE_DROP: undefined, ...fields });
      const request = { "by name": { ann: 1 }, known: { a: 2 }, more: { dave: { bob: 3 }, ann: "x" } };

      // Act
      await sandbox.invokeToEnd(handler, request);

      // Assess
      expect(captured()).toMatchObject([{ input }]);
      expect(Object.keys(captured()[0]?.input ?? {}).sort()).toEqual(Object.keys(input).sort());
    },
  );

  it.each([
    { names: ["rows"], inputs: [], outputs: ["label", "score"] },
    { names: ["age"], inputs: ["age"], outputs: [] },
    { names: ["answer"], inputs: [], outputs: ["label", "score"] },
    { names: ["score"], inputs: [], outputs: ["score"] },
    { names: ["rows", "answer"], inputs: ["age", "zip"], outputs: ["label", "score"] },
  ])("below the list of rows and in the answers are selected by $names", async ({ names }) => {
    // Prepare
    const isPerRow = [true, false];
    const selectedOf = (side: "input" | "output"): Record<string, string[]> => ({
      age: ["rows"],
      zip: ["rows"],
      label: side === "output" ? ["answer"] : [],
      score: side === "output" ? ["answer"] : [],
    });
    const isSelected = (side: "input" | "output", path: string): boolean => {
      const name = path.split(".").at(-1) ?? "";
      return [name, ...(selectedOf(side)[name] ?? [])].some((one) => names.includes(one));
    };

    for (const perRow of isPerRow) {
      for (const variable of ["CAPTURE_KEEP", "CAPTURE_DROP"]) {
        const [before, handler] = [
          sandbox.objects.length,
          await sandbox.reload(tableOf(perRow), {
            CAPTURE_DROP: undefined,
            [variable]: JSON.stringify(names),
          }),
        ];

        // Act
        await sandbox.invokeToEnd(handler, {
          rows: [
            { age: 34, zip: 8001 },
            { age: 51, zip: 8002 },
          ],
        });
        const records = captured().slice(-(perRow ? 2 : 1));

        // Assess
        expect(sandbox.objects).toHaveLength(before + 1);
        for (const side of ["input", "output"] as const) {
          const values = records.flatMap((record) => Object.entries(record[side] as object));
          expect(values).toHaveLength(perRow ? 4 : side === "input" ? 4 : 6);
          for (const [path, value] of values) {
            const isStored = isSelected(side, path) === (variable === "CAPTURE_KEEP");
            expect([variable, perRow, side, path, value !== null]).toEqual([
              variable,
              perRow,
              side,
              path,
              isStored,
            ]);
          }
        }
      }
    }
  });

  /** A contract whose answer has an object for each row, or another number of objects. */
  function tableOf(isPerRow: boolean) {
    const answer = [
      { label: "a", score: 1 },
      { label: "b", score: 2 },
      { label: "c", score: 3 },
    ];
    return {
      model: "table",
      route: { method: "POST", path: "/table" },
      schema: z.strictObject({ rows: z.array(z.strictObject({ age: z.number(), zip: z.number() })) }),
      limits: { rows: 2, rowsIn: "rows", payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },
      encode: () => ({ contentType: "text/csv", accept: "text/csv", body: "1", rows: 2 }),
      decode: () => (isPerRow ? answer.slice(0, 2) : answer),
    } as const;
  }

  it.each([
    { fields: { CAPTURE_DROP: '["nothing"]' }, input: { request: null }, output: { answer: null } },
    { fields: { CAPTURE_DROP: undefined }, input: { request: null }, output: { answer: null } },
    {
      fields: { CAPTURE_DROP: undefined, CAPTURE_KEEP: '["request"]' },
      input: { request: "ann@example.com,34" },
      output: { answer: null },
    },
    {
      fields: { CAPTURE_DROP: undefined, CAPTURE_KEEP: '["answer"]' },
      input: { request: null },
      output: { answer: 0.5 },
    },
  ])(
    "are masked in a body without names unless keep names the body: $fields",
    async ({ fields, input, output }) => {
      // Prepare
      const text = passThrough({
        takes: ["text/csv"],
        example: { request: { contentType: "text/csv", base64: "MQ==" }, answer: 1 },
      }).as("text").contract;
      sandbox.endpoint.willAnswer({ headers: { "content-type": "text/csv" }, body: "0.5" });
      const handler = await sandbox.load(text, fields);
      const event = { ...restEvent({ route: text.route }, {}), body: "ann@example.com,34" };
      const headers = { ...event.headers, "Content-Type": "text/csv" };

      // Act
      await sandbox.invokeToEnd(handler, { ...event, headers, isBase64Encoded: false });

      // Assess
      expect(captured()).toMatchObject([{ input, output }]);
      expect(JSON.stringify(captured()).includes("ann@example.com")).toBe(
        JSON.stringify(input).includes("ann@example.com"),
      );
    },
  );
});

describe("an answer is not lost", () => {
  it.each<{ what: string; answers: ScriptedAnswer[]; reasons: unknown[]; puts: number }>([
    { what: "refuses", answers: [errorOf(403, "AccessDenied")], reasons: ["403 AccessDenied"], puts: 1 },
    { what: "is missing", answers: [errorOf(404, "NoSuchBucket")], reasons: ["404 NoSuchBucket"], puts: 1 },
    {
      what: "cannot use the key",
      answers: [errorOf(400, "KMS.DisabledException")],
      reasons: ["400 KMS.DisabledException"],
      puts: 1,
    },
    { what: "throttles once", answers: [errorOf(503, "SlowDown")], reasons: [], puts: 2 },
    {
      what: "throttles twice",
      answers: [errorOf(503, "SlowDown"), errorOf(503, "SlowDown")],
      reasons: ["503 SlowDown"],
      puts: 2,
    },
    {
      what: "closes the connection once",
      answers: [{ instead: "close the connection" }],
      reasons: [],
      puts: 2,
    },
    { what: "is slow", answers: [{ delayInMs: 50 }], reasons: [], puts: 1 },
    {
      what: "answers without XML",
      answers: [{ status: 500, body: "x".repeat(100_000) }, {}],
      reasons: [],
      puts: 2,
    },
  ])("when S3 $what", async ({ answers, reasons, puts }) => {
    // Prepare
    sandbox.s3WillAnswer(...answers);
    const handler = await sandbox.load(loans);

    // Act
    const answer = await sandbox.invokeToEnd(handler, REQUEST);

    // Assess
    expect(answer).toBe("defaulted");
    expect(sandbox.events).toEqual(["answer", ...Array.from({ length: puts }, () => "put"), "next"]);
    expect(lost()).toEqual(reasons);
  });

  it.each(["never", "stall"] as const)(
    "when S3 hangs (%s): the write ends before Lambda's timeout",
    async (instead) => {
      // Prepare
      sandbox.s3WillAnswer({ instead, body: "xxxx" });
      const handler = await sandbox.load(loans);
      const timeLeftInMs = 700;
      const timeout = jest.spyOn(globalThis, "setTimeout");

      // Act
      const answer = await sandbox.invokeToEnd(handler, REQUEST, timeLeftInMs);
      const longest = Math.max(...timeout.mock.calls.map(([, delayInMs = 0]) => delayInMs));

      // Assess
      expect(answer).toBe("defaulted");
      expect(sandbox.events).toEqual(["answer", "put", "next"]);
      expect(lost()).toEqual(["TimeIsOver"]);
      expect(longest).toBeLessThanOrEqual(timeLeftInMs - RESERVE_IN_MS);
    },
  );

  it.each([
    { variables: {}, maxInMs: MAX_WRITE_IN_MS },
    { variables: { CAPTURE_RESERVED: "1" }, maxInMs: MAX_WRITE_IN_MS_IF_RESERVED },
  ])(
    "when S3 hangs and much time is left: the write ends after its own maximum, $maxInMs ms",
    async ({ variables, maxInMs }) => {
      // Prepare
      sandbox.s3WillAnswer({ instead: "never" });
      const handler = await sandbox.load(loans, variables);
      const { setTimeout: original } = globalThis;
      const delays: number[] = [];
      const soon = (callback: () => void, delayInMs = 0) => {
        delays.push(delayInMs);
        // The endpoint's timer has the rest of Lambda's time.
        return original(callback, delayInMs > maxInMs ? delayInMs : 1);
      };
      jest.spyOn(globalThis, "setTimeout").mockImplementation(soon as typeof setTimeout);

      // Act
      const answer = await sandbox.invokeToEnd(handler, REQUEST, 25_000);

      // Assess
      expect(answer).toBe("defaulted");
      expect(lost()).toEqual(["TimeIsOver"]);
      expect(Math.max(...delays.filter((delayInMs) => delayInMs < 20_000))).toBeLessThanOrEqual(maxInMs);
    },
  );

  it("when S3 cannot be reached", async () => {
    // Prepare
    const handler = await sandbox.load(loans, { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" });

    // Act
    const answer = await sandbox.invokeToEnd(handler, REQUEST);

    // Assess
    expect(answer).toBe("defaulted");
    expect(lost()).toEqual(["ECONNREFUSED"]);
  });

  it("when S3 fails for every request: capture pauses, and then continues", async () => {
    // Prepare
    sandbox.s3WillAnswer(...Array.from({ length: MAX_FAILURES }, () => errorOf(403, "AccessDenied")));
    const handler = await sandbox.load(loans);
    const now = jest.spyOn(Date, "now");

    // Act
    for (let request = 0; request < MAX_FAILURES + 2; request++) await sandbox.invokeToEnd(handler, REQUEST);
    const puts = sandbox.objects.length;
    const after = Date.now() + PAUSE_IN_MS + 1;
    now.mockReturnValue(after);
    await sandbox.invokeToEnd(handler, REQUEST);

    // Assess
    expect(puts).toBe(MAX_FAILURES);
    expect(lost()).toEqual([
      ...Array.from({ length: MAX_FAILURES }, () => "403 AccessDenied"),
      "Paused",
      "Paused",
    ]);
    expect(sandbox.objects).toHaveLength(MAX_FAILURES + 1);
  });

  it("when S3 still fails after a pause: one failure begins the next pause", async () => {
    // Prepare
    sandbox.s3WillAnswer(...Array.from({ length: MAX_FAILURES + 1 }, () => errorOf(403, "AccessDenied")));
    const handler = await sandbox.load(loans);
    for (let request = 0; request < MAX_FAILURES; request++) await sandbox.invokeToEnd(handler, REQUEST);
    const after = Date.now() + PAUSE_IN_MS + 1;
    jest.spyOn(Date, "now").mockReturnValue(after);

    // Act
    await sandbox.invokeToEnd(handler, REQUEST);
    await sandbox.invokeToEnd(handler, REQUEST);

    // Assess
    expect(lost().slice(MAX_FAILURES)).toEqual(["403 AccessDenied", "Paused"]);
  });

  it("when answers leave no time for a write: nothing is sent, and capture does not pause", async () => {
    // Prepare
    const handler = await sandbox.load(loans);

    // Act
    for (let request = 0; request < MAX_FAILURES; request++) {
      await sandbox.invokeToEnd(handler, REQUEST, 5_000, RESERVE_IN_MS);
    }
    await sandbox.invokeToEnd(handler, REQUEST);

    // Assess
    expect(lost()).toEqual(Array.from({ length: MAX_FAILURES }, () => "NoTime"));
    expect(sandbox.objects).toHaveLength(1);
  });

  it("when Lambda answers the registration late: the extension requests every event, and does nothing", async () => {
    // Prepare
    const { setTimeout: original } = globalThis;
    jest
      .spyOn(globalThis, "setTimeout")
      .mockImplementation(((callback: () => void, delayInMs = 0) =>
        original(callback, delayInMs === 1_000 ? 5 : delayInMs)) as typeof setTimeout);
    const work = jest.fn(async () => undefined);
    const requests: string[] = [];
    const seen = new Promise<void>((resolve) => {
      lambda.on("request", (incoming, outgoing) => {
        requests.push(incoming.url ?? "");
        if (requests.length === 3) return resolve();
        const isRegistration = requests.length === 1;
        const document = { requestId: "a", deadlineMs: 1, invokedFunctionArn: "arn" };
        original(
          () =>
            outgoing
              .writeHead(200, { "Lambda-Extension-Identifier": "extension" })
              .end(JSON.stringify(document)),
          isRegistration ? 50 : 0,
        );
      });
    });
    await new Promise<void>((resolve) => lambda.listen(0, "127.0.0.1", resolve));

    // Act
    const isRegistered = await startExtension(`127.0.0.1:${(lambda.address() as AddressInfo).port}`, work);
    await seen;

    // Assess
    expect(isRegistered).toBe(false);
    expect(requests.map((path) => path.replace("/2020-01-01/extension", ""))).toEqual([
      "/register",
      "/event/next",
      "/event/next",
    ]);
    expect(work).not.toHaveBeenCalled();
  });

  it("when Lambda has ended: another program at its address gets no request", async () => {
    // Prepare
    const answerRegistration = (_: IncomingMessage, outgoing: ServerResponse) =>
      outgoing.writeHead(200, { "Lambda-Extension-Identifier": "extension" }).end("{}");
    lambda.once("request", answerRegistration);
    await new Promise<void>((resolve) => lambda.listen(0, "127.0.0.1", resolve));
    const { port } = lambda.address() as AddressInfo;
    const isRegistered = await startExtension(`127.0.0.1:${port}`, async () => undefined);
    lambda.closeAllConnections();
    await new Promise((resolve) => lambda.close(resolve));
    await sleep(500);
    const received: (string | undefined)[] = [];
    const other = createServer((incoming, outgoing) => {
      received.push(incoming.url);
      outgoing.end();
    });

    // Act
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    await sleep(500);
    await new Promise((resolve) => other.close(resolve));

    // Assess
    expect(isRegistered).toBe(true);
    expect(received).toEqual([]);
  });

  it("when Lambda refuses the extension", async () => {
    // Prepare
    await sandbox.load(loans);
    const late = await sandbox.load(loans);

    // Act
    const { answer } = await sandbox.invoke(late, REQUEST);

    // Assess
    expect(answer).toBe("defaulted");
    expect(lost()).toEqual(["NotRegistered"]);
    expect(sandbox.objects).toEqual([]);
  });

  it("when requests are concurrent, as never on Lambda: no record mixes two requests", async () => {
    // Prepare
    const handler = await sandbox.load(loans);

    // Act
    const answers = await Promise.all(Array.from({ length: 16 }, () => sandbox.invoke(handler, REQUEST)));

    // Assess
    expect(answers.map(({ answer }) => answer)).toEqual(Array.from({ length: 16 }, () => "defaulted"));
    expect(captured()).toEqual([]);
  });
});

describe("the memory of a captured request", () => {
  it("is bounded when the request has many rows: the log says how many rows are omitted", async () => {
    // Prepare
    const rows = Array.from({ length: 5_000 }, () => `${"0".repeat(700)}1,2,3`);
    sandbox.endpoint.willAnswer({
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ predictions: rows.map(() => ({ predicted_label: 0 })) }),
    });
    const handler = await sandbox.load(loans);

    // Act
    const { answer, idle } = await sandbox.invoke(handler, { data: rows });
    await idle;
    const [object] = sandbox.objects;

    // Assess
    const stored = object?.body.trimEnd().split("\n").length ?? 0;
    expect(answer).toHaveLength(rows.length);
    expect(object?.bytes.length).toBeLessThanOrEqual(MAX_RECORDS_IN_BYTES);
    expect(object?.bytes.length).toBeGreaterThan(MAX_RECORDS_IN_BYTES * 0.99);
    expect(lost()).toEqual([`TooLarge: ${rows.length - stored} row(s)`]);
  });

  it("is bounded when one row is larger than all records may be", async () => {
    // Prepare
    const big = {
      model: "big",
      route: { method: "POST", path: "/big" },
      schema: z.strictObject({ text: z.string() }),
      limits: { rows: 1, payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },
      encode: () => ({ contentType: "text/csv", accept: "text/csv", body: "1", rows: 1 }),
      decode: () => "x".repeat(MAX_RECORDS_IN_BYTES),
    } as const;
    const handler = await sandbox.load(big);

    // Act
    await sandbox.invokeToEnd(handler, { text: "a" });

    // Assess
    expect(sandbox.events).toEqual(["answer", "next"]);
    expect(lost()).toEqual(["TooLarge: 1 row(s)"]);
  });
});

describe("a function with wrong variables of capture", () => {
  it.each([
    { CAPTURE_DESTINATION: "bucket" },
    { CAPTURE_PERCENT: "0" },
    { CAPTURE_PERCENT: "many" },
    { CAPTURE_DROP: '"age"' },
  ])("is refused in Lambda's init phase: %p", async (variables) => {
    // Act
    const act = sandbox.load(loans, variables);

    // Assess
    await expect(act).rejects.toThrow(/^CAPTURE_\w+: got .*; allowed: /);
  });
});

function errorOf(status: number, code: string): ScriptedAnswer {
  return { status, body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>` };
}
