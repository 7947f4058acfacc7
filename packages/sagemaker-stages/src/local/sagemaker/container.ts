import http from "node:http";
import https from "node:https";

/** A request from SageMaker to a model's container. */
export interface ContainerRequest {
  readonly contentType: string;
  readonly accept: string;
  readonly body: Buffer;
  /**
   * The other headers of the request that SageMaker forwards, by lower-case name.
   *
   * @default - none
   */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The time in which the container must answer, in milliseconds: an asynchronous endpoint permits more than 60 seconds.
   *
   * @default 60000
   */
  readonly timeoutInMs?: number;
  /**
   * Whether the caller reads the answer chunk by chunk (InvokeEndpointWithResponseStream). Otherwise, the caller receives
   * the joined chunks of a streamed answer.
   *
   * @default false
   */
  readonly responseStream?: boolean;
  /**
   * Aborts when the caller has disconnected, or when SageMaker's time for the answer is over. Only for a streamed answer.
   *
   * @default - never
   */
  readonly signal?: AbortSignal;
}

/**
 * The body of a container's answer: the whole body, or its chunks. The caller receives each chunk when it is made.
 *
 * @example
 * async function* words() {
 *   for (const word of ["one ", "two ", "three"]) yield word;
 * }
 */
export type ContainerBody =
  | Buffer
  | string
  | AsyncIterable<string | Uint8Array>
  | Iterable<string | Uint8Array>;

