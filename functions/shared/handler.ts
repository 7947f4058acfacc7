import type { Contract, EndpointRequest, RequestLimits, TextDialect } from "./contract";
import { UnreadablePredictions } from "./contract";
import { EndpointClient, EndpointFailure, readEndpointAddress } from "./endpoint";
import type { DirectEvent, HttpEvent, LambdaContext } from "./event";
import { readEvent, readJsonBody, readQuery } from "./event";
import { describeFaults, describeUnknown } from "./faults";
import { isRecord } from "./json";
import type { Failure } from "./problem";
import { ProblemError, toProblem } from "./problem";

/** What API Gateway and function URLs take for an answer. */
export interface ProxyResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A Lambda handler. */
export type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;

/** Kept back from Lambda's time-out, to say in time that there was not enough time. */
export const RESERVE_IN_MS = 500;
/** An endpoint that throttles recovers within seconds. */
const RETRY_AFTER_THROTTLE_IN_SECONDS = 1;
/** A serverless endpoint wakes up within tens of seconds, at most four minutes. */
const RETRY_AFTER_UNAVAILABLE_IN_SECONDS = 10;

/** One request in the function's log. It never holds anything that the caller sent. */
interface LogLine {
  requestId: string;
  /** Lambda's own id, where the caller's is API Gateway's: platform log lines carry this one. */
  lambdaRequestId: string;
  model: string;
  status: number;
  /** Milliseconds of the last attempt at the endpoint; absent where it was not asked. */
  endpointMs?: number;
  totalMs: number;
  retries: number;
  /** Whether this was the process's first request. */
  cold: boolean;
  /** AWS's or Node's name of the error, and what the service or the model said. */
  error?: { type: string; message?: string; at?: string };
}

/**
 * The Lambda handler of a contract: event → request → endpoint → answer, each kind of event answered in its own
 * kind. It never throws: a failure is a problem document, because Lambda would log what is thrown.
 *
 * @param environment - ENDPOINT_NAME, CORS_ALLOW_ORIGIN and the variables Lambda sets; default `process.env`
 * @throws Error at once, in Lambda's init phase, where the environment lacks something
 */
export function createHandler<Request, Answer>(
  contract: Contract<Request, Answer>,
  environment: NodeJS.ProcessEnv = process.env,
): Handler {
  const client = new EndpointClient(readEndpointAddress(environment), environment);
  const allowOrigin = environment.CORS_ALLOW_ORIGIN || "*";
  let cold = true;

  return async (event, context) => {
    const start = performance.now();
    const incoming = readEvent(event, context);
    const line: LogLine = {
      requestId: incoming.requestId,
      lambdaRequestId: context.awsRequestId,
      model: contract.model,
      status: 200,
      totalMs: 0,
      retries: 0,
      cold,
    };
    cold = false;

    let spokenTo: TextDialect<Request, Answer> | undefined;
    let outcome: { answer: Answer | string } | { failure: Failure };
    try {
      const { bare, isText } = readBareRequest(contract, incoming);
      spokenTo = isText ? contract.text : undefined;
      const request = parseRequest(contract, bare);
      const encoded = contract.encode(request);
      requireWithinLimits(contract.limits, encoded);
      const timeLeftInMs = () => context.getRemainingTimeInMillis() - RESERVE_IN_MS;
      const { body, ...effort } = await client.invoke(encoded, timeLeftInMs);
      Object.assign(line, effort);
      const answer = contract.decode(body, request);
      outcome = { answer: spokenTo === undefined ? answer : spokenTo.write(answer) };
    } catch (error) {
      outcome = { failure: explain(error, line) };
    }

    line.status = "failure" in outcome ? outcome.failure.status : 200;
    line.totalMs = Math.round(performance.now() - start);
    // Not console.log: Lambda would wrap the line, and a log query could not read its fields.
    process.stdout.write(`${JSON.stringify(line)}\n`);

    if (incoming.kind === "direct") {
      return "failure" in outcome ? toProblem(outcome.failure, incoming.requestId) : outcome.answer;
    }
    return toProxyResponse(outcome, incoming, allowOrigin, spokenTo !== undefined);
  };
}

/**
 * The request as its caller wrote it, whichever way it came.
 *
 * @throws ProblemError 415 for a media type that the model does not take, 400 for text that is no JSON
 */
