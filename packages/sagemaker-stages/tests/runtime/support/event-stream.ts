import http from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Encodes one message of an event stream (https://smithy.io/2.0/aws/amazon-eventstream.html). The code and its checksum are
 * independent of the decoder.
 */
export function encodeMessage(
  headers: Readonly<Record<string, string>>,
  payload: string | Uint8Array,
): Buffer {
  const encodedHeaders = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(value));
      return Buffer.concat([
        Buffer.of(name.length),
        Buffer.from(name),
        Buffer.of(7),
        length,
        Buffer.from(value),
      ]);
    }),
  );
  return frame(encodedHeaders, Buffer.from(payload));
}

/** Adds lengths and checksums to encoded headers and a payload. */
export function frame(headers: Buffer, payload: Buffer): Buffer {
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(12 + headers.length + payload.length + 4, 0);
  lengths.writeUInt32BE(headers.length, 4);
  const message = Buffer.concat([lengths, checksum(lengths), headers, payload]);
  return Buffer.concat([message, checksum(message)]);
}

/** CRC-32, bit by bit. */
export function checksum(bytes: Buffer): Buffer {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = ((remainder ^ (byte >> bit)) & 1) === 1;
      remainder = isOdd ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    }
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((remainder ^ 0xffffffff) >>> 0);
  return sum;
}

/** A part of a container's answer. */
export function payloadPart(payload: string | Uint8Array): Buffer {
  return encodeMessage(
    { ":message-type": "event", ":event-type": "PayloadPart", ":content-type": "application/octet-stream" },
    payload,
  );
}

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
