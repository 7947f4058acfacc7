import http from "node:http";

/** An HTTP request. */
export interface Request {
  /** @default POST */
  readonly method?: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  /** @default only the headers that HTTP requires */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** An HTTP answer. */
export interface Response {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** The time-out of a request, which is longer than any request of the tests needs. */
const PATIENCE_IN_MS = 10_000;

/**
 * Sends a request to `base`, e.g. `http://127.0.0.1:3000`, and reads the complete answer.
 *
 * @throws Error if the connection ends without an answer
 */
export function send(
  base: string,
  { method = "POST", path, headers = {}, body = "" }: Request,
): Promise<Response> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const outgoing = http.request({
      hostname,
      port,
      method,
      path,
      headers: { ...headers, "Content-Length": String(Buffer.byteLength(body)) },
      agent: false,
    });
    outgoing.setTimeout(PATIENCE_IN_MS, () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    outgoing.end(body);
  });
}

/** A problem document, RFC 9457. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
}

/**
 * The problem document in an answer.
 *
 * @throws Error if the answer is not a problem document
 */
export function problemOf({ headers, body }: Response): Problem {
  if (headers["content-type"] !== "application/problem+json") {
    throw new Error(`got ${headers["content-type"]}: ${body}; expected application/problem+json`);
  }
  return JSON.parse(body) as Problem;
}
