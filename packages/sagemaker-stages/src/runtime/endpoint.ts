import { isUtf8 } from "node:buffer";
import { Agent, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps, Agent as TlsAgent } from "node:https";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { MAX_ANSWER_IN_BYTES } from "./answer";
import type { EndpointReply, EndpointRequest } from "./contract";
import { toEndpointHeaders } from "./headers";
import { isRecord, parseJson } from "./json";
import type { LoggedError } from "./log";
import { mediaTypeOf } from "./media-type";
import type { ProblemStatus } from "./problem";
import { createEndpointLoad, type Retry } from "./retries";
import { sign } from "./signature";

/** Where the endpoint is. */
export interface EndpointAddress {
  /** The endpoint's name. */
  readonly endpointName: string;
  /** The region that the request is signed for. */
  readonly region: string;
  /** Base URL of the SageMaker runtime. */
  readonly url: URL;
  /** Headers that name what of the endpoint answers, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Predictions as they came. */
interface Predictions {
  /** The endpoint's answer, as text; empty where its media type is one of bytes. */
  readonly body: string;
  readonly reply: EndpointReply;
}

/** Predictions as they came, and what it took to get them. */
export interface EndpointAnswer extends Predictions {
  readonly effort: Effort;
}

/** What an invocation took, for the log. */
export interface Effort {
  /** Milliseconds from sending the last attempt to the end of its answer. */
  readonly endpointMs: number;
  /** Attempts after the first. */
  readonly retries: number;
}

/** Why the endpoint gave no predictions. */
export interface Refusal extends Pick<LoggedError, "type" | "origin"> {
  /** The status the caller gets. */
  readonly status: Extract<ProblemStatus, 429 | 502 | 503 | 504>;
  /** HTTP status that service or container answered with. */
  readonly originStatus?: number;
  /** What the service or the model said; absent where the function itself refuses. It can quote the request. */
  readonly message?: string;
  /** For the caller, in place of the status's own detail. */
  readonly detail?: string;
  readonly retry: Retry;
}

/** No answer within the time that the request has. */
export const TIME_IS_OVER: Refusal = {
  status: 504,
  type: "TimeLeftUsedUp",
  origin: "service",
  retry: "never",
};

/** An answer that no caller could get. */
const TOO_LARGE: Refusal = {
  status: 502,
  type: "AnswerTooLarge",
  origin: "container",
  detail: `The model's endpoint answered more than ${MAX_ANSWER_IN_BYTES} bytes, which is all that Lambda can return. Ask for less at once.`,
  retry: "never",
};

/** No text could be made of an answer without other characters in place of its own. */
const NO_TEXT: Refusal = {
  status: 502,
  type: "AnswerNotUtf8",
  origin: "container",
  retry: "never",
};

/** The endpoint gave no predictions. */
export class EndpointFailure extends Error {
  override readonly name = "EndpointFailure";
  constructor(
    readonly refusal: Refusal,
    readonly effort: Effort,
  ) {
    super(refusal.type);
  }
}

/**
 * What of an endpoint answers, by the ends of the headers of InvokeEndpoint. The function's variable is
 * `ENDPOINT_TARGET_VARIANT`, …, and, for a container's host name, `ENDPOINT_TARGET_CONTAINER`.
 */
const TARGETS = ["target-variant", "target-model", "inference-component", "target-container-hostname"];

/**
 * Reads where the endpoint is from ENDPOINT_NAME and the variables that every AWS SDK obeys:
 * AWS_REGION, and AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME or AWS_ENDPOINT_URL for another address. The variables of
 * `TARGETS` name a part of the endpoint; they win over a header of the contract.
 *
 * @throws Error that names the missing or malformed variable
 */
export function readEndpointAddress(environment: NodeJS.ProcessEnv): EndpointAddress {
  const endpointName = required(environment, "ENDPOINT_NAME");
  const region = required(environment, "AWS_REGION");
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const overrides = ["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "AWS_ENDPOINT_URL"];
  const override = overrides.find((name) => environment[name]);
  const address = (override && environment[override]) || `https://runtime.sagemaker.${region}.${suffix}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new Error(`${override}: got "${address}"; allowed: an http:// or https:// URL`);
  }
  const headers: Record<string, string> = {};
  for (const target of TARGETS) {
    const variable = target.replace("-hostname", "").replace("-", "_").toUpperCase();
    const value = environment[`ENDPOINT_${variable}`];
    if (value) headers[`x-amzn-sagemaker-${target}`] = value;
  }
  return { endpointName, region, url, headers };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`${name}: got nothing; the function's environment must set it`);
  return value;
}

