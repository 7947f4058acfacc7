import { join } from "node:path";
import { isAllowedByRole, type RoleStatement } from "../cognito/role-policy";
import { type HttpRequest, type HttpResponse, headerOf } from "../http";
import { findSignatureFault } from "../signature";
import { isKeyOfFile, type LocalCondition, ObjectFiles } from "./object-files";
import { checkPresigned, isPresigned } from "./presigned";

/** The folder of asynchronous requests, from the app's folder: `<folder>/<environment>/<endpoint>/`. */
export const ASYNC_FOLDER = ".sagemaker-stages/async";

/** The bucket of an environment's asynchronous requests. */
export interface AsyncBucketDefinition {
  readonly bucketName: string;
  /** The environment's name. */
  readonly environment: string;
  readonly region: string;
  readonly accountId: string;
  /** The rules by which objects expire. Of several rules for an object, the fewest days apply, as in S3. */
  readonly expirations: readonly { readonly prefix: string; readonly days: number }[];
  /** The rules by which pages of other origins may send requests. @default - none */
  readonly cors?: readonly BucketCorsRule[];
  /** The statements of the functions' roles, by the function's name. */
  readonly roles: ReadonlyMap<string, readonly RoleStatement[]>;
}

/** A rule by which pages of other origins may send requests. */
export interface BucketCorsRule {
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: readonly string[];
  /** The headers of answers that a page may read. @default - the headers that every page may read */
  readonly exposedHeaders?: readonly string[];
  readonly maxAgeInSeconds: number | undefined;
}

/** Finds the function whose process has a session token. */
export type FunctionOfToken = (sessionToken: string) => string | undefined;

const ADDRESS = /^\/_s3\/([a-z0-9.-]+)\/([^?]+)$/;

/** The files of the buckets. @param folder - the folder of all environments */
export function filesOf(
  { environment, expirations }: Pick<AsyncBucketDefinition, "environment" | "expirations">,
  folder: string,
  now?: () => number,
): ObjectFiles {
  const daysOf = (key: string) => {
    const days = expirations.flatMap((rule) => (key.startsWith(rule.prefix) ? [rule.days] : []));
    return days.length === 0 ? undefined : Math.min(...days);
  };
  return new ObjectFiles(join(folder, environment), daysOf, now);
}

/** The bucket of a request. */
export function findAsyncBucket(
  request: Pick<HttpRequest, "path">,
  buckets: readonly AsyncBucketDefinition[],
): AsyncBucketDefinition | undefined {
  const [, name] = ADDRESS.exec(request.path) ?? [];
  return buckets.find(({ bucketName }) => bucketName === name);
}

/**
 * S3's operations PutObject, GetObject and HeadObject for the bucket of asynchronous requests, with conditional writes
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html) and presigned URLs. A function has only the
 * permissions of its role, also for the URLs that it has signed.
 *
 * @param functionOf - the function whose process signed the request
 */
export function answerAsyncObjects(
  request: HttpRequest,
  bucket: AsyncBucketDefinition,
  files: ObjectFiles,
  functionOf: FunctionOfToken,
): HttpResponse {
  if (request.method === "OPTIONS") return answerPreflight(request, bucket.cors);
  const answer = answerObject(request, bucket, files, functionOf);
  const cors = corsHeaders(request, request.method, [], bucket.cors);
  return cors === undefined ? answer : { ...answer, headers: { ...answer.headers, ...cors } };
}

function answerObject(
  request: HttpRequest,
  bucket: AsyncBucketDefinition,
  files: ObjectFiles,
  functionOf: FunctionOfToken,
): HttpResponse {
  const [, , encoded = ""] = ADDRESS.exec(request.path) ?? [];
  const signed = checkSignature(request, bucket.region);
  if ("fault" in signed) return failure(403, signed.fault);
  const key = decode(encoded);
  if (key === undefined || !isKeyOfFile(key)) return failure(400, "InvalidURI");
  const action = ACTIONS[request.method];
  if (action === undefined) return failure(405, "MethodNotAllowed");
  if (!isAllowed(bucket, action, key, signed.sessionToken, functionOf)) return failure(403, "AccessDenied");
  if (request.method === "PUT") return put(request, key, files);

  const object = files.get(key);
  if (object === undefined) {
    // Without the permission s3:ListBucket, S3 does not show whether an object exists
    // (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
    const mayList = isAllowed(bucket, "s3:ListBucket", undefined, signed.sessionToken, functionOf);
    return mayList ? failure(404, "NoSuchKey") : failure(403, "AccessDenied");
  }
  const { bytes, contentType = "binary/octet-stream", etag, modifiedAt } = object;
  return {
    status: 200,
    headers: { "Content-Type": contentType, ETag: etag, "Last-Modified": new Date(modifiedAt).toUTCString() },
    body: bytes,
  };
}

