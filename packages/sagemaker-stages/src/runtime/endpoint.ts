import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { createPost } from "./connections";
import type { EndpointReply, EndpointRequest } from "./contract";
import { toEndpointHeaders } from "./headers";
import { isRecord, parseJson } from "./json";
import { MAX_ANSWER_IN_BYTES } from "./limits";
import { mediaTypeOf } from "./media-type";
import { type InvocationStats, type Refusal, TIME_IS_OVER } from "./refusal";
import { createRetries } from "./retries";
import { sign } from "./signature";

/** The address of an endpoint, or of a part of an endpoint. */
export interface EndpointAddress {
  /** The endpoint's name. */
  readonly endpointName: string;
  /** The region that the request is signed for. */
  readonly region: string;
  /** Base URL of the SageMaker runtime. */
  readonly url: URL;
  /** Headers that select a part of the endpoint, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The endpoint's unchanged answer. */
export interface Predictions {
  /** The answer as text; empty if its media type is a type of bytes. */
  readonly body: string;
  readonly reply: EndpointReply;
}

/** The endpoint's unchanged answer, with statistics of the invocation. */
export interface EndpointAnswer extends Predictions {
  readonly stats: InvocationStats;
}

/** The answer is larger than Lambda can return. */
export const TOO_LARGE: Refusal = {
  status: 502,
  type: "AnswerTooLarge",
  origin: "container",
  detail: `The model's endpoint answered more than ${MAX_ANSWER_IN_BYTES} bytes, the limit of Lambda. Request less at once.`,
};

/** The answer is not UTF-8: a text of the answer would contain replacement characters. */
export const NO_TEXT: Refusal = {
  status: 502,
  type: "AnswerNotUtf8",
  origin: "container",
};

/**
 * The parts of an endpoint that a request can select, as suffixes of InvokeEndpoint's headers. The function's variables
 * are `ENDPOINT_TARGET_VARIANT`, …, and `ENDPOINT_TARGET_CONTAINER` for a container's host name.
 */
const TARGETS = ["target-variant", "target-model", "inference-component", "target-container-hostname"];

/**
 * Reads the endpoint's address from ENDPOINT_NAME and the variables of every AWS SDK: AWS_REGION, and
 * AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME or AWS_ENDPOINT_URL for another address. The variables of `TARGETS` select a part of
 * the endpoint, and override a header of the contract.
 *
 * @throws Error that names the missing or malformed variable
 */
export function readEndpointAddress(environment: NodeJS.ProcessEnv): EndpointAddress {
  const endpointName = required(environment, "ENDPOINT_NAME");
  const region = required(environment, "AWS_REGION");
  const suffix = region.startsWith("cn-") ? ".cn" : "";
  const overrides = ["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "AWS_ENDPOINT_URL"];
  const override = overrides.find((name) => environment[name]);
  const address =
    (override && environment[override]) || `https://runtime.sagemaker.${region}.amazonaws.com${suffix}`;
  if (!/^https?:/i.test(address) || !URL.canParse(address)) {
    throw new Error(`${override}: got "${address}"; allowed: an HTTP URL`);
  }
  const headers: Record<string, string> = {};
  for (const target of TARGETS) {
    const value = environment[`ENDPOINT_${target.replace("-hostname", "").replace("-", "_").toUpperCase()}`];
    if (value) headers[`x-amzn-sagemaker-${target}`] = value;
  }
  return { endpointName, region, url: new URL(address), headers };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`${name}: got nothing; allowed: a value`);
  return value;
}

/** Invokes one endpoint. */
export interface EndpointClient {
  /**
   * Sends the request to the endpoint, and retries if a retry can succeed.
   *
   * @param timeLeftInMs - returns the milliseconds that are left
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
 * Creates a client of InvokeEndpoint over `node:http(s)`. The client opens a keep-alive connection before the first
 * request, signs each request with the current credentials, and retries by the rules of `retries.ts`.
 */
export function createEndpointClient(
  { endpointName, region, url, headers: ofTarget }: EndpointAddress,
  environment: NodeJS.ProcessEnv,
): EndpointClient {
  const post = createPost(url);
  const retrying = createRetries();
  const path = `${url.pathname.replace(/\/$/, "")}/endpoints/${encodeURIComponent(endpointName)}/invocations`;
  const canonicalPath = path.split("/").map(encodeURIComponent).join("/");

  return {
    invoke: (request, timeLeftInMs, bytesTypes = []) =>
      retrying(timeLeftInMs, () => attempt(request, timeLeftInMs(), bytesTypes)),
  };

  /** @returns the endpoint's answer, or the reason why there is none */
  function attempt(
    request: EndpointRequest,
    timeoutInMs: number,
    bytesTypes: readonly string[],
  ): Promise<Predictions | Refusal> {
    return new Promise((resolve) => {
      const outgoing = post(path, signed(request));
      const settle = (outcome: Predictions | Refusal) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const giveUp = (refusal: Refusal) => {
        settle(refusal);
        outgoing.destroy();
      };
      const timer = setTimeout(() => giveUp(TIME_IS_OVER), Math.max(0, timeoutInMs));
      const onError = (error: NodeJS.ErrnoException) => {
        settle(refusalOfConnection(error, outgoing.reusedSocket));
      };
      outgoing.on("error", onError);
      outgoing.on("response", (incoming) => {
        // A connection that breaks now was not idle.
        outgoing.reusedSocket = false;
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

  // Without a spread of the request: signing would take five percent of the time of a request longer.
  function signed({ contentType, accept, body, headers }: EndpointRequest): string[] {
    const further = headers ? { ...toEndpointHeaders(headers), ...ofTarget } : ofTarget;
    return sign(
      { region, host: url.host, canonicalPath, contentType, accept, body, headers: further },
      environment,
    );
  }
}

/**
 * The failure of a connection. The server may have closed an idle connection, which is not a failure of the endpoint.
 *
 * @param isIdle - whether the connection was idle before the request, and has not received an answer
 */
export function refusalOfConnection({ code, name }: NodeJS.ErrnoException, isIdle: boolean): Refusal {
  const type = code ?? name;
  const isStale = isIdle && ["ECONNRESET", "EPIPE"].includes(type);
  return { status: 503, type, origin: "connection", retry: isStale ? "now" : "few" };
}

/** Reads the predictions, or the reason why there are none. */
export function readAnswer(
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
  // A body that is not JSON contains no error type. The status decides.
  const parsed = parseJson(String(bytes));
  const document = isRecord(parsed) ? parsed : {};
  const type = nameOf(headers["x-amzn-errortype"] ?? document.__type ?? document.code) ?? `Http${status}`;
  const message = document.OriginalMessage ?? document.Message ?? document.message;
  const isOfModel = type === "ModelError" || status === 424;
  return {
    ...classifyError(type, status),
    type,
    origin: isOfModel ? "container" : "service",
    originStatus: (isOfModel && Number(document.OriginalStatusCode)) || status,
    ...(typeof message === "string" && { message }),
    document,
  };
}

/** The error's name in "ModelError:http://…" (header) or "com.amazonaws.sagemaker#ModelError" (body). */
export function nameOf(type: unknown): string | undefined {
  return typeof type === "string" ? /^(?:[\w.]+#)?([A-Z]\w{0,63})(?::|$)/i.exec(type)?.[1] : undefined;
}

function classifyError(type: string, status: number): Pick<Refusal, "status" | "retry"> {
  if (type === "ModelError") return { status: 502 };
  if (type === "ModelNotReadyException") return { status: 503, retry: "waking" };
  if (type === "ThrottlingException" || status === 429) return { status: 429, retry: "few" };
  // A server sends 408 before it closes an idle connection. The 408 does not answer the request.
  return status === 408 || status >= 500 ? { status: 503, retry: "few" } : { status: 502 };
}
