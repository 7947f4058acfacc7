import http from "node:http";
import type { AddressInfo } from "node:net";

/** A request that a container received. */
export interface Invocation {
  /** Value of Content-Type with its parameters; empty if the header is missing. */
  readonly contentType: string;
  /** Value of Accept; empty if the header is missing. */
  readonly accept: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer of a container. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  /** @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The HTTP server of a container: `GET /ping` answers 200, and `POST /invocations` returns the stand-in's answer
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html).
 */
export class StandIn {
  /** The received requests, in their order. */
  readonly invocations: Invocation[] = [];
  private readonly server: http.Server;

  /** @param answer - returns the container's answer to an invocation */
  constructor(answer: (invocation: Invocation) => Reply) {
    this.server = http.createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const route = `${incoming.method} ${incoming.url}`;
        if (route === "GET /ping") {
          outgoing.writeHead(200).end();
          return;
        }
        if (route !== "POST /invocations") {
          outgoing.writeHead(404).end();
          return;
        }
        const { headers } = incoming;
        const invocation: Invocation = {
          contentType: headers["content-type"] ?? "",
          accept: headers.accept ?? "",
          headers,
          body: Buffer.concat(chunks),
        };
        this.invocations.push(invocation);
        const reply = answer(invocation);
        outgoing
          .writeHead(reply.status, { ...reply.headers, "Content-Type": reply.contentType })
          .end(reply.body);
      });
    });
  }

  /** Starts to listen on a free port of this machine. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
  }

  /** `http://127.0.0.1:<port>`, for `--container`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Stops the server, and closes every connection. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** The media type of a header, without its parameters. */
export function mediaTypeOf(header: string): string {
  return header.split(";")[0]?.trim().toLowerCase() ?? "";
}
