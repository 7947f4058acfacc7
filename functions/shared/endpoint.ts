import { Agent, type OutgoingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps, Agent as TlsAgent } from "node:https";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { sign } from "aws4";
import type { EndpointRequest } from "./contract";
import { isRecord, parseJson } from "./json";
import type { ProblemStatus } from "./problem";

/** Where the endpoint is. */
export interface EndpointAddress {
  /** The endpoint's name. */
  readonly endpointName: string;
  /** The region that the request is signed for. */
  readonly region: string;
  /** Base URL of the SageMaker runtime. */
  readonly url: URL;
}

/** Predictions as they came, and what it took to get them. */
export interface EndpointAnswer extends Effort {
  /** The endpoint's answer, as text. */
  readonly body: string;
}

/** What an invocation took, for the log. */
export interface Effort {
  /** Milliseconds from sending the last attempt to the end of its answer. */
  readonly endpointMs: number;
  /** Attempts after the first. */
  readonly retries: number;
}

/** The endpoint gave no predictions. */
export class EndpointFailure extends Error {
  override readonly name = "EndpointFailure";

  constructor(
    /** The status the caller gets. */
    readonly status: Extract<ProblemStatus, 429 | 502 | 503 | 504>,
    /** AWS's name of the error, or Node's code of a network error. */
    readonly type: string,
    /** What the service or the model said. For the log only. */
    readonly serviceMessage: string,
    readonly effort: Effort,
  ) {
    super(`${type}: the endpoint gave no predictions`);
  }
}

/**
 * Reads where the endpoint is from ENDPOINT_NAME and the variables that every AWS SDK obeys:
 * AWS_REGION, and AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME or AWS_ENDPOINT_URL for another address.
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
  return { endpointName, region, url };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`${name}: got nothing; the function's environment must set it`);
  return value;
}

/** First wait of the exponential backoff; AWS's SDKs use the same. */
const FIRST_WAIT_IN_MS = 100;
/** Longest wait: a waking endpoint is asked again often enough to be met soon after it is ready. */
const LONGEST_WAIT_IN_MS = 3_000;
/** With less time than this an attempt cannot come back. */
const SHORTEST_ATTEMPT_IN_MS = 50;
/** Enough to understand a model's error by. */
const MOST_CHARACTERS_OF_SERVICE_MESSAGE = 500;

interface RawAnswer {
  readonly status: number;
  readonly errorType: string | undefined;
  readonly body: string;
}

interface Verdict {
  readonly status: 429 | 502 | 503 | 504;
  readonly type: string;
  readonly message: string;
  readonly retry: "no" | "after a wait" | "at once";
}

/**
 * Speaks InvokeEndpoint over `node:http(s)`: a keep-alive connection, opened before the first request, signed
 * with the credentials of the moment, retried with full jitter while time is left.
 */
export class EndpointClient {
  private readonly agent: Agent;
  private readonly warm: Socket;
  private readonly path: string;

  constructor(
    private readonly address: EndpointAddress,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    ({ agent: this.agent, warm: this.warm } = createWarmAgent(address.url));
    const base = address.url.pathname.replace(/\/$/, "");
    this.path = `${base}/endpoints/${encodeURIComponent(address.endpointName)}/invocations`;
  }

