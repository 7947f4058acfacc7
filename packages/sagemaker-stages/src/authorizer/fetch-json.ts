import type { IncomingMessage } from "node:http";
import https from "node:https";

/** Milliseconds for one document. The authorizer reads two documents, one after the other, within its timeout of 6 seconds. */
const TIMEOUT_IN_MS = 2_000;

/** Maximum size of a document. The largest known key sets have about 20 kB; API Gateway's own limit is 150,000 bytes. */
const MAX_BYTES = 150_000;

/** The function of `node:https` that sends a request, or its counterpart of `node:http`. */
export type Get = typeof https.get;

/**
 * Reads a JSON document over HTTPS, on a new connection: Lambda stops the process between invocations, so that a kept
 * connection can be closed without notice, and the next request on it would fail. A redirect is refused, because it could
 * leave the issuer's host.
 *
 * @param get - sends the request; default: `get` of `node:https`, which refuses addresses without `https`
 * @throws Error with a reason that contains no part of the document
 */
export async function fetchJson(url: string, get: Get = https.get): Promise<unknown> {
  // The limit of time includes the body.
  const signal = AbortSignal.timeout(TIMEOUT_IN_MS);
  const text = await read(url, get, signal).catch((error: unknown) => {
    throw new Error(signal.aborted ? `no answer within ${TIMEOUT_IN_MS} ms` : reasonOf(error));
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("the document is not JSON");
  }
}

/** A document that is not accepted. */
class Unaccepted extends Error {}

async function read(url: string, get: Get, signal: AbortSignal): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { accept: "application/json", "accept-encoding": "identity" };
    // `agent: false` uses a new connection, and closes it (https://nodejs.org/api/http.html#httprequesturl-options-callback).
    get(url, { agent: false, headers, signal }, resolve).on("error", reject);
  });
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Unaccepted(`status ${response.statusCode}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += chunk.length;
    // The end of the loop closes the connection.
    if (bytes > MAX_BYTES) throw new Unaccepted(`more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The code of a failed connection. Its message can contain an address of the network. */
function reasonOf(error: unknown): string {
  return error instanceof Unaccepted ? error.message : String(Object(error).code ?? "no connection");
}
