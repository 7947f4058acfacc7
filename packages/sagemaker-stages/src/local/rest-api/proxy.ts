import { createHash, randomUUID } from "node:crypto";
import { parseArn } from "../../aws/arn";
import { isBase64 } from "../base64";
import type { RoleSession } from "../cognito/sessions";
import { toCommonLogTime } from "../common-log-time";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import { randomText } from "../random";
import { addHeaders, addMissingHeaders, forwardedHeaders, withContentType } from "../response-headers";
import { accessKeyIdOf, userArnOf } from "../signature";
import type { StageDefinition } from "../terraform/deployment";
import { isBinary } from "./binary-media-types";
import { toEventHeaders } from "./event-headers";
import type { Method, OpenApi } from "./openapi";
import { pathParametersOf, readQuery, splitStage, toEventPath, toResourcePath } from "./url";

/** The ids of one request. */
export interface RequestIds {
  readonly requestId: string;
  readonly extendedRequestId: string;
}

/** Makes the ids of a new request. */
export function newRequestIds(): RequestIds {
  return { requestId: randomUUID(), extendedRequestId: randomText(11, "base64") };
}

/**
 * The event (payload version 1.0) that API Gateway sends to a function.
 *
 * @param domainName - the domain name that received the request. Both paths of the event then contain the base path
 *   (https://github.com/localstack/localstack/pull/12296, https://github.com/CodeGenieApp/serverless-express/issues/216).
 *   Default: the API's default address
 */
export function toProxyEvent(
  request: HttpRequest,
  method: Method,
  stage: StageDefinition,
  accountId: string,
  { requestId, extendedRequestId }: RequestIds,
  apiKey: { readonly id: string; readonly value: string | undefined } | undefined,
  authorizer?: Readonly<Record<string, unknown>>,
  domainName?: string,
  session?: RoleSession,
): Record<string, unknown> {
  const query = readQuery(request.query);
  const headers = toEventHeaders(request);
  const path = domainName === undefined ? splitStage(request.path).path : request.path;
  const host = domainName ?? `${stage.apiId}.execute-api.localhost`;
  const now = new Date();
  return {
    resource: method.path,
    path: toEventPath(path),
    httpMethod: request.method,
    headers: singleValues(headers),
    multiValueHeaders: multiValues(headers),
    queryStringParameters: query.length > 0 ? singleValues(query) : null,
    multiValueQueryStringParameters: query.length > 0 ? multiValues(query) : null,
    pathParameters: pathParametersIn(method.path, path),
    stageVariables: null,
    requestContext: {
      accountId,
      apiId: stage.apiId,
      ...(authorizer === undefined ? {} : { authorizer }),
      deploymentId: localId(stage.openApi, () => JSON.stringify(stage.openApi.document)),
      domainName: host,
      domainPrefix: host.split(".")[0],
      extendedRequestId,
      httpMethod: request.method,
      identity: {
        ...callerOf(request, method, stage, accountId),
        ...(session === undefined ? {} : { userArn: session.arn }),
        ...(apiKey === undefined ? {} : { apiKey: apiKey.value ?? null, apiKeyId: apiKey.id }),
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: session === undefined ? null : "authenticated",
        cognitoIdentityId: session?.identityId ?? null,
        cognitoIdentityPoolId: session?.identityPoolId ?? null,
        principalOrgId: null,
        sourceIp: request.sourceIp,
        userAgent: headerOf(request, "user-agent") ?? null,
      },
      ...(method.operationId === undefined ? {} : { operationName: method.operationId }),
      path: domainName === undefined ? `/${stage.stageName}${path}` : path,
      protocol: "HTTP/1.1",
      requestId,
      requestTime: toCommonLogTime(now),
      requestTimeEpoch: now.getTime(),
      resourceId: localId(method, () => method.path),
      resourcePath: method.path,
      stage: stage.stageName,
    },
    ...bodyOf(request, stage.openApi.binaryMediaTypes),
  };
}

/** The parameters of the path; `null` if the method's path has none, as in API Gateway's events. */
function pathParametersIn(resource: string, path: string): Record<string, string> | null {
  if (!resource.includes("{")) return null;
  // On a domain name, the path begins with the base path.
  const below = toResourcePath(path)
    .split("/")
    .slice(1 - resource.split("/").length);
  return pathParametersOf(resource, `/${below.join("/")}`) ?? null;
}

/** A body of a binary media type in base64; every other body as UTF-8. */
function bodyOf(
  request: HttpRequest,
  binaryMediaTypes: readonly string[],
): { readonly body: string | null; readonly isBase64Encoded: boolean } {
  const { body } = request;
  if (body === undefined || body.length === 0) return { body: null, isBase64Encoded: false };
  const isBase64Encoded = isBinary(request, "content-type", binaryMediaTypes);
  return { body: body.toString(isBase64Encoded ? "base64" : "utf8"), isBase64Encoded };
}

