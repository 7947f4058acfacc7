import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalFunction, StreamedInvocation } from "../../src/local/lambda/function";
import { eventually } from "./support/eventually";
import { answerOf, Lambda } from "./support/lambda";

const MEGABYTE = 1024 * 1024;

let lambda: Lambda;

beforeAll(() => {
  lambda = new Lambda();
});

afterAll(async () => {
  await lambda.close();
});

type Started = Extract<StreamedInvocation, { readonly ok: true }>;

/** Code of a streaming handler with the parameters event, stream and context. */
function streaming(body: string): string {
  return `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
    const wait = (ms) => new Promise((go) => setTimeout(go, ms));
    const file = (name) => event.folder + "/" + name;
    const { existsSync, writeFileSync } = require("node:fs");
    ${body}
  });`;
}

async function start(fn: LocalFunction, event: object = {}, signal?: AbortSignal): Promise<Started> {
  const invocation = await fn.stream(JSON.stringify(event), signal);
  if (!invocation.ok) throw new Error(`${invocation.error.errorType}: ${invocation.error.errorMessage}`);
  return invocation;
}

async function textOf({ body }: Started): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

let files = 0;
/** A new folder with files by which the test and the function communicate. */
function signals(): { readonly folder: string; readonly path: (name: string) => string } {
  const folder = join(lambda.folder, `stream-${files++}`);
  mkdirSync(folder);
  return { folder, path: (name) => `${folder}/${name}` };
}

