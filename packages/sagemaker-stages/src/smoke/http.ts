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
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
      signal: AbortSignal.timeout(Math.ceil(timeoutInMs)),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      return { reason: `no answer within ${(timeoutInMs / 1000).toFixed(0)} s`, retryable: "yes" };
    }
    const cause = error instanceof Error ? error.cause : undefined;
    // An error without a cause is a fault of this program.
    if (!(cause instanceof Error)) throw error;
    const code = "code" in cause ? String(cause.code) : cause.name;
    return NETWORK_ERRORS[code] ?? { reason: `no answer: ${code}`, retryable: "no" };
  }
}
