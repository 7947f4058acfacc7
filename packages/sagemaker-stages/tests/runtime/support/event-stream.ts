import http from "node:http";
import type { AddressInfo } from "node:net";
import { encodeMessage } from "../../../src/local/sagemaker/event-stream";

/** An exception in the middle of a stream. */
export function exception(type: string, document: object): Buffer {
  return encodeMessage(
    { ":message-type": "exception", ":exception-type": type, ":content-type": "application/json" },
    JSON.stringify(document),
  );
}

/** A request that {@link StreamServer} received. */
export interface StreamRequest {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** Resolves when the connection of the answer closes, or the answer has ended. */
  readonly closed: Promise<void>;
  /** The answer, which a test writes. */
  readonly answer: http.ServerResponse;
}

/** A SageMaker runtime whose answers a test writes byte by byte. */
export class StreamServer {
  readonly requests: StreamRequest[] = [];

  private constructor(private readonly server: http.Server) {}

  /** @param respond - writes the answer to each request */
  static async start(
    respond: (answer: http.ServerResponse, request: StreamRequest) => unknown,
  ): Promise<StreamServer> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const running = new StreamServer(server);
    server.on("request", (incoming, answer) => {
      const closed = new Promise<void>((resolve) => answer.once("close", resolve));
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const request = {
          path: incoming.url ?? "",
          headers: incoming.headers,
          body: String(Buffer.concat(chunks)),
          closed,
          answer,
        };
        running.requests.push(request);
        respond(answer, request);
      });
    });
    return running;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

/** Begins an answer of InvokeEndpointWithResponseStream. */
export function beginStream(answer: http.ServerResponse): http.ServerResponse {
  answer.writeHead(200, {
    "content-type": "application/vnd.amazon.eventstream",
    "x-amzn-sagemaker-content-type": "text/event-stream",
  });
  answer.flushHeaders();
  return answer;
}
