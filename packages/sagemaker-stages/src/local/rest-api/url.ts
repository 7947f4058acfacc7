import { type HttpRequest, headerOf } from "../http";
import type { GatewayError } from "./gateway-response";

/** A path on the host of a REST API. */
export interface StagePath {
  readonly stageName: string;
  /** The part of the path after the stage, as received; can be empty. */
  readonly path: string;
}

/**
 * Splits a path such as `//dev/iris/` into the stage and the part after the stage. Slashes before the stage are
 * ignored.
 */
export function splitStage(path: string): StagePath {
  const [, stageName = "", rest = ""] = /^\/*([^/]*)(.*)$/s.exec(path) ?? [];
  return { stageName, path: rest };
}

/**
 * The part of a path on a domain name after the base path, as received. Slashes before the base path are ignored, as before
 * a stage.
 *
 * @returns `undefined` for a path outside of the base path
 */
export function pathBelow(basePath: string | undefined, path: string): string | undefined {
  if (basePath === undefined) return path;
  const { stageName: first, path: rest } = splitStage(path);
  return first === basePath ? rest : undefined;
}

/**
 * A path below the stage in a function's event: several slashes at the start become one slash. Other slashes and
 * percent-encodings stay. AWS's recordings: `//hardcoded` is `/hardcoded`, `/proxy-value/` and
 * `/proxy-value//double-slash` stay (localstack/localstack,
 * tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json).
 */
export function toEventPath(path: string): string {
  return `/${path.replace(/^\/+/, "")}`;
}

/** A path below the stage with which API Gateway finds the resource. Slashes at the end are also ignored. */
export function toResourcePath(path: string): string {
  const eventPath = toEventPath(path);
  let end = eventPath.length;
  while (end > 1 && eventPath[end - 1] === "/") end--;
  return eventPath.slice(0, end);
}

/**
 * The decoded parameters of a path, by their names.
 *
 * @param resource - the path of the method, e.g. `/transcribe/requests/{id}`
 * @param path - the path of the request, as {@link toResourcePath} returns it
 * @returns `undefined` if the path is not a path of the resource
 */
export function pathParametersOf(resource: string, path: string): Record<string, string> | undefined {
  const [wanted, sent] = [resource.split("/"), path.split("/")];
  if (wanted.length !== sent.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = sent[index] ?? "";
    const [, name] = /^\{(.+)\}$/.exec(segment) ?? [];
    if (name === undefined ? segment !== value : value === "") return undefined;
    if (name !== undefined) parameters[name] = decodeSegment(value);
  }
  return parameters;
}

/** A segment with an invalid percent-encoding stays encoded. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * The decoded parameters of a query. API Gateway also splits the query at a raw `;`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html#api-gateway-known-issues-rest-apis).
 */
export function readQuery(query: string): readonly (readonly [name: string, value: string])[] {
  return query === "" ? [] : [...new URLSearchParams(query.replaceAll(";", "&"))];
}

/**
 * The limits for the URL and for the headers of a regional API; headers include names and line ends
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html).
 */
const MAX_CHARACTERS_OF_URL = 10_240;
const MAX_BYTES_OF_HEADERS = 10_240;

/** The characters after the name and after the value of a header. */
const SEPARATORS = ": \r\n";

const KNOWN_ISSUES =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html";
const QUOTAS =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html";

/**
 * The error for a URL or headers that API Gateway refuses before it finds the API, so that an API cannot configure the
 * answer. AWS documents the limits, but not the messages.
 */
export function findUrlFault(request: HttpRequest): GatewayError | undefined {
  const url = `http://${headerOf(request, "host") ?? ""}${request.target}`;
  if (url.length > MAX_CHARACTERS_OF_URL) {
    const rule = `got a URL of ${url.length} characters; allowed: up to ${MAX_CHARACTERS_OF_URL}`;
    return refusal("URI_TOO_LONG", 414, `URI Too Long: ${rule} (${QUOTAS})`);
  }
  const bytes = request.headers.reduce(
    (sum, [name, value]) => sum + name.length + SEPARATORS.length + value.length,
    0,
  );
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
