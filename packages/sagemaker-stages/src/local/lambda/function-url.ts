import { EVENT_TOO_LARGE, MAX_ANSWER_IN_BYTES, MAX_EVENT_IN_BYTES } from "../../aws/lambda-limits";
import { isBase64 } from "../base64";
import type { RequestContext } from "../cognito/role-policy";
import type { RoleSessions } from "../cognito/sessions";
import { toCommonLogTime } from "../common-log-time";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import { addHeaders, forwardedHeaders, withContentType } from "../response-headers";
import { newRequestIds, parseJson } from "../rest-api/proxy";
import { accessKeyIdOf, findSignatureFault, type SignatureFault, userArnOf } from "../signature";
import type { CorsDefinition, FunctionUrlDefinition } from "../terraform/deployment";
import { newSegmentId, TRACE_HEADER, traceRootOf, withTrace } from "../trace";
import type { InvocationResult, LocalFunction, StreamedInvocation, ThrottleReason } from "./function";
import { withLocalCause } from "./local-cause";
import { openStream, withStreamedCause } from "./open-stream";

type StartedStream = Extract<StreamedInvocation, { readonly ok: true }>;

/** A function URL: signature, permission, CORS, event and answer in payload version 2.0. */
export class FunctionUrl {
  /**
   * @param sessions - the temporary credentials that are accepted in addition to the local credentials. Default: none
   * @param log - receives the reasons why Lambda cannot send a streamed answer
   */
  constructor(
    private readonly definition: FunctionUrlDefinition,
    private readonly fn: LocalFunction,
    private readonly sessions?: RoleSessions,
    private readonly log: (text: string) => void = () => {},
  ) {}

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const { cors } = this.definition;
    const { requestId } = newRequestIds();
    const origin = headerOf(request, "origin");
    const isPreflight =
      request.method === "OPTIONS" && headerOf(request, "access-control-request-method") !== undefined;
    // Lambda answers a preflight without the function, because a browser does not sign a preflight.
    const answer =
      cors !== undefined && isPreflight ? PREFLIGHT_ANSWER : await this.answer(request, requestId);
    // Lambda keeps the function's CORS headers. Browsers refuse an answer with two values.
    const headers = addHeaders(answer.headers, corsHeaders(cors, origin, isPreflight));
    return { ...answer, headers: { ...headers, "x-amzn-RequestId": requestId } };
  }

  private async answer(request: HttpRequest, requestId: string): Promise<HttpResponse> {
    if (request.body === undefined) return TOO_LARGE;
    const { region } = this.definition;
    const fault = findSignatureFault(request, { service: "lambda", region }, this.sessions);
    if (fault !== undefined) return forbidden(fault);
    if (!this.isAllowed(request)) return FORBIDDEN;
    const traced = withTrace(request);
    const event = JSON.stringify(
      toFunctionUrlEvent(traced, request.body, this.definition, requestId, this.sessions),
    );
    if (Buffer.byteLength(event) > MAX_EVENT_IN_BYTES) return TOO_LARGE;

    const trace = { [TRACE_HEADER]: invocationTrace(traced) };
    if (this.definition.invokeMode === "RESPONSE_STREAM") {
      const streamed = await this.fn.stream(event, request.signal);
      if (!streamed.ok) return streamed.throttledBy === undefined ? FAILED : throttled(streamed.throttledBy);
      const answer = await this.answerFrom(streamed, request.signal);
      return { ...answer, headers: { ...answer.headers, ...trace } };
    }
    const result = await this.fn.invoke(event);
    if (!result.ok && result.throttledBy !== undefined) return throttled(result.throttledBy);
    const answer = readResult(result);
    return { ...answer, headers: { ...answer.headers, ...trace } };
  }

  /** A stream without metadata is the body of a 200, with the content type that the function sets. */
  private async answerFrom({ body, ended }: StartedStream, caller?: AbortSignal): Promise<HttpResponse> {
    if (!body.hasMetadata) {
      return { status: 200, headers: { "Content-Type": body.contentType }, body: "", stream: body };
    }
    const opened = await openStream(body, readHead);
    if (typeof opened !== "string") return await withStreamedCause(opened, ended);
    if (caller?.aborted) return FAILED;
    this.log(`${this.definition.functionName}: Lambda cannot send the streamed answer: ${opened}\n`);
    return FAILED;
  }

  /** Whether the signer has both permissions that a URL requires (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html). */
  private isAllowed(request: HttpRequest): boolean {
    const { functionArn } = this.definition;
    const permits = (action: string, context: RequestContext): boolean =>
      this.sessions?.isAllowed(accessKeyIdOf(request), action, functionArn, context) ?? true;
    return (
      permits("lambda:InvokeFunctionUrl", { "lambda:FunctionUrlAuthType": ["AWS_IAM"] }) &&
      permits("lambda:InvokeFunction", { "lambda:InvokedViaFunctionUrl": ["true"] })
    );
  }
}