/** The answer of a container. */
export interface ContainerResponse {
  readonly status: number;
  readonly contentType: string;
  /**
   * The body. An error of the iteration is a failure in the middle of the answer: the caller of a stream receives a
   * ModelStreamError.
   */
  readonly body: ContainerBody;
  /**
   * The headers of the answer that SageMaker forwards, by lower-case name. SageMaker drops all other headers.
   *
   * @default - none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Headers that SageMaker forwards to the container, in addition to Content-Type and Accept. SageMaker drops every
 * header that InvokeEndpoint does not define
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
 */
export const HEADERS_TO_CONTAINER = [
  "x-amzn-sagemaker-custom-attributes",
  "x-amzn-sagemaker-inference-id",
  "x-amzn-sagemaker-session-id",
  "x-amzn-sagemaker-target-model",
] as const;

/** Headers of a container's answer that SageMaker forwards to the caller, in addition to Content-Type. */
export const HEADERS_TO_CALLER = [
  "x-amzn-sagemaker-custom-attributes",
  "x-amzn-sagemaker-new-session-id",
  "x-amzn-sagemaker-closed-session-id",
] as const;

/** A model's container, which answers `POST /invocations`: a real container, a sample model or a stand-in. */
export interface Container {
  /** The description in the banner of the local stage. */
  readonly description: string;
  /**
   * The reason why an answer is not a prediction, as a sentence. The local stage logs the sentence with each answer,
   * and adds it to the problem document if the function cannot read the answer.
   *
   * @default - the answers are predictions
   */
  readonly caveat?: string;
  /**
   * @throws ContainerFailed if the container cannot be reached or does not answer in time; Error for other failures
   */
  invoke(request: ContainerRequest): Promise<ContainerResponse>;
}

/** Whether a body consists of chunks. */
export function isChunked(body: ContainerBody): body is Exclude<ContainerBody, Buffer | string> {
  return typeof body !== "string" && !Buffer.isBuffer(body);
}

/**
 * The whole body of an answer.
 *
 * @throws the error of the iteration
 */
export async function wholeBody(body: ContainerBody): Promise<Buffer | string> {
  if (!isChunked(body)) return body;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** A container did not answer. */
export class ContainerFailed extends Error {
  override readonly name = "ContainerFailed";

  constructor(
    /** The failure, as the predicate of a sentence whose subject is the container. */
    reason: string,
    /** The remedy, as a sentence. */
    readonly advice: string,
  ) {
    super(reason);
  }
}

const CORRECT_ADDRESS = "Correct its address in --container.";

/**
 * The limit of an answer, far above a function's limit of 6 MB. Without a limit, an endless answer would fill this
 * machine's memory.
 */
const MAX_BYTES_OF_ANSWER = 25 * 1024 * 1024;
const TOO_LONG = new ContainerFailed(
  `answered with more than ${MAX_BYTES_OF_ANSWER} bytes`,
  "Read the container's output; a function accepts up to 6 MB.",
);

const UNREACHABLE = new ContainerFailed("cannot be reached at its address", CORRECT_ADDRESS);
const CLOSED = new ContainerFailed(
  "closed the connection before the answer",
  "Read the container's output: it may have crashed or run out of memory.",
);
const UNKNOWN_NAME = new ContainerFailed("has an unknown host name", CORRECT_ADDRESS);

/** The failures by Node.js's error code of the connection. */
const FAILURES: Readonly<Record<string, ContainerFailed>> = {
  ECONNREFUSED: new ContainerFailed(
    "refused the connection: no program listens at the address",
    "Start it, or correct its address in --container.",
  ),
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  ENOTFOUND: UNKNOWN_NAME,
  EAI_AGAIN: UNKNOWN_NAME,
  ETIMEDOUT: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
};

function toContainerFailed(error: NodeJS.ErrnoException): Error {
  const { code = "", message } = error;
  if (error instanceof ContainerFailed) return error;
  if (code.startsWith("HPE_")) return new ContainerFailed("sent an answer that is not HTTP", CORRECT_ADDRESS);
  return FAILURES[code] ?? new ContainerFailed(`failed: ${message || code}`, CORRECT_ADDRESS);
}

/** The time in which a connection must be open: sufficient for a container on this machine or in its network. */
const CONNECT_TIMEOUT_IN_MS = 3_000;

/**
 * The steps of the time for a connection. A step ends only after the process has handled its other events. So the time in which
 * the process is blocked, e.g. because it starts many processes of functions, does not count against the container, whose
 * connection can be open already.
 */
const STEPS_OF_CONNECT_TIMEOUT = 30;

/** SageMaker's limit for one invocation (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html). */
const INVOCATION_TIMEOUT_IN_MS = 60_000;

function timedOut(timeoutInMs: number): ContainerFailed {
  const seconds = timeoutInMs / 1000;
  return new ContainerFailed(
    `has not answered within ${seconds} seconds`,
    `Read the container's output; ${seconds} seconds are SageMaker's limit.`,
  );
}

/**
 * The user's container.
 *
 * @param address - e.g. `http://127.0.0.1:8080`, with or without `/invocations`
 * @param connectTimeoutInMs - the time in which a connection must be open
 */
export function ownContainer(address: URL, connectTimeoutInMs = CONNECT_TIMEOUT_IN_MS): Container {
  const url = new URL(address);
  if (!url.pathname.endsWith("/invocations")) url.pathname = `${url.pathname.replace(/\/$/, "")}/invocations`;
  return {
    description: `container at ${url.href}`,
    invoke: ({
      contentType,
      accept,
      body,
      headers = {},
      responseStream = false,
      signal,
      timeoutInMs = INVOCATION_TIMEOUT_IN_MS,
    }) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(CLOSED);
        const outgoing = (url.protocol === "https:" ? https : http).request(url, {
          method: "POST",
          // Without keep-alive: a connection that the container has closed would look like a crash of the container.
          agent: false,
          headers: { ...headers, "Content-Type": contentType, Accept: accept, "Content-Length": body.length },
          // The signal ends a streamed answer, which can pause for longer.
          ...(responseStream ? {} : { timeout: timeoutInMs }),
        });
        const fail = (error: Error) => reject(toContainerFailed(error));
        outgoing.on("timeout", () => outgoing.destroy(timedOut(timeoutInMs)));
        const abort = () => outgoing.destroy(CLOSED);
        signal?.addEventListener("abort", abort, { once: true });
        outgoing.on("close", () => signal?.removeEventListener("abort", abort));
        outgoing.on("socket", (socket) => {
          if (!socket.connecting) return;
          let steps = 0;
          const timer = setInterval(() => {
            if (++steps === STEPS_OF_CONNECT_TIMEOUT) outgoing.destroy(UNREACHABLE);
          }, connectTimeoutInMs / STEPS_OF_CONNECT_TIMEOUT);
          socket.once("connect", () => clearInterval(timer)).once("close", () => clearInterval(timer));
        });
        outgoing.on("error", fail);
        outgoing.on("response", (incoming) => {
          const head = {
            status: incoming.statusCode ?? 0,
            contentType: incoming.headers["content-type"] ?? "application/octet-stream",
            headers: forwardedHeaders(incoming.headers),
          };
          if (responseStream && isSuccess(head.status)) {
            // A caller who has disconnected does not iterate.
            incoming.on("error", () => undefined);
            resolve({ ...head, body: readChunks(incoming) });
            return;
          }
          const chunks: Buffer[] = [];
          let bytes = 0;
          incoming.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > MAX_BYTES_OF_ANSWER) outgoing.destroy(TOO_LONG);
            else chunks.push(chunk);
          });
          incoming.on("error", fail);
          incoming.on("end", () => resolve({ ...head, body: Buffer.concat(chunks) }));
        });
        outgoing.end(body);
      }),
  };
}

/** Whether a container's answer is not an error. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** The chunks of an answer as they arrive. The container waits while the caller does not read. */
async function* readChunks(incoming: http.IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of incoming) yield chunk;
  } catch (error) {
    throw toContainerFailed(error as Error);
  }
}

function forwardedHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    HEADERS_TO_CALLER.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}