describe("a streamed invocation", () => {
  it("returns each chunk while the handler still runs", async () => {
    // Prepare
    const { folder, path } = signals();
    const fn = lambda.run(
      streaming(`
        stream.setContentType("text/plain");
        stream.write("größer");
        while (!existsSync(file("go"))) await wait(5);
        stream.write(Buffer.from(" ✓"));
        stream.write({ json: true });
        stream.end();`),
    );

    // Act
    const started = await start(fn, { folder });
    const first = await new Promise<Buffer>((resolve) => started.body.once("data", resolve));
    started.body.pause();
    writeFileSync(path("go"), "");
    const rest = await textOf(started);
    const result = await started.ended;
    await fn.stop();

    // Assess
    expect(started.body.contentType).toBe("text/plain");
    expect(first.toString("utf8")).toBe("größer");
    expect(rest).toBe(' ✓{"json":true}');
    expect(result).toEqual({ ok: true, payload: "" });
  });

  it("begins with status and headers, which the handler gives to HttpResponseStream.from", async () => {
    // Prepare
    const fn = lambda.run(
      streaming(`
        const answer = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "X-A": "b" } });
        answer.write("body");
        answer.end();`),
    );

    // Act
    const started = await start(fn);
    const text = await textOf(started);
    await fn.stop();

    // Assess
    expect(started.body.hasMetadata).toBe(true);
    expect(text).toBe(`{"statusCode":201,"headers":{"X-A":"b"}}${"\0".repeat(8)}body`);
  });

  it("returns the whole answer of a handler that does not stream as one chunk", async () => {
    // Prepare
    const fn = lambda.run(`exports.handler = async (event) => ({ got: event.a });`);

    // Act
    const started = await start(fn, { a: 1 });
    const text = await textOf(started);
    await fn.stop();

    // Assess
    expect(started.body.contentType).toBe("application/json");
    expect(text).toBe('{"got":1}');
  });

  it("returns all bytes of a long answer, which pipeline writes", async () => {
    // Prepare
    const fn = lambda.run(
      streaming(`
        const { pipeline } = require("node:stream/promises");
        const { Readable } = require("node:stream");
        await pipeline(Readable.from(Array.from({ length: 16 }, (_, i) => Buffer.alloc(65536, i))), stream);`),
    );

    // Act
    const started = await start(fn);
    let bytes = 0;
    let isInOrder = true;
    for await (const chunk of started.body) {
      for (const byte of chunk as Buffer) isInOrder &&= byte === Math.floor(bytes++ / 65536);
    }
    await fn.stop();

    // Assess
    expect({ bytes, isInOrder }).toEqual({ bytes: MEGABYTE, isInOrder: true });
  });

  it("limits the speed after the first bytes of a long answer", async () => {
    // Prepare
    const bandwidth = { uncappedBytes: 1 * MEGABYTE, bytesPerSecond: 1 * MEGABYTE };
    const fn = lambda.run(
      streaming(`
        const { once } = require("node:events");
        for (let kilobytes = 0; kilobytes < 1.5 * 1024; kilobytes += 16) {
          if (!stream.write("x".repeat(16 * 1024))) await once(stream, "drain");
        }
        stream.end();`),
      {},
      { bandwidth },
    );

    // Act
    const started = await start(fn);
    const startedAt = performance.now();
    let bytes = 0;
    let uncappedInMs = Number.NaN;
    for await (const chunk of started.body) {
      bytes += chunk.length;
      if (bytes <= bandwidth.uncappedBytes) uncappedInMs = performance.now() - startedAt;
    }
    const cappedInMs = performance.now() - startedAt - uncappedInMs;
    await fn.stop();

    // Assess
    expect(bytes).toBe(1.5 * MEGABYTE);
    // Half a megabyte at one megabyte per second, without the bytes that are on their way.
    expect(cappedInMs).toBeGreaterThan(400);
    // Without the limit, the first megabyte takes a few milliseconds.
    expect(uncappedInMs).toBeLessThan(cappedInMs);
  });

  it("stops the handler's writes while the caller does not read", async () => {
    // Prepare
    const { folder, path } = signals();
    const fn = lambda.run(
      streaming(`
        for (let written = 0; written < 1024; written++) {
          writeFileSync(file("written"), String(written));
          if (!stream.write(Buffer.alloc(1024))) await new Promise((go) => stream.once("drain", go));
        }
        stream.end();`),
    );
    const writtenKilobytes = () =>
      existsSync(path("written")) ? Number(readFileSync(path("written"), "utf8")) : 0;

    // Act
    const started = await start(fn, { folder });
    let before = -1;
    await eventually("a handler that waits", () => {
      const now = writtenKilobytes();
      const waits = now === before;
      before = now;
      return waits && now > 0;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const waiting = writtenKilobytes();
    const text = await textOf(started);
    await fn.stop();

    // Assess
    expect(waiting).toBeLessThan(128);
    expect(text.length).toBe(MEGABYTE);
  });

  it("closes the handler's stream when the caller disconnects, and the process answers the next invocation", async () => {
    // Prepare
    const { folder, path } = signals();
    const fn = lambda.run(
      streaming(`
        stream.on("close", () => writeFileSync(file("closed"), String(stream.writableFinished)));
        stream.write("first");
        while (!stream.destroyed && !event.short) await wait(5);
        stream.end();`),
      { reservedConcurrency: 1 },
    );
    const connection = new AbortController();

    // Act
    const started = await start(fn, { folder }, connection.signal);
    connection.abort();
    await eventually("the end of the stream", () => existsSync(path("closed")));
    const finished = readFileSync(path("closed"), "utf8");
    const result = await started.ended;
    const next = await textOf(await start(fn, { folder, short: true }));
    await fn.stop();

    // Assess
    expect(finished).toBe("false");
    expect(result.ok).toBe(true);
    expect(next).toBe("first");
  });

  it("reports an error of the handler itself after the caller has disconnected", async () => {
    // Prepare
    const fn = lambda.run(
      streaming(`
        stream.write("first");
        while (!stream.destroyed) await wait(5);
        throw new Error("its own words after the end");`),
    );
    const connection = new AbortController();

    // Act
    const started = await start(fn, {}, connection.signal);
    connection.abort();
    const result = await started.ended;
    await fn.stop();

    // Assess
    expect(result).toMatchObject({ ok: false, error: { errorMessage: "its own words after the end" } });
  });

  it("succeeds if a handler's pipeline fails only because the caller has disconnected", async () => {
    // Prepare
    const fn = lambda.run(
      streaming(`
        const { Readable } = require("node:stream");
        const { pipeline } = require("node:stream/promises");
        await pipeline(Readable.from((async function* () { for (;;) { yield "x"; await wait(5); } })()), stream);`),
    );
    const connection = new AbortController();

    // Act
    const started = await start(fn, {}, connection.signal);
    connection.abort();
    const result = await started.ended;
    await fn.stop();

    // Assess
    expect(result.ok).toBe(true);
  });

  it("fails with a named error if the answer exceeds Lambda's limit of 200 MB", async () => {
    // Prepare
    const fn = lambda.run(
      streaming(`
        stream.write("first");
        while (!stream.destroyed) await wait(5);`),
    );

    // Act
    const started = await start(fn);
    started.body.receive(Buffer.alloc(200 * MEGABYTE), "text/plain");
    const result = await started.ended;
    await fn.stop();

    // Assess
    expect(result).toMatchObject({ ok: false, error: { errorType: "Function.ResponseSizeTooLarge" } });
    expect(lambda.output).toContain(
      "dev-test: Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload size (209715200 bytes).",
    );
  });

  it("has only the members of Lambda's stream, and ignores a callback after the last chunk", async () => {
    // Prepare
    const fn = lambda.run(
      streaming(`
        let calls = 0;
        stream.on("finish", () => setImmediate(() => console.log("calls", calls)));
        stream.write([typeof stream.pipe, typeof stream.closed, typeof stream.on, stream.writable].join());
        stream.end(";", () => calls++);`),
    );

    // Act
    const text = await textOf(await start(fn));
    await eventually("the line", () => /calls \d/.test(lambda.output));
    await fn.stop();

    // Assess
    expect(text).toBe("undefined,undefined,function,true;");
    expect(lambda.output).toContain("calls 0");
  });

  it("does not run the function for a caller who disconnects while the invocation waits for a process", async () => {
    // Prepare
    const { folder, path } = signals();
    const fn = lambda.run(
      streaming(`
        writeFileSync(file(event.name), "");
        stream.write("first");
        while (!existsSync(file("go"))) await wait(5);
        stream.end();`),
    );
    const connection = new AbortController();
    const running = await Promise.all(
      Array.from({ length: 8 }, (_, index) => start(fn, { folder, name: `running-${index}` })),
    );

    // Act
    const waiting = fn.stream(JSON.stringify({ folder, name: "waiting" }), connection.signal);
    connection.abort();
    writeFileSync(path("go"), "");
    await Promise.all(running.map(textOf));
    await waiting;
    await fn.stop();

    // Assess
    expect(existsSync(path("waiting"))).toBe(false);
  });

  it.each([
    ["throws before the first chunk", `throw new TypeError("its own words");`, "TypeError: its own words"],
    [
      "is not an async function",
      `}); exports.handler = awslambda.streamifyResponse((event, stream) => { stream.end();`,
      "Error: Streaming does not support non-async handlers.",
    ],
    [
      "sets the content type too late",
      `stream.cork(); stream.write("1"); stream.setContentType("text/plain");`,
      "InvalidStreamingOperation: Cannot set content-type, too late.",
    ],
    ["exits", "process.exit(3);", "Runtime.ExitError: Runtime exited with status 3"],
  ])("fails if the handler %s", async (_case, code, message) => {
    // Prepare
    const fn = lambda.run(streaming(code));

    // Act
    const invocation = fn.stream("{}");

    // Assess
    const result = await invocation;
    await fn.stop();
    expect(result.ok ? "ok" : `${result.error.errorType}: ${result.error.errorMessage}`).toBe(message);
  });

  it.each([
    ["throws", `throw new Error("its own words");`, {}, "Error: its own words"],
    [
      "destroys its stream with an error",
      `stream.destroy(new Error("gone")); await wait(1_000);`,
      {},
      "Runtime.ExitError: Runtime exited with status 1",
    ],
    [
      "destroys its stream with an error after its end",
      `setTimeout(() => stream.destroy(new Error("gone")), 5);`,
      {},
      "Error: gone",
    ],
    [
      "destroys its stream without an error",
      "stream.destroy();",
      {},
      "Error: Response stream is not finished.",
    ],
    ["exits", "process.exit(3);", {}, "Runtime.ExitError: Runtime exited with status 3"],
    [
      "exceeds its timeout",
      "await wait(60_000);",
      { timeoutInSeconds: 1 },
      "Sandbox.Timedout: Task timed out after 1.00 seconds",
    ],
    [
      "returns without an end of its stream",
      "",
      { timeoutInSeconds: 1 },
      "Sandbox.Timedout: Task timed out after 1.00 seconds",
    ],
  ])(
    "truncates the answer if the handler %s after the first chunk",
    async (_case, code, settings, message) => {
      // Prepare
      const fn = lambda.run(streaming(`stream.write("first"); await wait(50); ${code}`), settings);

      // Act
      const started = await start(fn);
      const received: string[] = [];
      const reading = (async () => {
        for await (const chunk of started.body) received.push(String(chunk));
      })();

      // Assess
      await expect(reading).rejects.toThrow(message.split(": ").slice(1).join(": "));
      const result = await started.ended;
      await fn.stop();
      expect(received).toEqual(["first"]);
      expect(result.ok ? "ok" : `${result.error.errorType}: ${result.error.errorMessage}`).toBe(message);
    },
  );
});

describe("a buffered invocation of a streaming handler", () => {
  it("receives the whole payload", async () => {
    // Prepare
    const fn = lambda.run(
      streaming(`stream.write('{"a":'); await wait(5); stream.write("1}"); stream.end();`),
    );

    // Act
    const result = await fn.invoke("{}");
    await fn.stop();

    // Assess
    expect(answerOf(result)).toEqual({ a: 1 });
  });

  it("receives more than the limit of an answer, so that the caller can refuse the answer", async () => {
    // Prepare
    const fn = lambda.run(
      streaming(`for (let i = 0; i < 8; i++) stream.write("x".repeat(${MEGABYTE})); stream.end();`),
    );

    // Act
    const result = await fn.invoke("{}");
    await fn.stop();

    // Assess
    expect(result.ok && result.payload.length).toBeGreaterThan(6 * MEGABYTE + 100);
  });
});