/** With less time than this an attempt cannot come back. */
const MIN_ATTEMPT_IN_MS = 50;

/** Invokes one endpoint. */
export interface EndpointClient {
  /**
   * Sends the request to the endpoint, several times where that makes sense.
   *
   * @param timeLeftInMs - the milliseconds that are left, at any moment
   * @param bytesTypes - media types of answers that are bytes; every other answer is text
   * @throws EndpointFailure
   */
  invoke(
    request: EndpointRequest,
    timeLeftInMs: () => number,
    bytesTypes?: readonly string[],
  ): Promise<EndpointAnswer>;
}

/**
 * Speaks InvokeEndpoint over `node:http(s)`: a keep-alive connection, opened before the first request, signed
 * with the credentials of the moment, retried as `retries.ts` says.
 */
export function createEndpointClient(
  { endpointName, region, url, headers: ofTarget }: EndpointAddress,
  environment: NodeJS.ProcessEnv,
): EndpointClient {
  const { agent, warm } = createWarmAgent(url);
  const load = createEndpointLoad();
  const path = `${url.pathname.replace(/\/$/, "")}/endpoints/${encodeURIComponent(endpointName)}/invocations`;
  const canonicalPath = path.split("/").map(encodeURIComponent).join("/");

  return {
    async invoke(request, timeLeftInMs, bytesTypes = []) {
      const nextWaitInMs = load.startRequest();
      for (let retries = 0; ; retries++) {
        const start = performance.now();
        const outcome = await attempt(request, timeLeftInMs(), bytesTypes);
        const effort = { endpointMs: Math.round(performance.now() - start), retries };
        if ("reply" in outcome) {
          load.recordSuccess();
          return { ...outcome, effort };
        }
        const wait = nextWaitInMs(outcome.retry, start);
        if (timeLeftInMs() - wait < MIN_ATTEMPT_IN_MS) throw new EndpointFailure(outcome, effort);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    },
  };

  /** @returns the endpoint's answer, or why there is none */
  function attempt(
    request: EndpointRequest,
    timeoutInMs: number,
    bytesTypes: readonly string[],
  ): Promise<Predictions | Refusal> {
    const headers = signed(request);
    return new Promise((resolve) => {
      const outgoing = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
        agent,
        method: "POST",
        path,
        headers,
      });
      const settle = (outcome: Predictions | Refusal) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const giveUp = (refusal: Refusal) => {
        settle(refusal);
        outgoing.destroy();
      };
      const timer = setTimeout(() => giveUp(TIME_IS_OVER), Math.max(0, timeoutInMs));
      let hasAnswered = false;
      const onError = (error: NodeJS.ErrnoException) => {
        // A kept connection that the other side has closed meanwhile says nothing about the endpoint.
        const isStale = !hasAnswered && (outgoing.reusedSocket || outgoing.socket === warm);
        const type = error.code ?? error.name;
        const retry = isStale && ["ECONNRESET", "EPIPE"].includes(type) ? "at once" : "a few times";
        settle({ status: 503, type, origin: "connection", retry });
      };
      outgoing.on("error", onError);
      outgoing.on("response", (incoming) => {
        hasAnswered = true;
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length > MAX_ANSWER_IN_BYTES) giveUp(TOO_LARGE);
        });
        incoming.on("error", onError);
        incoming.on("end", () => settle(readAnswer(incoming, Buffer.concat(chunks), bytesTypes)));
      });
      outgoing.end(request.body);
    });
  }

  /** Credentials are read on every call: Lambda renews them while the process lives. */
  function signed({ contentType, accept, body, headers }: EndpointRequest): Record<string, string> {
    const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_SESSION_TOKEN } = environment;
    const further = { ...toEndpointHeaders(headers), ...ofTarget };
    return sign(
      { region, host: url.host, canonicalPath, contentType, accept, body, headers: further },
      {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        sessionToken: AWS_SESSION_TOKEN,
      },
    );
  }
}

