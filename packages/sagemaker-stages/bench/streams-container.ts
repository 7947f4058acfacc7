import http from "node:http";
import type { AddressInfo } from "node:net";

/** A server-sent event of 100 bytes. */
const EVENT = eventOf(100);
/** A server-sent event that fills buffers soon. */
const LARGE_EVENT = eventOf(16 * 1_024);
/** The last event. */
export const DONE = "data: [DONE]\n\n";
/** The end of a complete answer. */
const END = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n${DONE}`;

/** A chunk of a streamed chat: the handler passes on only such events. @param bytes - the length of the event */
function eventOf(bytes: number): string {
  const [start, end] = [`data: {"choices":[{"index":0,"delta":{"content":"`, `"}}]}\n\n`];
  return start + "x".repeat(bytes - start.length - end.length) + end;
}

/** The body of a request for a stream. @param name - identifies the stream at the container */
export function requestOf(name: string): string {
  return JSON.stringify({
    model: "storyteller",
    stream: true,
    messages: [{ role: "user", content: name }],
  });
}

/** A container whose answers stay open. */
export class BenchContainer {
  /** The times of the first chunks by the name of the stream, by `performance.now()`. */
  readonly firstChunkAt = new Map<string, number>();
  /** The times at which the stage closed the answers, by the name of the stream, by `performance.now()`. */
  readonly closedAt = new Map<string, number>();
  /** The time between a request and the first chunk. */
  firstChunkDelayInMs = 0;
  /** The answers that have begun and not ended, by the name of the stream. */
  private readonly open = new Map<string, http.ServerResponse>();
  private readonly server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => this.begin(nameIn(Buffer.concat(chunks).toString()), outgoing));
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) =>
      this.server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve),
    );
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get openAnswers(): number {
    return this.open.size;
  }

  /** Waits until the stage has closed the answers of streams. @throws Error if some are open after 5 minutes */
  async closed(names: readonly string[]): Promise<void> {
    const deadline = performance.now() + 300_000;
    for (;;) {
      const left = names.filter((name) => this.open.has(name)).length;
      if (left === 0) return;
      if (performance.now() > deadline) {
        throw new Error(`answers of the container: got ${left} open; allowed: 0 after 5 minutes`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  writeAll(): void {
    for (const outgoing of this.open.values()) outgoing.write(EVENT);
  }

  /** Writes to each answer as fast as its reader reads. @returns stops the writes */
  floodAll(): () => void {
    let isOver = false;
    const flood = (outgoing: http.ServerResponse): void => {
      while (!isOver && !outgoing.destroyed && outgoing.write(LARGE_EVENT));
      if (!isOver) outgoing.once("drain", () => flood(outgoing));
    };
    for (const outgoing of this.open.values()) flood(outgoing);
    return () => {
      isOver = true;
    };
  }

  /** Ends an answer as a container ends a complete answer. */
  end(name: string): void {
    this.open.get(name)?.end(END);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private begin(name: string, outgoing: http.ServerResponse): void {
    outgoing.on("close", () => {
      this.open.delete(name);
      this.closedAt.set(name, performance.now());
    });
    setTimeout(() => {
      this.open.set(name, outgoing);
      outgoing.writeHead(200, { "Content-Type": "text/event-stream" });
      this.firstChunkAt.set(name, performance.now());
      outgoing.write(EVENT);
    }, this.firstChunkDelayInMs);
  }
}

function nameIn(body: string): string {
  const { messages } = JSON.parse(body) as { messages: readonly { readonly content: string }[] };
  return messages[0]?.content ?? "";
}
