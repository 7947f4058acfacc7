import type { IncomingMessage, ServerResponse } from "node:http";

/** A request, read to its end. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as they came, percent-encoded; of a target in absolute form without scheme and host. */
  readonly target: string;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Names and values as they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `undefined` where it is longer than `MAX_KEPT_BYTES`. */
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
const MAX_KEPT_BYTES = 10 * 1024 * 1024;
/** A client that sends more than this is cut off. */
const MAX_READ_BYTES = 256 * 1024 * 1024;

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
    if (bytes > MAX_READ_BYTES) {
      incoming.destroy();
      throw new Error(`a body of more than ${MAX_READ_BYTES} bytes`);
    }
    if (bytes <= MAX_KEPT_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  const { target } = splitTarget(incoming.url);
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
    body: bytes <= MAX_KEPT_BYTES ? Buffer.concat(chunks) : undefined,
    sourceIp: incoming.socket.remoteAddress ?? "127.0.0.1",
  };
}

/** A request's target in its two parts. */
export interface Target {
  /** Host and port of a target in absolute form. */
  readonly host: string | undefined;
  /** Path and query. */
  readonly target: string;
}

/**
 * Splits `http://127.0.0.1:3000/dev/x?q=1` (absolute form, which every server must accept,
 * https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2) or `/dev/x?q=1`.
 */
export function splitTarget(url = "/"): Target {
  const [, host, rest = ""] = /^https?:\/\/([^/?]*)(.*)$/is.exec(url) ?? [];
  if (host === undefined) return { host, target: url };
  return { host, target: rest.startsWith("/") ? rest : `/${rest}` };
}

/** Sends an answer. */
export function sendResponse(outgoing: ServerResponse, { status, headers, body }: HttpResponse): void {
  // A 204 must not tell a length (https://www.rfc-editor.org/rfc/rfc9110#section-8.6).
  const length = status === 204 ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  outgoing.writeHead(status, { ...headers, ...length });
  outgoing.end(body);
}

/** The last value of a header, whatever its capitals. */
export function headerOf({ headers }: Pick<HttpRequest, "headers">, name: string): string | undefined {
  return headers.findLast(([candidate]) => candidate.toLowerCase() === name)?.[1];
}
