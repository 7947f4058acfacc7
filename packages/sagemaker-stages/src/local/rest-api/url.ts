import { type HttpRequest, headerOf } from "../http";
import type { GatewayError } from "./gateway-response";

/** A path of the host of a REST API. */
export interface StagePath {
  readonly stageName: string;
  /** What follows the stage, as it was sent; empty where nothing follows. */
  readonly path: string;
}

/** `//dev/iris/` as its stage and the rest: slashes before the stage do not count. */
export function splitStage(path: string): StagePath {
  const [, stageName = "", rest = ""] = /^\/*([^/]*)(.*)$/s.exec(path) ?? [];
  return { stageName, path: rest };
}

/**
 * A path below the stage as a function gets it: slashes at its beginning count as one, every other slash and every
 * percent-encoding stays. AWS's recordings: `//hardcoded` is `/hardcoded`, `/proxy-value/` and `/proxy-value//double-slash`
 * stay (localstack/localstack, tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json).
 */
export function toEventPath(path: string): string {
  return `/${path.replace(/^\/+/, "")}`;
}

/** A path below the stage as API Gateway looks for its resource: slashes at its end do not count, either. */
export function toResourcePath(path: string): string {
  const eventPath = toEventPath(path);
  let end = eventPath.length;
  while (end > 1 && eventPath[end - 1] === "/") end--;
  return eventPath.slice(0, end);
}

/**
 * The parameters of a query, decoded. API Gateway splits it at a raw `;`, too
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html#api-gateway-known-issues-rest-apis).
 */
export function readQuery(query: string): readonly (readonly [name: string, value: string])[] {
  return [...new URLSearchParams(query.replaceAll(";", "&"))];
}

/**
 * The longest URL of a regional API, and the longest headers, names and line ends included
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html).
 */
const MAX_CHARACTERS_OF_URL = 10_240;
const MAX_BYTES_OF_HEADERS = 10_240;

const KNOWN_ISSUES =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html";
const QUOTAS =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html";

/**
 * What API Gateway refuses before it looks for the API, so that no API can configure the answer. AWS documents the
 * limits and not the words.
 */
export function findUrlFault(request: HttpRequest): GatewayError | undefined {
  const url = `http://${headerOf(request, "host") ?? ""}${request.target}`;
  if (url.length > MAX_CHARACTERS_OF_URL) {
    const rule = `got a URL of ${url.length} characters; allowed: up to ${MAX_CHARACTERS_OF_URL}`;
    return refusal("URI_TOO_LONG", 414, `URI Too Long: ${rule} (${QUOTAS})`);
  }
  const bytes = request.headers.reduce((sum, [name, value]) => sum + `${name}: ${value}\r\n`.length, 0);
  if (bytes > MAX_BYTES_OF_HEADERS) {
    const rule = `got headers of ${bytes} bytes; allowed: up to ${MAX_BYTES_OF_HEADERS}`;
    return refusal("HEADERS_TOO_LARGE", 431, `Request Header Fields Too Large: ${rule} (${QUOTAS})`);
  }
  const raw = /[|{}]/.exec(request.query)?.[0];
  if (raw !== undefined) {
    const rule = `got a raw ${raw} in the query; allowed: ${encodeURIComponent(raw)}`;
    return refusal("BAD_URI", 400, `Bad Request: ${rule} (${KNOWN_ISSUES})`);
  }
  return undefined;
}

function refusal(responseType: string, status: number, message: string): GatewayError {
  return { responseType, status, errorType: undefined, message };
}
