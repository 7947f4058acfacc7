/** A request, as it goes over the wire. */
export interface HttpRequest {
  readonly method: string;
  /** With its query, percent-encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or bytes. */
  readonly body?: string | Buffer;
}

/** An answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Why there was no answer. */
export interface NoAnswer {
  /** In a few words, without anything that was sent. */
  readonly reason: string;
  /** Whether another try can succeed: `settling` means while a new deployment becomes known everywhere. */
  readonly heals: "yes" | "settling" | "no";
}

/** Codes of Node.js and of its `fetch`. Whatever is not here, such as a certificate that does not hold, stays as it is. */
const HEALS: Readonly<Record<string, NoAnswer>> = {
  ECONNREFUSED: { reason: "connection refused", heals: "yes" },
  ECONNRESET: { reason: "connection reset", heals: "yes" },
  ETIMEDOUT: { reason: "no connection", heals: "yes" },
  UND_ERR_CONNECT_TIMEOUT: { reason: "no connection", heals: "yes" },
  UND_ERR_SOCKET: { reason: "connection closed without an answer", heals: "yes" },
  EAI_AGAIN: { reason: "the name cannot be resolved now", heals: "yes" },
  ENOTFOUND: { reason: "there is no host of this name", heals: "settling" },
};

/**
 * Sends a request and reads the answer to its end.
 *
 * @param timeoutInMs - for both together
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
      return { reason: `no answer within ${(timeoutInMs / 1000).toFixed(0)} s`, heals: "yes" };
    }
    const cause = error instanceof Error ? error.cause : undefined;
    // Without a cause it is this program that is wrong.
    if (!(cause instanceof Error)) throw error;
    const code = "code" in cause ? String(cause.code) : cause.name;
    return HEALS[code] ?? { reason: `no answer: ${code}`, heals: "no" };
  }
}
