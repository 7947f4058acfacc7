import http from "node:http";
import { DONE, requestOf } from "./streams-container";

/** The time for the start of one process per stream. */
const OPEN_TIMEOUT_IN_MS = 10 * 60_000;

let count = 0;

/** A caller of a streamed route. */
export class Caller {
  /** Identifies the stream at the container. */
  readonly name = `stream ${++count}`;
  /** Resolves at the first byte of the body. */
  readonly started: Promise<void>;
  /** Resolves at the end of the connection. */
  readonly ended: Promise<void>;
  /** The time of the first byte, by `performance.now()`. */
  firstByteAt = Number.NaN;
  /** The time at which the caller closed the connection, by `performance.now()`. */
  leftAt = Number.NaN;
  private incoming: http.IncomingMessage | undefined;
  private isEnded = false;
  /** The last characters of the body. */
  private tail = "";

  /** @param url - the address of the route */
  constructor(url: string) {
    let end: () => void = () => {};
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.started = new Promise((resolve, reject) => {
      const outgoing = http.request(url, {
        method: "POST",
        agent: false,
        headers: { "Content-Type": "application/json" },
        timeout: OPEN_TIMEOUT_IN_MS,
      });
      outgoing.on("error", (error) => {
        reject(error);
        end();
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer")));
      outgoing.on("response", (incoming) => {
        this.incoming = incoming;
        incoming.once("data", (first: Buffer) => {
          this.firstByteAt = performance.now();
          if (incoming.statusCode === 200) resolve();
          // The local stage sends a problem document in one piece.
          else reject(new Error(`${this.name}: status ${incoming.statusCode}: ${first}`));
        });
        incoming.on("data", (chunk: Buffer) => {
          this.tail = (this.tail + chunk.toString("latin1")).slice(-DONE.length);
        });
        incoming.on("error", end);
        incoming.on("close", () => {
          this.isEnded = true;
          end();
        });
      });
      outgoing.end(requestOf(this.name));
    });
  }

  /** Whether the answer has started and not ended. */
  get isOpen(): boolean {
    return this.incoming !== undefined && !this.isEnded;
  }

  /** Waits for the end of the answer. @throws Error if the answer is not complete: the function reported a failure in it */
  async complete(): Promise<void> {
    await this.ended;
    if (this.tail !== DONE) throw new Error(`${this.name}: the answer ended without its last event`);
  }

  /** Stops reading. */
  pause(): void {
    this.incoming?.pause();
  }

  /** Closes the connection before the end of the answer. */
  leave(): void {
    this.leftAt = performance.now();
    this.incoming?.destroy();
  }
}