  /**
   * Asks the endpoint, again and again where that makes sense, until it answers or the time is over.
   *
   * @param timeLeftInMs - tells, at any moment, the milliseconds that are left
   * @throws EndpointFailure
   */
  async invoke(request: EndpointRequest, timeLeftInMs: () => number): Promise<EndpointAnswer> {
    for (let retries = 0; ; retries++) {
      const start = performance.now();
      const outcome = await this.attempt(request, timeLeftInMs());
      const effort = { endpointMs: Math.round(performance.now() - start), retries };
      if ("body" in outcome && outcome.status === 200) return { body: outcome.body, ...effort };

      const verdict = "body" in outcome ? judgeAnswer(outcome) : outcome;
      const wait = verdict.retry === "after a wait" ? fullJitterInMs(retries) : 0;
      if (verdict.retry === "no" || timeLeftInMs() - wait < SHORTEST_ATTEMPT_IN_MS) {
        throw new EndpointFailure(verdict.status, verdict.type, verdict.message, effort);
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  private attempt(request: EndpointRequest, timeoutInMs: number): Promise<RawAnswer | Verdict> {
    const { url } = this.address;
    const signed = this.sign(request);
    return new Promise((resolve) => {
      const outgoing = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
        agent: this.agent,
        method: "POST",
        path: this.path,
        headers: signed,
      });
      const timer = setTimeout(
        () => {
          resolve({
            status: 504,
            type: "TimeLeftUsedUp",
            message: "no answer within the time left",
            retry: "no",
          });
          outgoing.destroy();
        },
        Math.max(0, timeoutInMs),
      );
      const settle = (outcome: RawAnswer | Verdict) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      const onError = (error: NodeJS.ErrnoException) => {
        // A kept connection that the other side has closed meanwhile says nothing about the endpoint.
        const stale = outgoing.reusedSocket || outgoing.socket === this.warm;
        const retry =
          stale && ["ECONNRESET", "EPIPE"].includes(error.code ?? "") ? "at once" : "after a wait";
        settle({ status: 503, type: error.code ?? error.name, message: "the connection failed", retry });
      };
      outgoing.on("error", onError);
      outgoing.on("response", (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", onError);
        incoming.on("end", () => {
          const errorType = incoming.headers["x-amzn-errortype"];
          settle({
            status: incoming.statusCode ?? 0,
            errorType: typeof errorType === "string" ? errorType : undefined,
            body: Buffer.concat(chunks).toString("utf8"),
          });
        });
      });
      outgoing.end(request.body);
    });
  }

  /** Credentials are read on every call: Lambda renews them while the process lives. */
  private sign(request: EndpointRequest): OutgoingHttpHeaders {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = this.environment;
    const { headers } = sign(
      {
        service: "sagemaker",
        region: this.address.region,
        method: "POST",
        path: this.path,
        headers: { Host: this.address.url.host, "Content-Type": request.contentType, Accept: request.accept },
        body: request.body,
      },
      {
        accessKeyId: AWS_ACCESS_KEY_ID ?? "",
        secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "",
        ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
      },
    );
    return headers ?? {};
  }
}

/** What an answer other than 200 means for the caller, and whether another try makes sense. */
function judgeAnswer(answer: RawAnswer): Verdict {
  const error = parseError(answer);
  const verdict = (status: Verdict["status"], retry: Verdict["retry"]): Verdict => ({
    status,
    ...error,
    retry,
  });
  switch (error.type) {
    case "ModelError":
      return verdict(502, "no");
    case "ModelNotReadyException":
      return verdict(503, "after a wait");
    case "ThrottlingException":
      return verdict(429, "after a wait");
    default:
      if (answer.status === 429) return verdict(429, "after a wait");
      if (answer.status === 424) return verdict(502, "no");
      // A server says 408 on a connection that stayed silent, before it closes it: no answer to the request.
      if (answer.status === 408 || answer.status >= 500) return verdict(503, "after a wait");
      return verdict(502, "no");
  }
}

function parseError({ status, errorType, body }: RawAnswer): { type: string; message: string } {
  // A body that is no JSON carries no error type either; the status decides.
  const parsed = parseJson(body);
  const document = isRecord(parsed) ? parsed : {};
  const type = errorType ?? document.__type ?? document.code;
  const message = document.OriginalMessage ?? document.Message ?? document.message;
  return {
    // "ModelError:http://…" in the header, "com.amazonaws.sagemaker#ModelError" in the body
    type: typeof type === "string" ? (type.split(":")[0]?.split("#").pop() ?? type) : `Http${status}`,
    message: typeof message === "string" ? message.slice(0, MOST_CHARACTERS_OF_SERVICE_MESSAGE) : "",
  };
}

/** https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter"). */
function fullJitterInMs(retries: number): number {
  return Math.random() * Math.min(LONGEST_WAIT_IN_MS, FIRST_WAIT_IN_MS * 2 ** retries);
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
