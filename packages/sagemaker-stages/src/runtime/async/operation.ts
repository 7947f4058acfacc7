import { createHash, randomBytes } from "node:crypto";
import type { Route } from "../contract";
import { type IncomingRequest, partOf, readHeader } from "../event";
import { isRecord } from "../json";
import { refusal } from "../problem";

/** An operation of an asynchronous route. */
export type Operation =
  /** `POST <path>`: starts a request with the body. */
  | { readonly kind: "start" }
  /** `GET <path>/requests/<id>`: reads the answer. `redirects`: whether a 303 names the place of a large answer. */
  | { readonly kind: "read"; readonly id: string; readonly redirects: boolean }
  /** `POST <path>/uploads`: permits an upload. */
  | { readonly kind: "upload" }
  /** `POST <path>/uploads/<id>`: starts a request with the uploaded body. */
  | { readonly kind: "start-upload"; readonly id: string };

/** The form of an id: 192 bits in base64url. */
const ID = "[\\w-]{32}";

/** The part of a path after the path of the route. */
const SUFFIX = new RegExp(`^/(?:(requests|uploads)/(${ID})|(uploads))/?$`);

/**
 * Reads the operation from method and path. On a function URL, every path without one of the suffixes is the route's path,
 * as for other models.
 *
 * @throws ProblemError 404 for another method or path
 */
export function readOperation({ kind, event }: IncomingRequest, { path }: Route): Operation {
  if (kind === "direct") return readDirect(event);
  const { method, suffix } = kind === "rest-api" ? ofRestApi(event, path) : ofFunctionUrl(event, path);
  const [, collection, id, uploads] = SUFFIX.exec(suffix) ?? [];
  if (method === "GET" && collection === "requests" && id !== undefined) {
    return { kind: "read", id, redirects: readRedirect(event) };
  }
  if (method === "POST" && uploads !== undefined) return { kind: "upload" };
  if (method === "POST" && collection === "uploads" && id !== undefined) return { kind: "start-upload", id };
  if (method === "POST" && (suffix === "" || (kind === "function-url" && !suffix.startsWith("/requests/")))) {
    return { kind: "start" };
  }
  throw refusal(
    404,
    `request: got an unknown method, path or id; allowed: POST ${path}, GET ${path}/requests/{id}, POST ${path}/uploads, POST ${path}/uploads/{id}`,
  );
}

/**
 * Whether a 303 may answer the request. A page of another origin cannot follow a 303 to a further origin: the browser sends
 * `Origin: null` (https://github.com/whatwg/fetch/issues/593), which no rule for named origins permits.
 *
 * @throws ProblemError 400 for a value other than `true` and `false`
 */
function readRedirect(event: unknown): boolean {
  const { redirect } = partOf(event, "queryStringParameters");
  if (redirect !== undefined && redirect !== "true" && redirect !== "false") {
    throw refusal(400, "redirect: got another value; allowed: true or false");
  }
  return redirect !== "false";
}

interface Address {
  readonly method: unknown;
  readonly suffix: string;
}

/** API Gateway names the resource, so that a path of a route cannot be mistaken for a suffix of another route. */
function ofRestApi(event: unknown, route: string): Address {
  const { httpMethod: method, resource } = isRecord(event) ? event : {};
  const suffix =
    typeof resource === "string" && resource.startsWith(route) ? resource.slice(route.length) : "";
  const { id } = partOf(event, "pathParameters");
  return { method, suffix: suffix.replace("{id}", typeof id === "string" ? id : "") };
}

function ofFunctionUrl(event: unknown, route: string): Address {
  const { rawPath } = isRecord(event) ? event : {};
  const { method } = partOf(partOf(event, "requestContext"), "http");
  const path = typeof rawPath === "string" ? rawPath : "/";
  const suffix = path.startsWith(`${route}/`) || path === route ? path.slice(route.length) : path;
  return { method, suffix: suffix === "/" ? "" : suffix };
}

/** A direct invocation with the single property `asyncRequestId` reads an answer. Every other event is a request. */
function readDirect(event: unknown): Operation {
  if (!isRecord(event) || Object.keys(event).join() !== "asyncRequestId") return { kind: "start" };
  const { asyncRequestId: id } = event;
  if (typeof id === "string" && new RegExp(`^${ID}$`).test(id)) return { kind: "read", id, redirects: false };
  throw refusal(404, UNKNOWN_ID);
}

/** The detail for an id without a request of the caller. The text is the same for each reason. */
export const UNKNOWN_ID =
  "id: got an id without a request of this caller; allowed: the id of a request that has not expired, by the caller that started it";

/** An id that no caller can guess: 192 random bits. */
export function newId(): string {
  return randomBytes(24).toString("base64url");
}

/** 1 to 255 visible US-ASCII characters. */
const IDEMPOTENCY_KEY = /^[!-~]{1,255}$/;

/**
 * The id of a request with the header Idempotency-Key: a repeated request has the same id. The id depends on the body, too:
 * on an open route, two callers can choose the same weak key, and no caller may read an answer by guessing a key.
 *
 * @returns `undefined` without the header
 * @throws ProblemError 400 for a malformed key
 */
export function readIdempotentId({ kind, event }: IncomingRequest, caller: string): string | undefined {
  if (kind === "direct") return undefined;
  const key = readHeader(event, "idempotency-key");
  if (key === "") return undefined;
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw refusal(
      400,
      `Idempotency-Key: got ${key.length} characters; allowed: 1 to 255 visible ASCII characters`,
    );
  }
  const { body } = isRecord(event) ? event : {};
  const type = readHeader(event, "content-type");
  const whole = JSON.stringify([caller, key, type, typeof body === "string" ? body : ""]);
  return createHash("sha256").update(whole).digest().subarray(0, 24).toString("base64url");
}

/** The path of an operation as the caller sees it, e.g. `/dev/transcribe/requests/<id>`; empty for a direct invocation. */
export function locationOf({ kind, event }: IncomingRequest, suffix: string): string {
  if (kind === "direct") return "";
  // With the stage on the API's default address, and with the base path on a domain name.
  const path =
    kind === "rest-api" ? partOf(event, "requestContext").path : (isRecord(event) && event.rawPath) || "";
  const base = typeof path === "string" ? path.replace(new RegExp(`/uploads(?:/${ID})?/?$`), "") : "";
  return (base.endsWith("/") ? base.slice(0, -1) : base) + suffix;
}
