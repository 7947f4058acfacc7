import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { EVENT_TOO_LARGE, MAX_ANSWER_IN_BYTES, MAX_EVENT_IN_BYTES } from "../../aws/lambda-limits";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import { EVENT_STREAM_TYPE, encodeEvent, encodeJsonEvent } from "../sagemaker/event-stream";
import { findSignatureFault, regionOf } from "../signature";
import type { InvocationResult, LocalFunction, StreamedInvocation, ThrottleReason } from "./function";
import type { FunctionError } from "./protocol";

const PATH =
  /^\/(?:2015-03-31\/functions\/([^/]+)\/invocations|2021-11-15\/functions\/([^/]+)\/response-streaming-invocations)\/?$/;

/** A name, a partial ARN or an ARN, with or without `$LATEST`, the only qualifier of a function without versions. */
const FUNCTION =
  /^(?:(?:arn:[\w-]+:lambda:)?(?:(?<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?<account>\d{12}):)?function:|(?<owner>\d{12}):)?(?<name>[\w-]+)(?::\$LATEST)?$/;

/** Whether a path is the path of Lambda's operation Invoke or InvokeWithResponseStream. */
export function isInvokePath(path: string): boolean {
  return PATH.test(path);
}

/**
 * Lambda's operations Invoke and InvokeWithResponseStream for the functions of this stage:
 * `boto3.client("lambda", endpoint_url=…)` and `aws lambda invoke`
 * (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html,
 * https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html). Asynchronous events, log tails and
 * versions are refused.
 */
export class InvokeApi {
  /** @param functions - the functions by ARN */
  constructor(private readonly functions: ReadonlyMap<string, LocalFunction>) {}

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const [, buffered, streamed] = PATH.exec(request.path) ?? [];
    const named = decode(buffered ?? streamed ?? "");
    const fn = this.find(named, request);
    // The region of an unknown function is unknown. A body of more than 10 MB is not stored, so its signature cannot be
    // checked.
    if (request.body === undefined) return TOO_LARGE;
    const region = fn?.definition.region ?? regionOf(request) ?? "us-east-1";
    const fault = findSignatureFault(request, { service: "lambda", region });
    if (fault !== undefined) return failure(403, fault.errorType, { message: fault.message });
    if (request.method !== "POST") return failure(405, "MethodNotAllowed", { message: "Invoke is a POST" });
    if (fn === undefined) {
      const message = `Function not found: ${named}`;
      return failure(404, "ResourceNotFoundException", { Type: "User", Message: message });
    }
    const unsupported = findUnsupported(request);
    if (unsupported !== undefined) {
      return failure(400, "InvalidParameterValueException", { Type: "User", message: unsupported });
    }
    if (request.body.length > MAX_EVENT_IN_BYTES) return TOO_LARGE;
    // For a request without a payload, Lambda sends an empty object to the function.
    const payload = request.body.length === 0 ? "{}" : request.body.toString("utf8");
    const malformed = findJsonFault(payload);
    if (malformed !== undefined) {
      const message = `Could not parse request body into json: ${malformed}`;
      return failure(400, "InvalidRequestContentException", { Type: "User", message });
    }
    if (headerOf(request, "x-amz-invocation-type") === "DryRun") {
      return { status: 204, headers: ids(), body: "" };
    }
    return streamed === undefined
      ? toAnswer(await fn.invoke(payload))
      : toStreamedAnswer(await fn.stream(payload, request.signal));
  }

  private find(named: string, request: HttpRequest): LocalFunction | undefined {
    const { name, region, account, owner } = FUNCTION.exec(named)?.groups ?? {};
    const accountId = account ?? owner;
    const candidates = [...this.functions.values()].filter(
      ({ definition }) =>
        definition.name === name &&
        (region === undefined || definition.region === region) &&
        (accountId === undefined || definition.arn.split(":")[4] === accountId),
    );
    return candidates.find(({ definition }) => definition.region === regionOf(request)) ?? candidates[0];
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Headers of Invoke that change the event or the function. */
const UNSUPPORTED_HEADERS = ["x-amz-client-context", "x-amz-durable-execution-name", "x-amz-tenant-id"];

/** The part of a request that Lambda supports and the local stage does not support. */
function findUnsupported(request: HttpRequest): string | undefined {
  const type = headerOf(request, "x-amz-invocation-type") ?? "RequestResponse";
  if (!["RequestResponse", "DryRun"].includes(type)) {
    return `InvocationType: got ${type}; allowed on this machine: RequestResponse, DryRun`;
  }
  const logType = headerOf(request, "x-amz-log-type") ?? "None";
  if (logType !== "None") {
    return `LogType: got ${logType}; allowed on this machine: None. The terminal of the local stage shows the function's output.`;
  }
  const header = UNSUPPORTED_HEADERS.find((name) => headerOf(request, name) !== undefined);
  if (header !== undefined) return `${header}: got a value; allowed on this machine: none`;
  const qualifier = new URLSearchParams(request.query).get("Qualifier") ?? "$LATEST";
  if (qualifier !== "$LATEST") {
    return `Qualifier: got ${qualifier}; allowed: $LATEST, because the stack publishes no versions`;
  }
  return undefined;
}

function findJsonFault(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    // The answer does not contain the parser's message, because that message contains the payload.
    return "the payload is not JSON";
  }
}

