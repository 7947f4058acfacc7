import { setImmediate } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { checksumOf, encodeMessage } from "../../../src/local/sagemaker/event-stream";
import type { StreamDialect } from "../../../src/runtime/contract";
import { MAX_MESSAGE_IN_BYTES } from "../../../src/runtime/stream/event-stream";
import type { StreamingFunction } from "../../../src/runtime/stream/response-stream";
import { MAX_EVENT_IN_BYTES } from "../../../src/runtime/stream/server-sent-events";
import { type CapturedLog, captureLog } from "../../../src/testing/captured-log";
import { payloadPart } from "../../../src/testing/event-stream";
import { lambdaContext } from "../../../src/testing/events";
import { RecordedResponseStream } from "../../../src/testing/response-stream";
import { exception, StreamServer } from "../support/event-stream";
import { eventOf, type Prompt, storyContract, streamingHandler } from "./support";

/** Properties of the answer that a caller receives, and not only of the decoder or of the cutter. */

const SSE: StreamDialect<Prompt> = { answerType: "text/event-stream" };
const TEXT: StreamDialect<Prompt> = { answerType: "text/plain" };
/** Numbers the lines. The numbers depend on every character before. */
const LINES: StreamDialect<Prompt> = {
  ...TEXT,
  convert() {
    let lines = 0;
    let held = "";
    return {
      push(text) {
        const parts = (held + text).split("\n");
        held = parts.pop() ?? "";
        return parts.map((line) => `${++lines}:${line.toUpperCase()}\n`).join("");
      },
      end: () => `${++lines}:${held.toUpperCase()}`,
    };
  },
};

let server: StreamServer;
let log: CapturedLog;
/** The parts of the wire of the next answer, each of which arrives alone. */
let wire: readonly Uint8Array[] = [];
let endsWith: "end" | "break" = "end";
let headers: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  server = await StreamServer.start(async (answer) => {
    answer.writeHead(200, { "content-type": "application/vnd.amazon.eventstream", ...headers });
    for (const part of wire) {
      answer.write(part);
      await setImmediate();
    }
    if (endsWith === "end") answer.end();
    else answer.destroy();
  });
});

beforeEach(() => {
  log = captureLog();
  endsWith = "end";
  headers = {};
});

afterEach(() => log.stop());
afterAll(() => server.close());

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly contentType: string | undefined;
  /** Whether the function ended with an error, so that the transfer is cut off. */
  readonly isCutOff: boolean;
}

async function call(handler: StreamingFunction, parts: readonly Uint8Array[]): Promise<Answered> {
  wire = parts;
  const stream = new RecordedResponseStream();
  const isCutOff = await handler(eventOf({ prompt: "Once" }), stream, lambdaContext()).then(
    () => false,
    () => true,
  );
  const { status, body, headers: sent } = stream.answer;
  return { status, body, contentType: sent["Content-Type"], isCutOff };
}