const ACTIONS: Readonly<Record<string, string>> = {
  GET: "s3:GetObject",
  HEAD: "s3:GetObject",
  PUT: "s3:PutObject",
};

function checkSignature(
  request: HttpRequest,
  region: string,
): { readonly sessionToken: string | undefined } | { readonly fault: string } {
  if (isPresigned(request)) {
    const checked = checkPresigned(request, region);
    return typeof checked === "string" ? { fault: checked } : checked;
  }
  const fault = findSignatureFault(request, { service: "s3", region });
  return fault === undefined
    ? { sessionToken: headerOf(request, "x-amz-security-token") }
    : { fault: "SignatureDoesNotMatch" };
}

/** Whether the signer has a permission. Without a session token, the signer is this machine's user, who has all permissions. */
function isAllowed(
  { bucketName, accountId, roles }: AsyncBucketDefinition,
  action: string,
  key: string | undefined,
  sessionToken: string | undefined,
  functionOf: FunctionOfToken,
): boolean {
  if (sessionToken === undefined) return true;
  const statements = roles.get(functionOf(sessionToken) ?? "") ?? [];
  return isAllowedInBucket(statements, action, { bucketName, accountId, key });
}

/** Whether a role has a permission for an object, or without a key for the bucket. */
export function isAllowedInBucket(
  statements: readonly RoleStatement[],
  action: string,
  {
    bucketName,
    accountId,
    key,
  }: { readonly bucketName: string; readonly accountId: string; readonly key: string | undefined },
): boolean {
  const bucketArn = `arn:aws:s3:::${bucketName}`;
  return isAllowedByRole(statements, {
    action,
    resource: key === undefined ? bucketArn : `${bucketArn}/${key}`,
    context: { "aws:ResourceAccount": [accountId], "s3:ResourceAccount": [accountId] },
  });
}

/** The answer to a preflight (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html). */
function answerPreflight(request: HttpRequest, rules: AsyncBucketDefinition["cors"]): HttpResponse {
  const method = headerOf(request, "access-control-request-method") ?? "";
  const names = (headerOf(request, "access-control-request-headers") ?? "").split(",");
  const requested = names.map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
  const headers = corsHeaders(request, method, requested, rules);
  return headers === undefined ? failure(403, "AccessForbidden") : { status: 200, headers, body: "" };
}

/**
 * The headers of the first rule that permits a request
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html). The origin of a redirected page is `null`, which is
 * an origin like any other: only a rule for `null` or `*` permits it.
 *
 * @param requested - the headers that a preflight names, in lower case
 * @returns `undefined` without a rule
 */
function corsHeaders(
  request: HttpRequest,
  method: string,
  requested: readonly string[],
  rules: AsyncBucketDefinition["cors"] = [],
): Record<string, string> | undefined {
  const origin = headerOf(request, "origin");
  if (origin === undefined) return undefined;
  const rule = rules.find(
    ({ allowedOrigins, allowedMethods, allowedHeaders }) =>
      allowedOrigins.some((pattern) => isMatch(pattern, origin)) &&
      allowedMethods.includes(method) &&
      requested.every((name) => allowedHeaders.some((pattern) => isMatch(pattern.toLowerCase(), name))),
  );
  if (rule === undefined) return undefined;
  const { allowedOrigins, allowedMethods, exposedHeaders = [], maxAgeInSeconds } = rule;
  return {
    "Access-Control-Allow-Origin": allowedOrigins.includes("*") ? "*" : origin,
    "Access-Control-Allow-Methods": allowedMethods.join(", "),
    ...(requested.length === 0 ? {} : { "Access-Control-Allow-Headers": requested.join(", ") }),
    ...(exposedHeaders.length === 0 ? {} : { "Access-Control-Expose-Headers": exposedHeaders.join(", ") }),
    ...(maxAgeInSeconds === undefined ? {} : { "Access-Control-Max-Age": String(maxAgeInSeconds) }),
    Vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}

/**
 * Whether a value has the form of an origin or of a header in a rule, which contains at most one `*`
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html).
 */
function isMatch(pattern: string, value: string): boolean {
  const [start = "", end] = pattern.split("*");
  if (end === undefined) return value === pattern;
  return value.length >= start.length + end.length && value.startsWith(start) && value.endsWith(end);
}

function put(request: HttpRequest, key: string, files: ObjectFiles): HttpResponse {
  if (request.body === undefined) return failure(400, "EntityTooLarge");
  const etag = headerOf(request, "if-match");
  const condition: LocalCondition | undefined =
    headerOf(request, "if-none-match") === "*" ? "new" : etag === undefined ? undefined : { etag };
  const written = files.put(key, request.body, headerOf(request, "content-type"), condition);
  if (written === undefined) return failure(412, "PreconditionFailed");
  return { status: 200, headers: { ETag: written }, body: "" };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function failure(status: number, code: string): HttpResponse {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`;
  return { status, headers: { "Content-Type": "application/xml" }, body };
}