function throttled(reason: ThrottleReason): HttpResponse {
  const document = { Reason: reason, Type: "User", message: "Rate Exceeded." };
  return failure(429, "TooManyRequestsException", document);
}

/** The events of an answer: each chunk is a `PayloadChunk`, and the end is an `InvokeComplete`. */
function toStreamedAnswer(invocation: StreamedInvocation): HttpResponse {
  if (!invocation.ok && invocation.throttledBy !== undefined) return throttled(invocation.throttledBy);
  return {
    status: 200,
    headers: { ...invoked(), "Content-Type": EVENT_STREAM_TYPE },
    body: invocation.ok ? "" : completed(invocation.error),
    stream: Readable.from(invocation.ok ? events(invocation) : [], { objectMode: false }),
  };
}

async function* events({
  body,
  ended,
}: Extract<StreamedInvocation, { readonly ok: true }>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield encodeEvent("PayloadChunk", chunk);
    yield completed();
  } catch {
    // The result of the invocation contains the error.
    const result = await ended;
    yield completed(result.ok ? undefined : result.error);
  }
}

/** @param error - the error of the function. AWS does not publish the values of `ErrorCode` */
function completed(error?: FunctionError): Buffer {
  const document = error === undefined ? {} : { ErrorCode: "Unhandled", ErrorDetails: JSON.stringify(error) };
  return encodeJsonEvent("InvokeComplete", document);
}

function toAnswer(result: InvocationResult): HttpResponse {
  if (!result.ok && result.throttledBy !== undefined) return throttled(result.throttledBy);
  if (!result.ok) return functionError(result.error);
  if (Buffer.byteLength(result.payload) > MAX_ANSWER_IN_BYTES) return functionError(ANSWER_TOO_LARGE);
  return { status: 200, headers: { ...invoked(), "Content-Type": "application/json" }, body: result.payload };
}

const ANSWER_TOO_LARGE: FunctionError = {
  errorType: "Function.ResponseSizeTooLarge",
  errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_ANSWER_IN_BYTES} bytes).`,
};

/** Lambda answers 200 even if the function failed. */
function functionError(error: FunctionError): HttpResponse {
  return {
    status: 200,
    headers: { ...invoked(), "Content-Type": "application/json", "X-Amz-Function-Error": "Unhandled" },
    body: JSON.stringify(error),
  };
}

function invoked(): Record<string, string> {
  return { ...ids(), "X-Amz-Executed-Version": "$LATEST" };
}

function ids(): Record<string, string> {
  return { "x-amzn-RequestId": randomUUID() };
}

function failure(status: number, errorType: string, document: object): HttpResponse {
  return {
    status,
    headers: { "Content-Type": "application/json", "x-amzn-ErrorType": errorType, ...ids() },
    body: JSON.stringify(document),
  };
}

const TOO_LARGE = failure(413, "RequestEntityTooLargeException", {
  Type: "User",
  message: EVENT_TOO_LARGE,
});
