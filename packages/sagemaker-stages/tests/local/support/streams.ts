import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Request } from "./client";

/** The time-out of a stream, which is longer than any stream of the tests takes on a slow machine. */
const PATIENCE_IN_MS = 20_000;

/** An answer whose body is still arriving. */
export class OpenAnswer {
  /** The body so far. */
  text = "";
  /** The number of chunks of HTTP so far. */
  chunks = 0;
  /** Resolves at the end of the connection: `complete`, or `truncated` if the body has no end. */
  readonly ended: Promise<"complete" | "truncated">;

  constructor(
    private readonly incoming: http.IncomingMessage,
    /** Milliseconds to status and headers. */
    readonly headInMs: number,
  ) {
    incoming.setEncoding("utf8");
    this.ended = new Promise((resolve) => {
      incoming.on("data", (text: string) => {
        this.text += text;
        this.chunks++;
      });
      incoming.on("error", () => resolve("truncated"));
      incoming.on("close", () => resolve(incoming.complete ? "complete" : "truncated"));
    });
  }

  get status(): number {
    return this.incoming.statusCode ?? 0;
  }

  get headers(): http.IncomingHttpHeaders {
    return this.incoming.headers;
  }

  /** Stops reading, as a slow caller does. */
  pause(): void {
    this.incoming.pause();
  }

  /** Reads on. */
  resume(): void {
    this.incoming.resume();
  }

  /** Closes the connection, as a caller who disconnects does. */
  disconnect(): void {
    this.incoming.destroy();
  }
}

/**
 * Sends a request, and resolves when status and headers have arrived.
 *
 * @param signal - closes the connection before the answer
 */
export function open(
  base: string,
  { method = "POST", path, headers = {}, body = "" }: Request,
  signal?: AbortSignal,
): Promise<OpenAnswer> {
  const { hostname, port } = new URL(base);
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = http.request({
      hostname,
      port,
      method,
      path,
      headers: { ...headers, "Content-Length": String(Buffer.byteLength(body)) },
      agent: false,
      signal,
    });
    outgoing.setTimeout(PATIENCE_IN_MS, () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => resolve(new OpenAnswer(incoming, performance.now() - start)));
    outgoing.end(body);
  });
}

/** A container whose answers the test writes chunk by chunk. */
export class StreamingContainer {
  /** The answers that the container has begun, in order. */
  readonly answers: http.ServerResponse[] = [];
  /** The number of connections that the stage has closed before the end of the answer. */
  disconnected = 0;
  /** Begins each answer. @default status 200, text/plain and the chunk "one " */
  begin: (answer: http.ServerResponse) => void = (answer) => {
    answer.writeHead(200, { "Content-Type": "text/plain" }).write("one ");
  };
  private readonly server = http.createServer((incoming, outgoing) => {
    incoming.resume().on("end", () => {
      outgoing.on("close", () => {
        if (!outgoing.writableFinished) this.disconnected++;
      });
      this.answers.push(outgoing);
      this.begin(outgoing);
    });
  });

  /** Starts to listen on any free port. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The newest answer; throws if there is none. */
  get last(): http.ServerResponse {
    const answer = this.answers.at(-1);
    if (answer === undefined) throw new Error("the container was not called");
    return answer;
  }

  /** Stops the server and closes every connection. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