/** Cuts bytes at the given indexes. */
function cut(bytes: Buffer, indexes: readonly number[]): Buffer[] {
  const ends = [...indexes.map((index) => index % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends
    .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter((part) => part.length > 0);
}

/** The wire of a text whose parts the container cuts at any byte, with messages that carry nothing in between. */
function wireOf(text: string, cuts: readonly number[]): Buffer {
  const nothing = [payloadPart(""), encodeMessage({ ":message-type": "event", ":event-type": "Later" }, "x")];
  const messages = cut(Buffer.from(text), cuts).flatMap((part, index) => [
    payloadPart(part),
    nothing[index % 3] ?? Buffer.alloc(0),
  ]);
  return Buffer.concat([payloadPart(""), ...messages]);
}

const text = fc
  .array(fc.string({ unit: fc.constantFrom("a", "ö", "中", "🌍", " ", "\n", ":"), maxLength: 8 }), {
    maxLength: 5,
  })
  .map((events) => events.map((event) => `data: ${event}\n\n`).join(""));
const cuts = fc.array(fc.nat(), { maxLength: 6 });

describe.each([
  ["server-sent events", SSE, (whole: string) => whole],
  ["bytes", TEXT, (whole: string) => whole],
  ["a converted text", LINES, convertWhole],
] as const)("an answer of %s", (_name, dialect, expected) => {
  let handler: StreamingFunction;

  beforeAll(() => {
    handler = streamingHandler(storyContract(dialect), server);
  });

  it("is the same for every split of the container's text and of the wire", async () => {
    await fc.assert(
      fc.asyncProperty(text, cuts, cuts, async (whole, ofContainer, ofWire) => {
        // Act
        const answer = await call(handler, cut(wireOf(whole, ofContainer), ofWire));

        // Assess
        expect(answer).toEqual({
          status: 200,
          body: expected(whole),
          contentType: dialect.answerType,
          isCutOff: false,
        });
      }),
      { numRuns: 60 },
    );
  });

  it("is the same if each byte of the wire arrives alone", async () => {
    // Prepare
    const whole = "data: größe 🌍\n\ndata: 中\n\n";
    const bytes = wireOf(whole, [9, 15, 16, 17]);

    // Act
    const answer = await call(
      handler,
      [...bytes].map((byte) => Uint8Array.of(byte)),
    );

    // Assess
    expect(answer.body).toBe(expected(whole));
  });

  it("is a prefix with a fault for every flipped bit, and never another text", async () => {
    // Prepare
    const events = ["data: one\n\n", "data: two\n\n"];
    const messages = events.map((event) => payloadPart(event));
    const bytes = Buffer.concat(messages);
    const prefixes = ["", events[0] ?? ""].map((prefix) => prefixOf(dialect, prefix));
    const wrong: unknown[] = [];

    // Act
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const answer = await call(handler, [flipped]);
      if (!isFault(answer, prefixes)) wrong.push({ bit, ...answer });
    }

    // Assess
    expect(wrong).toEqual([]);
    expect(log.lines().every((line) => (line as { readonly status: number }).status >= 500)).toBe(true);
  });

  it("is a prefix with a fault wherever the stream ends within a message or the connection breaks", async () => {
    // Prepare
    const events = ["data: one\n\n", "data: two\n\n"];
    const messages = events.map((event) => payloadPart(event));
    const bytes = Buffer.concat(messages);
    const prefixes = ["", ...events.map((_, index) => events.slice(0, index + 1).join(""))].map((prefix) =>
      prefixOf(dialect, prefix),
    );
    const wrong: unknown[] = [];

    // Act
    for (let length = 1; length <= bytes.length; length += 5) {
      for (const end of ["end", "break"] as const) {
        // The end between two messages is the end of the answer.
        const isWhole = length === messages[0]?.length || length === bytes.length;
        if (end === "end" && isWhole) continue;
        endsWith = end;
        const answer = await call(handler, [bytes.subarray(0, length)]);
        if (!isFault(answer, prefixes)) wrong.push({ length, end, ...answer });
      }
    }

    // Assess
    expect(wrong).toEqual([]);
  }, 20_000);

  it.each([
    ["ModelStreamError", 502],
    ["InternalStreamFailure", 503],
  ])("is a prefix with a fault for %s after any number of parts", async (type, status) => {
    for (const count of [1, 2]) {
      // Prepare
      const events = ["data: one\n\n", "data: two\n\n"].slice(0, count);
      const messages = [...events.map((event) => payloadPart(event)), exception(type, { Message: "secret" })];

      // Act
      const answer = await call(handler, messages);

      // Assess
      expect(isFault(answer, [prefixOf(dialect, events.join(""))])).toBe(true);
      expect(answer.body).not.toContain("secret");
      expect(log.lines().at(-1)).toMatchObject({ status });
    }
  });

  it("has the type of the contract, whatever the container calls its answer", async () => {
    // Prepare
    headers = { "x-amzn-sagemaker-content-type": "application/json" };

    // Act
    const answer = await call(handler, [payloadPart("data: a\n\n")]);

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: dialect.answerType });
  });

  it("is a 502 if the service answers with another type", async () => {
    // Prepare
    headers = { "content-type": "application/json" };

    // Act
    const answer = await call(handler, [Buffer.from('{"answer": "a whole document"}')]);

    // Assess
    expect(answer).toMatchObject({ status: 502, contentType: "application/problem+json" });
    expect(answer.body).not.toContain("document");
  });

  it("is a 502 for a message that is larger than the limit, before its bytes arrive", async () => {
    // Prepare
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32BE(MAX_MESSAGE_IN_BYTES + 1, 0);

    // Act
    const answer = await call(handler, [lengths, checksumOf(lengths), Buffer.from("x")]);

    // Assess
    expect(answer.status).toBe(502);
    expect(log.lines()).toMatchObject([{ error: { type: "StreamCorrupt" } }]);
  });
});

describe("a server-sent event that is larger than the limit", () => {
  const large = `data: ${"x".repeat(MAX_EVENT_IN_BYTES)}`;
  const parts = cut(
    Buffer.from(large),
    Array.from({ length: 8 }, (_, index) => (index + 1) * 130_000),
  ).map((part) => payloadPart(part));
  let handler: StreamingFunction;

  beforeAll(() => {
    handler = streamingHandler(storyContract(SSE), server);
  });

  it("reaches the caller unchanged", async () => {
    // Act
    const answer = await call(handler, [...parts, payloadPart("\n\ndata: b\n\n")]);

    // Assess
    expect(answer).toMatchObject({ status: 200, isCutOff: false });
    expect(answer.body === `${large}\n\ndata: b\n\n`).toBe(true);
  });

  it("is cut off by a failure within it: an error would be a part of the event", async () => {
    // Act
    const answer = await call(handler, [...parts, payloadPart("yz"), exception("ModelStreamError", {})]);

    // Assess
    expect(answer.isCutOff).toBe(true);
    expect(large.concat("yz").startsWith(answer.body)).toBe(true);
    expect(answer.body.length).toBeGreaterThan(MAX_EVENT_IN_BYTES);
    expect(log.lines()).toMatchObject([{ status: 502, error: { type: "ModelStreamError" } }]);
  });

  it("is followed by an event of a failure after it", async () => {
    // Act
    const answer = await call(handler, [...parts, payloadPart("\n\n"), exception("ModelStreamError", {})]);

    // Assess
    expect(answer.isCutOff).toBe(false);
    expect(answer.body.slice(large.length)).toMatch(/^\n\nevent: error\ndata: \{.*\}\n\n$/);
  });
});

function convertWhole(whole: string): string {
  const converter = LINES.convert?.({ prompt: "Once" });
  return `${whole === "" ? "" : converter?.push(whole)}${converter?.end()}`;
}

/** What the caller has of a text before the failure: no converter has ended. */
function prefixOf(dialect: StreamDialect<Prompt>, prefix: string): string {
  return dialect.convert?.({ prompt: "Once" }).push(prefix) ?? prefix;
}

/** Whether a caller can see that an answer is not whole, and has nothing but a prefix of the answer. */
function isFault({ status, body, isCutOff, contentType }: Answered, prefixes: readonly string[]): boolean {
  if (status >= 500) return contentType === "application/problem+json";
  if (status !== 200) return false;
  const [, prefix, error] = /^(.*?)(event: error\ndata: \{"type".*\}\n\n)?$/s.exec(body) ?? [];
  return prefixes.includes(prefix ?? "") && (isCutOff || error !== undefined);
}
