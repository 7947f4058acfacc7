import { connect } from "node:net";

/** An unparsed HTTP answer. */
export interface RawResponse {
  readonly status: number;
  /** Names and values as received. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** The time-out of a request, which is longer than any request of the tests needs. */
const PATIENCE_IN_MS = 10_000;

/**
 * Sends a request exactly as written to `base`, e.g. `http://127.0.0.1:3000`, and reads the answer to the end of the
 * connection. `Connection: close` is added.
 *
 * @param head - request line and headers, one per line
 * @throws Error if the connection ends without an answer
 */
export async function sendRaw(base: string, head: readonly string[], body = ""): Promise<RawResponse> {
  const { hostname, port } = new URL(base);
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.setTimeout(PATIENCE_IN_MS, () => socket.destroy(new Error(`${head[0]}: no answer`)));
    socket.on("error", reject);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
    socket.write(`${[...head, "Connection: close"].join("\r\n")}\r\n\r\n${body}`);
  });
  return readResponse(text, head[0] ?? "");
}

function readResponse(text: string, requestLine: string): RawResponse {
  const end = text.indexOf("\r\n\r\n");
  // An answer with a status 1xx is not the final answer.
  if (/^HTTP\/1\.1 1/.test(text)) return readResponse(text.slice(end + 4), requestLine);
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  if (end < 0 || Number.isNaN(status)) {
    throw new Error(`${requestLine}: got ${JSON.stringify(text.slice(0, 200))}`);
  }
  const headers = lines.map((line) => {
    const [, name = "", value = ""] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
    return [name, value] as const;
  });
  return { status, headers, body: text.slice(end + 4) };
}

/** The values of a header. Names are compared without case. */
export function valuesOf({ headers }: RawResponse, name: string): string[] {
  return headers
    .filter(([candidate]) => candidate.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}
