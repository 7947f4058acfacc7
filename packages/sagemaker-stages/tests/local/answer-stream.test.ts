import { describe, expect, it } from "@jest/globals";
import { AnswerStream } from "../../src/local/lambda/answer-stream";
import { limitStream } from "../../src/local/lambda/open-stream";

/** A stream that has limits, and the exceeded limits. */
function limited(idleInMs: number, totalInMs: number): { stream: AnswerStream; reasons: string[] } {
  const stream = new AnswerStream();
  const reasons: string[] = [];
  limitStream(stream, { idleInMs, totalInMs }, (reason) => reasons.push(reason));
  return { stream, reasons };
}

/** Adds chunks with a pause before each chunk. */
async function feed(stream: AnswerStream, chunks: number, pauseInMs: number): Promise<void> {
  for (let index = 0; index < chunks; index++) {
    await new Promise((resolve) => setTimeout(resolve, pauseInMs));
    stream.receive(Buffer.from("x"), "text/plain");
  }
}

describe("a limited stream", () => {
  it("ends after the time without data", async () => {
    // Prepare
    const { stream, reasons } = limited(100, 60_000);

    // Act
    await new Promise((resolve) => stream.once("close", resolve));

    // Assess
    expect(reasons).toEqual(["The stream had no data for 0.1 seconds, which is the limit."]);
    expect(stream.readableEnded).toBe(false);
  });

  it("does not end while data arrive", async () => {
    // Prepare
    const { stream, reasons } = limited(400, 60_000);

    // Act
    await feed(stream, 6, 100);
    stream.finish("text/plain");
    const text = (await stream.toArray()).join("");

    // Assess
    expect({ text, reasons }).toEqual({ text: "xxxxxx", reasons: [] });
  });

  it("ends after the time of the whole answer, also while data arrive", async () => {
    // Prepare
    const { stream, reasons } = limited(60_000, 100);

    // Act
    await feed(stream, 4, 50);

    // Assess
    expect(stream.destroyed).toBe(true);
    expect(reasons).toEqual(["The stream is longer than the timeout of the integration."]);
  });
});

describe("a streamed answer", () => {
  it("sends 6 MB at once, and the following bytes at 2 MB per second", async () => {
    // Prepare
    const megabyte = 1024 * 1024;
    const stream = new AnswerStream();
    let taken = 0;
    stream.connect({
      taken: (bytes) => {
        taken += bytes;
      },
      disconnected: () => undefined,
    });
    stream.resume();

    // Act
    for (let index = 0; index < 6; index++) stream.receive(Buffer.alloc(megabyte), "text/plain");
    await new Promise((resolve) => setImmediate(resolve));
    const atOnce = taken;
    const start = performance.now();
    stream.receive(Buffer.alloc(megabyte / 4), "text/plain");
    while (taken === atOnce) await new Promise((resolve) => setTimeout(resolve, 1));
    const lastInMs = performance.now() - start;

    // Assess
    expect(atOnce).toBe(6 * megabyte);
    expect(taken).toBe(6.25 * megabyte);
    // Timers of Node.js can fire 1 ms early.
    expect(lastInMs).toBeGreaterThanOrEqual(124);
    stream.destroy();
  });

  it("ends after Lambda's limit of 200 MB", async () => {
    // Prepare
    const stream = new AnswerStream();
    const chunk = Buffer.alloc(20 * 1024 * 1024);

    // Act
    for (let index = 0; index < 10; index++) stream.receive(chunk, "text/plain");
    const before = stream.destroyed;
    stream.receive(Buffer.from("x"), "text/plain");

    // Assess
    expect({ before, after: stream.destroyed }).toEqual({ before: false, after: true });
    expect(stream.excess?.errorType).toBe("Function.ResponseSizeTooLarge");
  });
});
