import type { IncomingMessage } from "node:http";
import { createPost } from "../connections";
import type { EndpointRequest } from "../contract";
import { type EndpointAddress, refusalOfConnection } from "../endpoint";
import { MAX_ANSWER_IN_BYTES } from "../limits";
import { EndpointFailure, type InvocationStats, type Refusal } from "../refusal";
import { createRetries } from "../retries";
import { sign } from "../signature";

/** One request to an endpoint, which can end at any time. */
export interface AbortableCall<Answer> {
  /** The last part of the operation's path. */
  readonly operation: "invocations" | "invocations-response-stream";
  readonly request: Pick<EndpointRequest, "contentType" | "body">;
  /** The media type of the operation's answer. */
  readonly accept: string;
  /** Further headers, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Reads the answer of one attempt, whatever its status.
   *
   * @param call - for an answer that is not complete when this function returns
   * @returns the answer, or the reason why there is none
   */
  read(incoming: IncomingMessage, call: RunningCall): Promise<Answer | Refusal>;
}

/** The last attempt of a call. */
export interface RunningCall {
  /** The statistics up to now. */
  statsNow(): InvocationStats;
  /** The failure behind an error of the connection or of the reader. */
  toFailure(thrown: unknown): EndpointFailure;
}

/**
 * Makes a call, and retries if a retry can succeed.
 *
 * @param timeLeftInMs - returns the milliseconds that are left
 * @param signal - its abort ends the call at any time, also the wait for a retry. The reason is a {@link Refusal}
 * @throws EndpointFailure
 */
export type Calling = <Answer extends object>(
  call: AbortableCall<Answer>,
  timeLeftInMs: () => number,
  signal: AbortSignal,
) => Promise<Answer & { readonly stats: InvocationStats }>;

/**
 * Creates the calls of one endpoint, of all operations. The client opens a keep-alive connection before the first request.
 * Retries follow the rules of `retries.ts`.
 */
export function createAbortableCalls(
  { endpointName, region, url, headers: ofTarget }: EndpointAddress,
  environment: NodeJS.ProcessEnv,
): Calling {
  const post = createPost(url);
  const retrying = createRetries();
  const base = `${url.pathname.replace(/\/$/, "")}/endpoints/${encodeURIComponent(endpointName)}`;

  return (call, timeLeftInMs, signal) => {
    let start = performance.now();
    let retries = -1;
    const statsNow = () => ({
      endpointMs: Math.round(performance.now() - start),
      retries: Math.max(0, retries),
    });
    const leftInMs = () => (signal.aborted ? 0 : timeLeftInMs());
    const answered = retrying(
      leftInMs,
      () => {
        retries++;
        start = performance.now();
        return attempt(call, signal, statsNow);
      },
      // The abort also ends the wait, so that no timer is left.
      (ms) => waitFor(ms, signal),
    );
    return untilAborted(answered, signal, () => new EndpointFailure(signal.reason, statsNow()));
  };

  async function attempt<Answer>(
    { operation, request, accept, headers, read }: AbortableCall<Answer>,
    signal: AbortSignal,
    statsNow: () => InvocationStats,
  ): Promise<Answer | Refusal> {
    if (signal.aborted) return signal.reason;
    const { contentType, body } = request;
    const path = `${base}/${operation}`;
    const canonicalPath = path.split("/").map(encodeURIComponent).join("/");
    const further = { ...headers, ...ofTarget };
    const outgoing = post(
      path,
      sign(
        { region, host: url.host, canonicalPath, contentType, accept, body, headers: further },
        environment,
      ),
    );
    const stop = () => outgoing.destroy();
    signal.addEventListener("abort", stop);
    outgoing.once("close", () => signal.removeEventListener("abort", stop));
    const refuse = (thrown: unknown): Refusal => {
      if (signal.aborted) return signal.reason;
      if (thrown instanceof EndpointFailure) return thrown.refusal;
      return refusalOfConnection(thrown as NodeJS.ErrnoException, outgoing.reusedSocket);
    };
    try {
      const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
        outgoing.once("response", resolve);
        // Also after the answer has begun: the answer then reports the error, too.
        outgoing.on("error", reject);
        outgoing.end(body);
      });
      // A connection that breaks now was not idle.
      outgoing.reusedSocket = false;
      return await read(incoming, {
        statsNow,
        toFailure: (thrown) => new EndpointFailure(refuse(thrown), statsNow()),
      });
    } catch (thrown) {
      return refuse(thrown);
    }
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** Rejects at the moment of the abort. The call itself ends soon after: without an answer, and without a further attempt. */
function untilAborted<Answer>(
  answered: Promise<Answer>,
  signal: AbortSignal,
  toError: () => Error,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(toError());
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    answered.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Reads a whole body. @returns `undefined` if it is larger than Lambda can return */
export async function readWhole(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += chunk.length;
    // The end of the loop closes the connection.
    if (length > MAX_ANSWER_IN_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
