import http from "node:http";
import type { AddressInfo } from "node:net";

/** An answer of a model. */
export interface ModelAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly body: string;
}

/** A container on this machine. A test sets and delays its answers. */
export class ModelServer {
  /** The bodies of the requests, in order. */
  readonly requests: string[] = [];
  private readonly server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", async () => {
      this.requests.push(Buffer.concat(chunks).toString("utf8"));
      const { status = 200, body } = await this.answer();
      outgoing.writeHead(status, { "Content-Type": this.contentType }).end(body);
    });
  });

  /** @param answer - the answer to each request from now on */
  constructor(
    private readonly contentType: string,
    public answer: () => Promise<ModelAnswer>,
  ) {}

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** Answers at once. */
export function atOnce(body: string): () => Promise<ModelAnswer> {
  return async () => ({ body });
}

/** An answer that a test releases. */
export class Later {
  /** Releases the answer. */
  readonly release: (answer: ModelAnswer) => void;
  /** For {@link ModelServer.answer}. */
  readonly answer: () => Promise<ModelAnswer>;

  constructor() {
    const { promise, resolve } = promiseWithResolver<ModelAnswer>();
    this.release = resolve;
    this.answer = () => promise;
  }
}

/** `Promise.withResolvers`, which Node.js 20 does not have. */
function promiseWithResolver<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