/** Reads status and headers of a streamed answer. The default status is 200. */
function readHead(metadata: unknown): Pick<HttpResponse, "status" | "headers"> | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const { statusCode = 200, headers, cookies } = metadata as Record<string, unknown>;
  return readAnswer(JSON.stringify({ statusCode, headers, cookies }));
}

function readResult(result: InvocationResult): HttpResponse {
  if (!result.ok || Buffer.byteLength(result.payload) > MAX_ANSWER_IN_BYTES) return FAILED;
  const answer = readAnswer(result.payload);
  return answer === undefined ? FAILED : withLocalCause(answer, result.localCause);
}

/**
 * The trace in the answer of an invoked function, in the case and the order of Lambda's recorded answers
 * (https://dev.to/rimutaka/aws-lambda-function-url-with-cors-explained-by-example-14df).
 */
function invocationTrace(traced: HttpRequest): string {
  const lineage = newSegmentId().slice(0, 8);
  return `root=${traceRootOf(traced)};parent=${newSegmentId()};sampled=0;lineage=${lineage}:0`;
}

function failure(status: number, errorType: string, body: string): HttpResponse {
  return { status, headers: { "Content-Type": "application/json", "x-amzn-ErrorType": errorType }, body };
}

/** Lambda has different errors for a missing signature and for an invalid signature. */
function forbidden({ errorType, message }: SignatureFault): HttpResponse {
  if (errorType !== "MissingAuthenticationTokenException") {
    return failure(403, errorType, JSON.stringify({ message }));
  }
  return FORBIDDEN;
}

/** The answer to a request without a signature or without permission. */
const FORBIDDEN = failure(
  403,
  "AccessDeniedException",
  JSON.stringify({
    Message:
      "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
  }),
);

const PREFLIGHT_ANSWER: HttpResponse = {
  status: 200,
  headers: { "Content-Type": "application/json" },
  body: "",
};

const FAILED = failure(502, "InternalServerErrorException", "Internal Server Error");

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-throttling */
function throttled(Reason: ThrottleReason): HttpResponse {
  return failure(429, "TooManyRequestsException", JSON.stringify({ Reason, message: "Rate Exceeded." }));
}

const TOO_LARGE = failure(
  413,
  "RequestEntityTooLargeException",
  JSON.stringify({ Message: EVENT_TOO_LARGE }),
);

/**
 * Header fields that apply to one connection only (https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1). Lambda's
 * recorded events lack `connection`, and contain `content-length`.
 */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The headers that Lambda adds to every event, as recorded: localstack/localstack,
 * tests/aws/services/lambda_/test_lambda.snapshot.json (test_lambda_url_echo_http_fixture_default). The local stage
 * has no TLS.
 */
const ADDED_HEADERS = {
  "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
  "x-amzn-tls-version": "TLSv1.3",
  "x-forwarded-port": "443",
  "x-forwarded-proto": "https",
};

/** The content types of text. Lambda encodes other bodies in base64. */
const TEXT = /^(text\/|application\/(.+\+)?(json|xml|javascript))/;

