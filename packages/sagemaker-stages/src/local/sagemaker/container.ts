import http from "node:http";
import https from "node:https";

/** What SageMaker sends to a model's container. */
export interface ContainerRequest {
  readonly contentType: string;
  readonly accept: string;
  readonly body: Buffer;
  /**
   * The other headers of the request that SageMaker passes on, by their lower-case names.
   *
   * @default - none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the container answers. */
export interface ContainerResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer | string;
  /**
   * The headers of the answer that SageMaker passes on, by their lower-case names; every other header stays behind.
   *
   * @default - none
   */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Headers that SageMaker passes on to the container, beside Content-Type and Accept. Every header that InvokeEndpoint does
 * not have stays behind
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
 */
export const HEADERS_TO_CONTAINER = [
  "x-amzn-sagemaker-custom-attributes",
  "x-amzn-sagemaker-inference-id",
  "x-amzn-sagemaker-session-id",
  "x-amzn-sagemaker-target-model",
] as const;

/** Headers of a container's answer that SageMaker passes on to the caller, beside Content-Type. */
export const HEADERS_OF_ANSWER = [
  "x-amzn-sagemaker-custom-attributes",
  "x-amzn-sagemaker-new-session-id",
  "x-amzn-sagemaker-closed-session-id",
] as const;

/** A model's container: `POST /invocations`, whatever stands behind it. */
export interface Container {
  /** What it is, for people. */
  readonly description: string;
  /**
   * Why an answer is no prediction, a sentence: it is logged with each answer, and it is part of the problem document
   * where the function cannot read the answer.
   *
   * @default - the answers are predictions
   */
  readonly caveat?: string;
  /** @throws ContainerFailed where it cannot be reached or does not answer in time; Error where it fails otherwise */
  invoke(request: ContainerRequest): Promise<ContainerResponse>;
}

/** A container gave no answer. */
export class ContainerFailed extends Error {
  override readonly name = "ContainerFailed";

  constructor(
    /** What it did, for a sentence whose subject it is. */
    reason: string,
    /** What to do, a sentence. */
    readonly advice: string,
  ) {
    super(reason);
  }
}

const CORRECT_ADDRESS = "Correct its address in --container.";

/** Far more than a function can take (6 MB): without a limit, an answer without an end would fill this machine's memory. */
const MAX_BYTES_OF_ANSWER = 25 * 1024 * 1024;
const TOO_LONG = new ContainerFailed(
  `answered more than ${MAX_BYTES_OF_ANSWER} bytes`,
  "Read its own output; a function takes up to 6 MB.",
);

const UNREACHABLE = new ContainerFailed("cannot be reached at its address", CORRECT_ADDRESS);
const CLOSED = new ContainerFailed(
  "closed the connection before it had answered",
  "Read its own output: it may have crashed, or have run out of memory.",
);
const UNKNOWN_NAME = new ContainerFailed("has a host name that is unknown", CORRECT_ADDRESS);

/** By Node.js's codes of a failed connection. */
const FAILURES: Readonly<Record<string, ContainerFailed>> = {
  ECONNREFUSED: new ContainerFailed(
    "refused the connection: nothing listens there",
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
  if (code.startsWith("HPE_"))
    return new ContainerFailed("answered something that is not HTTP", CORRECT_ADDRESS);
  return FAILURES[code] ?? new ContainerFailed(`failed: ${message || code}`, CORRECT_ADDRESS);
}

/** A container is on this machine or near: longer than this, a connection does not come. */
const CONNECT_TIMEOUT_IN_MS = 3_000;

/** One invocation may take 60 s (https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html). */
const INVOCATION_TIMEOUT_IN_MS = 60_000;
const TIMED_OUT = new ContainerFailed(
  "has not answered within 60 seconds",
  "Read its own output; SageMaker waits no longer.",
);

/**
 * The user's own container.
 *
 * @param address - e.g. `http://127.0.0.1:8080`, with or without `/invocations`
 */
export function ownContainer(address: URL): Container {
  const url = new URL(address);
  if (!url.pathname.endsWith("/invocations")) url.pathname = `${url.pathname.replace(/\/$/, "")}/invocations`;
  return {
    description: `container at ${url.href}`,
    invoke: ({ contentType, accept, body, headers = {} }) =>
      new Promise((resolve, reject) => {
        const outgoing = (url.protocol === "https:" ? https : http).request(url, {
          method: "POST",
          // A kept connection that the container has closed meanwhile would look like a container that crashes.
          agent: false,
          headers: { ...headers, "Content-Type": contentType, Accept: accept, "Content-Length": body.length },
          timeout: INVOCATION_TIMEOUT_IN_MS,
        });
        const fail = (error: Error) => reject(toContainerFailed(error));
        outgoing.on("timeout", () => outgoing.destroy(TIMED_OUT));
        outgoing.on("socket", (socket) => {
          if (!socket.connecting) return;
          const timer = setTimeout(() => outgoing.destroy(UNREACHABLE), CONNECT_TIMEOUT_IN_MS);
          socket.once("connect", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
        });
        outgoing.on("error", fail);
        outgoing.on("response", (incoming) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          incoming.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > MAX_BYTES_OF_ANSWER) outgoing.destroy(TOO_LONG);
            else chunks.push(chunk);
          });
          incoming.on("error", fail);
          incoming.on("end", () =>
            resolve({
              status: incoming.statusCode ?? 0,
              contentType: incoming.headers["content-type"] ?? "application/octet-stream",
              body: Buffer.concat(chunks),
              headers: passedOn(incoming.headers),
            }),
          );
        });
        outgoing.end(body);
      }),
  };
}

function passedOn(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    HEADERS_OF_ANSWER.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}