function readBareRequest<Request, Answer>(
  { route, text }: Contract<Request, Answer>,
  incoming: HttpEvent | DirectEvent,
): { bare: unknown; isText: boolean } {
  if (route.method === "GET") {
    return { bare: incoming.kind === "direct" ? readQuery(incoming.request) : incoming.query, isText: false };
  }
  if (incoming.kind === "direct") {
    const { request } = incoming;
    const isText = text !== undefined && typeof request === "string";
    return { bare: isText ? text.read(request) : request, isText };
  }
  const { mediaType } = incoming;
  if (mediaType === "application/json") return { bare: readJsonBody(incoming), isText: false };
  if (mediaType === "text/plain" && text !== undefined)
    return { bare: text.read(incoming.body), isText: true };
  const allowed = text === undefined ? "application/json" : "application/json or text/plain";
  throw new ProblemError({
    status: 415,
    detail: `Content-Type: got ${JSON.stringify(mediaType)}; allowed: ${allowed}`,
  });
}

function parseRequest<Request, Answer>(contract: Contract<Request, Answer>, bare: unknown): Request {
  if (hasProtoProperty(bare)) {
    throw new ProblemError({ status: 400, detail: describeUnknown("request", ["__proto__"]) });
  }
  const parsed = contract.schema.safeParse(bare);
  if (!parsed.success) {
    throw new ProblemError({ status: 400, detail: describeFaults(parsed.error.issues, bare) });
  }
  return parsed.data;
}

/** As deep as any contract's request goes: an instance of a list of the request. */
const DEEPEST = 3;

/** zod passes over a property of this name instead of calling it unknown. */
function hasProtoProperty(value: unknown, depth = 0): boolean {
  if (depth > DEEPEST || !isRecord(value)) return false;
  return (
    Object.hasOwn(value, "__proto__") ||
    Object.values(value).some((inner) => hasProtoProperty(inner, depth + 1))
  );
}

function requireWithinLimits(limits: RequestLimits, { rows, body }: EndpointRequest): void {
  requireAtMost(limits.rows, rows, "rows");
  requireAtMost(limits.payloadInBytes, Buffer.byteLength(body), "bytes for the endpoint");
}

function requireAtMost(most: number, got: number, unit: string): void {
  if (got > most) {
    throw new ProblemError({ status: 413, detail: `batch: got ${got} ${unit}; allowed: at most ${most}` });
  }
}

/** The failure for the caller; what only the operator may know goes into `line`. */
function explain(error: unknown, line: LogLine): Failure {
  if (error instanceof ProblemError) return error.failure;
  if (error instanceof EndpointFailure) {
    Object.assign(line, error.effort);
    line.error = { type: error.type, message: error.serviceMessage };
    return { status: error.status, ...ENDPOINT_FAILURES[error.status] };
  }
  if (error instanceof UnreadablePredictions) {
    line.error = { type: error.name, message: error.message };
    return { status: 502, detail: "The model's answer could not be read. The function's log says why." };
  }
  // A fault of ours. Its message might quote the request, its place in the code does not.
  const { name, stack } = error instanceof Error ? error : new Error("not an Error");
  line.error = { type: name, at: /^ +(at .*)/m.exec(stack ?? "")?.[1] ?? "unknown" };
  return { status: 500, detail: "The request could not be handled. The function's log says why." };
}

const ENDPOINT_FAILURES: Record<EndpointFailure["status"], Omit<Failure, "status">> = {
  429: {
    detail:
      "The model's endpoint takes no more requests at the moment. Try again after the seconds in Retry-After.",
    retryAfterInSeconds: RETRY_AFTER_THROTTLE_IN_SECONDS,
  },
  502: { detail: "The model's endpoint refused or failed the request. The function's log says why." },
  503: {
    detail: "The model's endpoint is waking up or unavailable. Try again after the seconds in Retry-After.",
    retryAfterInSeconds: RETRY_AFTER_UNAVAILABLE_IN_SECONDS,
  },
  504: { detail: "The model's endpoint did not answer in time. Try again, or send fewer rows at once." },
};

function toProxyResponse(
  outcome: { answer: unknown } | { failure: Failure },
  { kind, requestId }: HttpEvent,
  allowOrigin: string,
  isText: boolean,
): ProxyResponse {
  // A function URL adds its own, and a browser refuses an answer that has them twice
  // (https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors).
  const cors = kind === "rest-api" && {
    "Access-Control-Allow-Origin": allowOrigin,
    "Access-Control-Expose-Headers": "Retry-After,x-amzn-RequestId",
  };
  if (!("failure" in outcome)) {
    return {
      statusCode: 200,
      headers: { "Content-Type": isText ? "text/plain" : "application/json", ...cors },
      body: isText ? String(outcome.answer) : JSON.stringify(outcome.answer),
    };
  }
  const { failure } = outcome;
  return {
    statusCode: failure.status,
    headers: {
      "Content-Type": "application/problem+json",
      ...(failure.retryAfterInSeconds === undefined
        ? {}
        : { "Retry-After": String(failure.retryAfterInSeconds) }),
      ...cors,
    },
    body: JSON.stringify(toProblem(failure, requestId)),
  };
}