/** The signer of the request, if the method requires a signature; otherwise empty values. */
function callerOf(
  request: HttpRequest,
  { authorization }: Method,
  { executionArn }: StageDefinition,
  accountId: string,
): Record<"accessKey" | "accountId" | "caller" | "user" | "userArn", string | null> {
  const accessKey = authorization === "AWS_IAM" ? accessKeyIdOf(request) : undefined;
  if (accessKey === undefined) {
    return { accessKey: null, accountId: null, caller: null, user: null, userArn: null };
  }
  const { region = "" } = parseArn(executionArn) ?? {};
  const userArn = userArnOf({ region, accountId }, accessKey);
  return { accessKey, accountId, caller: accessKey, user: accessKey, userArn };
}

/** The ids of deployments and resources. The document of an API can have megabytes, and each request needs the ids. */
const localIds = new WeakMap<OpenApi | Method, string>();

/** An id in API Gateway's form (six letters and digits), derived from the content of its owner. */
function localId(owner: OpenApi | Method, contentOf: () => string): string {
  const known = localIds.get(owner);
  if (known !== undefined) return known;
  const digits = createHash("sha256").update(contentOf()).digest().readUInt32BE().toString(36);
  const id = digits.padStart(6, "0").slice(-6);
  localIds.set(owner, id);
  return id;
}

type Pairs = readonly (readonly [string, string])[];

/** For a name with several values, uses the last value. */
function singleValues(pairs: Pairs): Record<string, string> {
  return Object.fromEntries(pairs);
}

function multiValues(pairs: Pairs): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return Object.fromEntries(values);
}

const ANSWER_KEYS = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];

/**
 * A function's answer has `isBase64Encoded`, but its body is not base64: API Gateway answers 500 in place of this
 * answer.
 */
export const NOT_BASE64 = "not base64";

/**
 * Reads a function's answer as API Gateway does.
 *
 * @param takesBytes - whether the request's Accept names one of the API's binary media types: API Gateway then decodes
 * a body in base64. Otherwise the body stays base64.
 * @returns `undefined` if the answer is malformed
 */
export function readProxyAnswer(
  payload: string,
  takesBytes = false,
): HttpResponse | typeof NOT_BASE64 | undefined {
  const answer = parseJson(payload);
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return undefined;
  if (!Object.keys(answer).every((key) => ANSWER_KEYS.includes(key))) return undefined;

  const {
    statusCode = 200,
    headers,
    multiValueHeaders,
    body = "",
    isBase64Encoded,
  } = answer as Record<string, unknown>;
  const status =
    typeof statusCode === "string" || typeof statusCode === "number" ? Number(statusCode) : Number.NaN;
  // An answer with a status 1xx is not the final answer.
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const single = readHeaders(headers, isScalar, String);
  const multi = readHeaders(multiValueHeaders, Array.isArray, (values: unknown[]) => values.map(String));
  if (single === undefined || multi === undefined || (body !== null && !isScalar(body))) return undefined;

  const merged = forwardedHeaders(addMissingHeaders(multi, single));
  if (merged === undefined) return undefined;
  const text = body === null ? "" : String(body);
  const isBytes = takesBytes && isBase64Encoded === true;
  if (isBytes && !isBase64(text)) return NOT_BASE64;
  return { status, headers: withContentType(merged), body: isBytes ? Buffer.from(text, "base64") : text };
}

/** @returns `undefined` for the text of a streaming handler, which is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads status and headers of a streamed answer as API Gateway does.
 *
 * @param metadata - the metadata that precede the body
 * @returns `undefined` if the metadata are malformed
 */
export function readStreamHead(metadata: unknown): Pick<HttpResponse, "status" | "headers"> | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const { cookies = [], statusCode, headers, multiValueHeaders } = metadata as Record<string, unknown>;
  if (!Array.isArray(cookies)) return undefined;
  const answer = readProxyAnswer(JSON.stringify({ statusCode, headers, multiValueHeaders }));
  if (answer === undefined || answer === NOT_BASE64) return undefined;
  const setCookies = cookies.length === 0 ? {} : { "Set-Cookie": cookies.map(String) };
  const all = forwardedHeaders(addHeaders(answer.headers, setCookies));
  return all && { status: answer.status, headers: all };
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function readHeaders<V, H>(
  headers: unknown,
  isValue: (value: unknown) => value is V,
  toHeader: (value: V) => H,
): Record<string, H> | undefined {
  if (headers === undefined || headers === null) return {};
  if (typeof headers !== "object" || Array.isArray(headers)) return undefined;
  const read: Record<string, H> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!isValue(value)) return undefined;
    read[name] = toHeader(value);
  }
  return read;
}
