import childProcess, { type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { buildSync } from "esbuild";
import { MAX_ANSWER_IN_BYTES } from "../../src/runtime/limits";
import { EndpointServer } from "../../src/testing/endpoint-server";
import type { ModelName } from "../fixtures/app/functions";
import { csv } from "./support/answers";
import { Bundle } from "./support/bundle";
import { functionUrlEvent, restEvent } from "./support/events";
import { environmentOf } from "./support/handler";
import { invocations } from "./support/invocations";
import { invokeAll, MEMORY_IN_MB, type Payloads } from "./support/lambda-process";
import { filled, largeBodies, largestEvent, MAX_EVENT_IN_BYTES } from "./support/large-bodies";

/** The maximum time of one process in these tests. */
const TEST_TIMEOUT_IN_MS = 240_000;
/** The maximum time of an invocation: a few seconds on a busy machine. A function on Lambda has 28 s. */
const MAX_INVOCATION_IN_MS = 6_000;

let endpoint: EndpointServer;
let folder: string;
/** The packages of the models. */
const bundles = new Map<ModelName, Bundle>();

beforeAll(async () => {
  endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer(csv("0.8731"));
  folder = mkdtempSync(join(tmpdir(), "handler-memory-"));
});

afterAll(async () => {
  for (const bundle of bundles.values()) bundle.remove();
  rmSync(folder, { recursive: true });
  await endpoint.close();
});

/** Path of the package of a model. */
function packageOf(model: ModelName): string {
  const bundle = bundles.get(model) ?? Bundle.of(model);
  bundles.set(model, bundle);
  return bundle.path;
}

const base64 = (body: string) => Buffer.from(body).toString("base64");

/** The Accept of a caller that accepts an image. */
const PNG = { accept: "image/png", Accept: "image/png" };

/** The events that contain a body. */
interface Way {
  readonly way: string;
  readonly toEvent: (body: string) => unknown;
}

const inRestEvent: Way = { way: "REST events", toEvent: (body) => restEvent(body) };
const asText: Way = {
  way: "REST events of the type text/plain",
  toEvent: (body) => restEvent(body, { contentType: "text/plain" }),
};
const inBase64: Way = {
  way: "function URL events in base64",
  toEvent: (body) => functionUrlEvent(base64(body), { isBase64Encoded: true }),
};

/** Requires that every payload has an answer, that no answer is a 500, and that the memory is within the function's. */
function assessAll({ invoked, crash }: Awaited<ReturnType<typeof invokeAll>>, payloads: Payloads): void {
  expect(crash).toBeUndefined();
  expect(invoked.map(({ name }) => name)).toEqual(Object.keys(payloads));
  expect(invoked.filter(({ status }) => ![200, 400, 413, 415].includes(status))).toEqual([]);
  expect(invoked.filter(({ detail }) => detail.length > 1_500)).toEqual([]);
  expect(invoked.filter(({ ms }) => ms > MAX_INVOCATION_IN_MS)).toEqual([]);
  expect(invoked.filter(({ peakInMb }) => peakInMb > MEMORY_IN_MB)).toEqual([]);
}

describe("a body of 6 MB never needs more than the function's memory", () => {
  it.each<Way & { model: ModelName; name: string }>([
    { model: "loan-default", name: "data", ...inRestEvent },
    { model: "energy-demand", name: "instances", ...inBase64 },
    { model: "ticket-urgency", name: "message", ...asText },
    { model: "ticket-urgency", name: "message", ...inBase64 },
  ])(
    "of $model, in $way",
    async ({ model, name, toEvent }) => {
      // Prepare
      const code = packageOf(model);
      const payloads = eventsOf(largeBodies(name), toEvent);

      // Act
      const ended = await invokeAll(code, payloads, environmentOf(endpoint));

      // Assess
      assessAll(ended, payloads);
    },
    TEST_TIMEOUT_IN_MS,
  );

  it.each<Way & { names: readonly string[] }>([
    { names: ["rows"], ...inRestEvent },
    { names: ["either"], ...inBase64 },
    { names: ["record"], ...inBase64 },
  ])(
    "of a contract without rowsIn: $names, in $way",
    async ({ names, toEvent }) => {
      // Prepare
      const code = bundleOf("lists-handler");
      const rows = (bytes: number) =>
        `{"rows":[${Array(Math.min(90_000, Math.floor(bytes / 8) - 2))
          .fill('{"a":1}')
          .join(",")}]}`;
      const payloads = eventsOf({ ...largeBodies(...names), "90,000 valid rows": rows }, toEvent);

      // Act
      const ended = await invokeAll(code, payloads, environmentOf(endpoint));

      // Assess
      assessAll(ended, payloads);
      expect(ended.invoked.at(-1)).toMatchObject({
        status: 413,
        detail: "batch: got 90000 rows; allowed: at most 1000",
      });
    },
    TEST_TIMEOUT_IN_MS,
  );
});

function eventsOf(bodies: ReturnType<typeof largeBodies>, toEvent: (body: string) => unknown): Payloads {
  return Object.fromEntries(
    Object.entries(bodies).map(([name, make]) => [name, () => largestEvent(make, toEvent)]),
  );
}

/** Path of the package of a handler in the folder `support`. */
function bundleOf(handler: "lists-handler" | "bytes-handler"): string {
  const code = join(folder, `${handler}.js`);
  if (existsSync(code)) return code;
  buildSync({
    entryPoints: [join(__dirname, `support/${handler}.ts`)],
    outfile: code,
    bundle: true,
    platform: "node",
    format: "cjs",
    minify: true,
    logLevel: "silent",
  });
  return code;
}

describe("an answer of the endpoint never needs more than the function's memory", () => {
  const answers = [
    filled(MAX_ANSWER_IN_BYTES, '{"predictions":[', "{},", "]}"),
    filled(MAX_ANSWER_IN_BYTES, "[", "[],", "]"),
    filled(MAX_ANSWER_IN_BYTES, "", "[", "]"),
    filled(MAX_ANSWER_IN_BYTES, "", "1,", "1"),
    filled(MAX_ANSWER_IN_BYTES, "", "0.25\n", ""),
    filled(MAX_ANSWER_IN_BYTES, "", ",", ""),
    filled(MAX_ANSWER_IN_BYTES, "", "9", ""),
    filled(2 * MAX_ANSWER_IN_BYTES, "", "中", ""),
  ];

  it.each(invocations)(
    "of $model",
    async ({ model, event }) => {
      // Prepare
      const code = packageOf(model);
      endpoint.willAnswer(...answers.map((body) => ({ body })));
      const payloads = Object.fromEntries(
        answers.map((answer, index) => [`${index}: ${answer.slice(0, 20)}`, () => JSON.stringify(event)]),
      );

      // Act
      const { invoked, crash } = await invokeAll(code, payloads, environmentOf(endpoint));

      // Assess
      expect(crash).toBeUndefined();
      expect(invoked.map(({ status }) => status)).toEqual(Array(answers.length).fill(502));
      expect(invoked.filter(({ ms }) => ms > MAX_INVOCATION_IN_MS)).toEqual([]);
      expect(invoked.filter(({ peakInMb }) => peakInMb > MEMORY_IN_MB)).toEqual([]);
    },
    TEST_TIMEOUT_IN_MS,
  );
});

describe("bytes of Lambda's limit never need more than the function's memory", () => {
  /** Base64 that fills an event of 6 MB. */
  const most = Math.floor((MAX_EVENT_IN_BYTES - 2_000) / 4) * 3;
  const image = Buffer.alloc(most, 0xff).toString("base64");

  it.each([
    {
      way: "a function URL event",
      event: functionUrlEvent(image, { isBase64Encoded: true, contentType: "image/jpeg", headers: PNG }),
    },
    {
      way: "a REST event",
      event: restEvent(image, { isBase64Encoded: true, contentType: "image/jpeg", headers: PNG }),
    },
    {
      way: "JSON in a REST event",
      event: restEvent(JSON.stringify({ contentType: "image/jpeg", base64: image }), { headers: PNG }),
    },
    { way: "a direct invocation", event: { contentType: "image/jpeg", base64: image } },
  ])(
    "in $way, with an answer of the same size",
    async ({ event }) => {
      // Prepare
      const code = bundleOf("bytes-handler");
      const answered = { headers: { "content-type": "image/png" }, body: Buffer.alloc(most, 0xfe) };
      endpoint.willAnswer(answered, answered, answered);
      const payload = () => JSON.stringify(event);
      const payloads = { first: payload, second: payload, third: payload };

      // Act
      const { invoked, crash } = await invokeAll(code, payloads, environmentOf(endpoint));

      // Assess
      expect(crash).toBeUndefined();
      expect(invoked.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(endpoint.requests.at(-1)?.bytes.length).toBe(most);
      expect(invoked.filter(({ ms }) => ms > MAX_INVOCATION_IN_MS)).toEqual([]);
      expect(invoked.filter(({ peakInMb }) => peakInMb > MEMORY_IN_MB)).toEqual([]);
    },
    TEST_TIMEOUT_IN_MS,
  );
});

describe("the process of the invocations", () => {
  it("ends when a payload cannot be made", async () => {
    // Prepare
    const code = packageOf("loan-default");
    const spawn = jest.spyOn(childProcess, "spawn");
    const fail = () => {
      throw new Error("no payload");
    };

    // Act
    const ended = invokeAll(code, { fail }, environmentOf(endpoint));

    // Assess
    await expect(ended).rejects.toThrow("no payload");
    const children = spawn.mock.results.map(({ value }) => value as ChildProcess);
    spawn.mockRestore();
    expect(children.map(({ signalCode }) => signalCode)).toEqual(["SIGTERM"]);
  });
});

describe("the measured memory", () => {
  it("is the memory of the function's process, not of the test's process", async () => {
    // Prepare
    const code = packageOf("loan-default");
    const held = Buffer.alloc(2 * MEMORY_IN_MB * 1024 * 1024, 1);

    // Act
    const { invoked, crash } = await invokeAll(code, { "no event": () => "{}" }, environmentOf(endpoint));

    // Assess
    expect(process.memoryUsage.rss()).toBeGreaterThan(held.length);
    expect(crash).toBeUndefined();
    expect(invoked).toHaveLength(1);
    expect(invoked[0]?.peakInMb).toBeLessThan(MEMORY_IN_MB);
    expect(invoked[0]?.peakInMb).toBeGreaterThan(20);
  });
});

describe("a direct invocation needs no more memory than Lambda's runtime needs to parse its event", () => {
  /** The difference between two runs of the same process. */
  const TOLERANCE_IN_MB = 16;

  it.each([
    "data: empty objects",
    "data: empty lists",
    "data: nulls",
    "data: objects with an index",
    "data: a text of commas",
    "100,000 levels of objects",
    "as many properties as fit",
    "as many empty objects in properties as fit",
  ])(
    "%s",
    async (name) => {
      // Prepare
      const code = packageOf("loan-default");
      const payload = () => largeBodies("data")[name]?.(MAX_EVENT_IN_BYTES) ?? "";

      // Act
      const { invoked, crash } = await invokeAll(code, { [name]: payload }, environmentOf(endpoint));

      // Assess
      expect(crash).toBeUndefined();
      expect(invoked).toHaveLength(1);
      const [{ status = 0, ms = 0, parsedInMb = 0, peakInMb = 0 } = {}] = invoked;
      expect([400, 413]).toContain(status);
      expect(ms).toBeLessThan(MAX_INVOCATION_IN_MS);
      expect(peakInMb).toBeLessThanOrEqual(Math.max(MEMORY_IN_MB, parsedInMb + TOLERANCE_IN_MB));
    },
    TEST_TIMEOUT_IN_MS,
  );
});
