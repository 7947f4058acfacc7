import { types } from "node:util";

/** An HTTP request. */
export interface HttpRequest {
  readonly method: string;
  /** The URL with its query, percent-encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or bytes. */
  readonly body?: string | Buffer;
}

/** The answer to an HTTP request. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** The time from the request to the first part of the body, or to the end of an empty answer. */
  readonly firstByteInMs: number;
}

/** The reason why a request got no answer. */
export interface NoAnswer {
  /** A short text without a value of the request. */
  readonly reason: string;
  /** Whether another try can succeed; `transient`: only while a new deployment propagates. */
  readonly retryable: "yes" | "transient" | "no";
}

/** Error codes of Node.js and of its `fetch`. Every other error, such as an invalid certificate, is final. */
const NETWORK_ERRORS: Readonly<Record<string, NoAnswer>> = {
  ECONNREFUSED: { reason: "connection refused", retryable: "yes" },
  ECONNRESET: { reason: "connection reset", retryable: "yes" },
  ETIMEDOUT: { reason: "no connection", retryable: "yes" },
  UND_ERR_CONNECT_TIMEOUT: { reason: "no connection", retryable: "yes" },
  UND_ERR_SOCKET: { reason: "connection closed without an answer", retryable: "yes" },
  EAI_AGAIN: { reason: "the host name cannot be resolved at the moment", retryable: "yes" },
  ENOTFOUND: { reason: "unknown host name", retryable: "transient" },
};

/**
 * Sends a request and reads the whole answer.
 *
 * @param timeoutInMs - the time for the request and the answer together
 */
export async function send(request: HttpRequest, timeoutInMs: number): Promise<HttpAnswer | NoAnswer> {
  const { method, url, headers, body } = request;
  const sentAt = performance.now();
  let hasStarted = false;
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal: AbortSignal.timeout(Math.ceil(timeoutInMs)),
    });
    hasStarted = true;
    return { status: response.status, headers: response.headers, ...(await readBody(response, sentAt)) };
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      const what = hasStarted ? "the answer did not end" : "no answer";
      return { reason: `${what} within ${(timeoutInMs / 1000).toFixed(0)} s`, retryable: "yes" };
    }
    const cause = types.isNativeError(error) ? error.cause : undefined;
    // An error without a cause is a fault of this program.
    if (!types.isNativeError(cause)) throw error;
    // A stream that fails in the middle has sent its status already.
    if (hasStarted) return { reason: "the answer broke off", retryable: "yes" };
    const code = "code" in cause ? String(cause.code) : cause.name;
    return NETWORK_ERRORS[code] ?? { reason: `no answer: ${code}`, retryable: "no" };
  }
}

/** Reads a body in its parts: a streamed answer arrives in many. */
async function readBody(
  { body }: Response,
  sentAt: number,
): Promise<Pick<HttpAnswer, "body" | "firstByteInMs">> {
  let firstByteInMs: number | undefined;
  let text = "";
  if (body !== null) {
    const decoder = new TextDecoder();
    for await (const part of body) {
      firstByteInMs ??= performance.now() - sentAt;
      text += decoder.decode(part, { stream: true });
    }
    text += decoder.decode();
  }
  return { body: text, firstByteInMs: firstByteInMs ?? performance.now() - sentAt };
}
