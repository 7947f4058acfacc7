import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";

/** A completely read request. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query as received, percent-encoded, without the scheme and the host of an absolute target. */
  readonly target: string;
  readonly path: string;
  /** The query without the question mark. */
  readonly query: string;
  /** Names and values as received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `undefined` if the body is longer than `MAX_KEPT_BYTES`. */
  readonly body: Buffer | undefined;
  readonly sourceIp: string;
  /** Aborts when the connection closes, also before the end of the answer. @default - the caller does not disconnect */
  readonly signal?: AbortSignal;
}

/** An HTTP answer. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The body, or the first part of a streamed body. */
  readonly body: string | Buffer;
  /**
   * The rest of the body, which is sent chunk by chunk, without a Content-Length. If the stream fails, the connection
   * closes before the end of the body.
   *
   * @default - `body` is complete
   */
  readonly stream?: Readable;
}

/** API Gateway's limit, the largest limit of the emulated services. The stage reads and discards a longer body. */
const MAX_KEPT_BYTES = 10 * 1024 * 1024;
/** If a client sends more bytes, the stage closes the connection. */
const MAX_READ_BYTES = 256 * 1024 * 1024;

/** The paths whose bodies are files: uploads to S3. */
const PATH_OF_FILES = /^\/_s3\//;

/**
 * Reads a complete request, so that the client has sent everything before the answer.
 *
 * @param signal - aborts when the connection closes
 * @throws Error if the client closes the connection or sends too much
 */
export async function readRequest(incoming: IncomingMessage, signal?: AbortSignal): Promise<HttpRequest> {
  const { target } = splitTarget(incoming.url);
  const body = await readBody(incoming, PATH_OF_FILES.test(target) ? MAX_READ_BYTES : MAX_KEPT_BYTES);
  const end = target.indexOf("?");
  const [path, query] = end < 0 ? [target, ""] : [target.slice(0, end), target.slice(end + 1)];
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
    body,
    sourceIp: incoming.socket.remoteAddress ?? "127.0.0.1",
    ...(signal === undefined ? {} : { signal }),
  };
}

/**
 * Reads a body to its end. Events, because an async iterator of the stream takes longer than the rest of this module.
 *
 * @returns `undefined` for a body longer than `maxKeptBytes`
 */
function readBody(incoming: IncomingMessage, maxKeptBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_READ_BYTES) incoming.destroy(new Error(`a body of more than ${MAX_READ_BYTES} bytes`));
      else if (bytes <= maxKeptBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    incoming.on("end", () => resolve(bytes <= maxKeptBytes ? Buffer.concat(chunks) : undefined));
    const disconnected = () =>
      reject(new Error("the client closed the connection before the end of the body"));
    // Node.js's message is only "aborted".
    incoming.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" ? disconnected() : reject(error),
    );
    incoming.on("close", () => {
      // This event follows every request. An error costs time, because it records the stack.
      if (!incoming.readableEnded) disconnected();
    });
  });
}

/** The parts of a request's target. */
export interface Target {
  /** Host and port of an absolute target. */
  readonly host: string | undefined;
  /** Path and query. */
  readonly target: string;
}

/**
 * Splits `http://127.0.0.1:3000/dev/x?q=1` (absolute form, which every server must accept,
 * https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2) or `/dev/x?q=1`.
 */
export function splitTarget(url = "/"): Target {
  if (url.startsWith("/")) return { host: undefined, target: url };
  const [, host, rest = ""] = /^https?:\/\/([^/?]*)(.*)$/is.exec(url) ?? [];
  if (host === undefined) return { host, target: url };
  return { host, target: rest.startsWith("/") ? rest : `/${rest}` };
}

/** Sends an answer. */
export function sendResponse(
  outgoing: ServerResponse,
  { status, headers, body, stream }: HttpResponse,
): void {
  if (stream !== undefined && !connect(outgoing, stream)) return;
  // A 204 must not have a Content-Length (https://www.rfc-editor.org/rfc/rfc9110#section-8.6). The length of a streamed body
  // is unknown.
  const isUnknown = status === 204 || stream !== undefined;
  const length = isUnknown ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  outgoing.writeHead(status, { ...headers, ...length });
  if (stream === undefined) {
    outgoing.end(body);
    return;
  }
  // The caller receives status and headers before the first chunk.
  outgoing.flushHeaders();
  if (body.length > 0) outgoing.write(body);
  // A short stream can have ended before its head was read.
  if (stream.readableEnded) outgoing.end();
  else stream.pipe(outgoing);
}

/**
 * Connects the ends of a connection and of a stream: the end of the connection closes the stream, and a stream that fails
 * closes the connection.
 *
 * @returns whether both are open
 */
function connect(outgoing: ServerResponse, stream: Readable): boolean {
  stream.on("error", () => outgoing.destroy());
  stream.on("close", () => {
    if (!stream.readableEnded) outgoing.destroy();
  });
  outgoing.on("close", () => stream.destroy());
  const hasFailed = stream.destroyed && !stream.readableEnded;
  if (!outgoing.destroyed && !hasFailed) return true;
  stream.destroy();
  outgoing.destroy();
  return false;
}

/**
 * Whether a header has a name, in any case. Compares the lengths first, because most headers have another name.
 *
 * @param lowerCaseName - the name in lower case
 */
export function isNamed(candidate: string, lowerCaseName: string): boolean {
  return candidate.length === lowerCaseName.length && candidate.toLowerCase() === lowerCaseName;
}

/** The last value of a header. Names are compared without case. */
export function headerOf({ headers }: Pick<HttpRequest, "headers">, name: string): string | undefined {
  return headers.findLast(([candidate]) => isNamed(candidate, name))?.[1];
}
