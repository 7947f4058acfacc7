import type { IncomingMessage, ServerResponse } from "node:http";

/** A request, read to its end. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they came, percent-encoded. */
  readonly target: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Names and values as they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `undefined` where it is longer than `MOST_BYTES_KEPT`. */
  readonly body: Buffer | undefined;
  readonly sourceIp: string;
}

/** An answer. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Buffer;
}

/** The largest limit of any service here is API Gateway's 10 MB; beyond it a body is read and thrown away. */
const MOST_BYTES_KEPT = 10 * 1024 * 1024;
/** A client that sends more than this is cut off. */
const MOST_BYTES_READ = 256 * 1024 * 1024;

/**
 * Reads a request to its end, so that the client has written everything before it is answered.
 *
 * @throws Error where the client goes away or never ends
 */
export async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES_READ) {
      incoming.destroy();
      throw new Error(`a body of more than ${MOST_BYTES_READ} bytes`);
    }
    if (bytes <= MOST_BYTES_KEPT) chunks.push(chunk);
    else chunks.length = 0;
  }
  const target = incoming.url ?? "/";
  const [path = "/", query = ""] = target.split(/\?(.*)/s);
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.push([incoming.rawHeaders[i] ?? "", incoming.rawHeaders[i + 1] ?? ""]);
  }
  return {
    method: incoming.method ?? "GET",
    target,
    path,
    query,
    headers,
    body: bytes <= MOST_BYTES_KEPT ? Buffer.concat(chunks) : undefined,
    sourceIp: incoming.socket.remoteAddress ?? "127.0.0.1",
  };
}

/** Sends an answer. */
export function sendResponse(outgoing: ServerResponse, { status, headers, body }: HttpResponse): void {
  outgoing.writeHead(status, { ...headers, "Content-Length": String(Buffer.byteLength(body)) });
  outgoing.end(body);
}

/** The last value of a header, whatever its capitals. */
export function headerOf({ headers }: Pick<HttpRequest, "headers">, name: string): string | undefined {
  return headers.findLast(([candidate]) => candidate.toLowerCase() === name)?.[1];
}