/** The predictions, or why there are none. */
function readAnswer(
  { statusCode: status = 0, headers }: IncomingMessage,
  bytes: Buffer,
  bytesTypes: readonly string[],
): Predictions | Refusal {
  if (status === 200) {
    const contentTypeHeader = headers["content-type"] ?? "";
    const contentType = mediaTypeOf(contentTypeHeader);
    const isText = !bytesTypes.includes(contentType);
    if (isText && !isUtf8(bytes)) return NO_TEXT;
    const customAttributes = headers["x-amzn-sagemaker-custom-attributes"];
    return {
      body: isText ? String(bytes) : "",
      reply: {
        contentType,
        contentTypeHeader,
        bytes,
        ...(typeof customAttributes === "string" && { customAttributes }),
      },
    };
  }
  // A body that is no JSON carries no error type either; the status decides.
  const parsed = parseJson(String(bytes));
  const document = isRecord(parsed) ? parsed : {};
  const type = nameOf(headers["x-amzn-errortype"] ?? document.__type ?? document.code) ?? `Http${status}`;
  const message = document.OriginalMessage ?? document.Message ?? document.message;
  const isOfModel = type === "ModelError" || status === 424;
  const { OriginalStatusCode: originalStatus } = document;
  return {
    ...answerTo(type, status),
    type,
    origin: isOfModel ? "container" : "service",
    originStatus: isOfModel && typeof originalStatus === "number" ? originalStatus : status,
    ...(typeof message === "string" && { message }),
  };
}

/** "ModelError:http://…" in the header, "com.amazonaws.sagemaker#ModelError" in the body; anything else is no name. */
function nameOf(type: unknown): string | undefined {
  return typeof type === "string" ? /^(?:[\w.]+#)?([A-Z]\w{0,63})(?::|$)/i.exec(type)?.[1] : undefined;
}

function answerTo(type: string, status: number): Pick<Refusal, "status" | "retry"> {
  if (type === "ModelError") return { status: 502, retry: "never" };
  if (type === "ModelNotReadyException") return { status: 503, retry: "while waking" };
  if (type === "ThrottlingException" || status === 429) return { status: 429, retry: "a few times" };
  // A server says 408 on a connection that stayed silent, before it closes it: no answer to the request.
  if (status === 408 || status >= 500) return { status: 503, retry: "a few times" };
  return { status: 502, retry: "never" };
}

/**
 * A keep-alive agent whose first connection is opened now, in Lambda's init phase, so that no request waits for
 * the TLS handshake.
 */
function createWarmAgent(url: URL): { agent: Agent; warm: Socket } {
  const secure = url.protocol === "https:";
  // IPv6 addresses without their brackets.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || (secure ? 443 : 80);
  const open = (): Socket =>
    secure ? connectTls({ host, port, servername: isIP(host) ? "" : host }) : connect({ host, port });

  const warm = open();
  // A failure now is no failure of a request: the first request opens its own connection and reports.
  warm.on("error", () => warm.destroy());
  warm.unref();
  let used = false;

  const agent = new (secure ? TlsAgent : Agent)({ keepAlive: true });
  const createConnection = () => {
    if (used) return open();
    used = true;
    // What came before anything was asked is no answer; it would be read as one.
    if (warm.readableEnded || warm.readableLength > 0) warm.destroy();
    if (warm.destroyed) return open();
    warm.ref();
    return warm;
  };
  return { agent: Object.assign(agent, { createConnection }), warm };
}