/** The event (payload version 2.0) that a function URL sends to a function. */
export function toFunctionUrlEvent(
  request: HttpRequest,
  body: Buffer,
  { urlId, region, accountId }: FunctionUrlDefinition,
  requestId: string,
  sessions?: RoleSessions,
): Record<string, unknown> {
  const query = join([...new URLSearchParams(request.query)]);
  const all = withTrace(request).headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const cookies = all.filter(([name]) => name === "cookie").flatMap(([, value]) => value.split(/; */));
  const headers = join(all.filter(([name]) => name !== "cookie" && !HOP_BY_HOP.has(name)));
  const isText = TEXT.test(headers["content-type"] ?? "");
  const now = new Date();
  const accessKey = accessKeyIdOf(request) ?? "";
  const userArn = sessions?.find(accessKey)?.session.arn ?? userArnOf({ region, accountId }, accessKey);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: request.path,
    rawQueryString: request.query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: { ...headers, ...ADDED_HEADERS, "x-forwarded-for": request.sourceIp },
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId,
      apiId: urlId,
      authorizer: {
        iam: {
          accessKey,
          accountId,
          callerId: accessKey,
          cognitoIdentity: null,
          principalOrgId: null,
          userArn,
          userId: accessKey,
        },
      },
      domainName: `${urlId}.lambda-url.${region}.on.aws`,
      domainPrefix: urlId,
      http: {
        method: request.method,
        path: request.path,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: toCommonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 ? { body: isText ? body.toString("utf8") : body.toString("base64") } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Joins the values of each name with commas. */
function join(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

/**
 * Reads a function's answer as a function URL does: an answer without statusCode is the body of a 200.
 *
 * @returns `undefined` if the answer cannot be sent
 */
export function readAnswer(payload: string): HttpResponse | undefined {
  const answer = parseJson(payload);
  if (answer === undefined) return undefined;
  const json = { "Content-Type": "application/json" };
  if (typeof answer === "string") return { status: 200, headers: json, body: answer };
  if (typeof answer !== "object" || answer === null || !("statusCode" in answer)) {
    return { status: 200, headers: json, body: JSON.stringify(answer) };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded } = answer as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (typeof (headers ?? {}) !== "object" || !Array.isArray(cookies ?? [])) return undefined;

  const own = Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)] as const);
  const setCookies = [cookies ?? []].flat().map(String);
  const sent = forwardedHeaders(
    addHeaders(
      withContentType(Object.fromEntries(own)),
      setCookies.length > 0 ? { "Set-Cookie": setCookies } : {},
    ),
  );
  const text = typeof body === "string" ? body : (JSON.stringify(body ?? undefined) ?? "");
  if (sent === undefined || (isBase64Encoded === true && !isBase64(text))) return undefined;
  return { status, headers: sent, body: isBase64Encoded === true ? Buffer.from(text, "base64") : text };
}

/** The CORS headers that Lambda adds to the answer to a page's request. */
function corsHeaders(
  cors: CorsDefinition | undefined,
  origin: string | undefined,
  isPreflight: boolean,
): HttpResponse["headers"] {
  if (cors === undefined || origin === undefined) return {};
  const any = cors.allowOrigins.includes("*");
  if (!any && !cors.allowOrigins.includes(origin)) return {};
  const lists = isPreflight
    ? { "Access-Control-Allow-Methods": cors.allowMethods, "Access-Control-Allow-Headers": cors.allowHeaders }
    : { "Access-Control-Expose-Headers": cors.exposeHeaders };
  const maxAge = isPreflight && cors.maxAgeInSeconds !== undefined ? String(cors.maxAgeInSeconds) : undefined;
  return {
    "Access-Control-Allow-Origin": any ? "*" : origin,
    ...(any ? {} : { Vary: "Origin" }),
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([name, values]) =>
        values.length > 0 ? [[name, values.join(",")] as const] : [],
      ),
    ),
    ...(maxAge === undefined ? {} : { "Access-Control-Max-Age": maxAge }),
  };
}
