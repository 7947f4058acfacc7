import type { Credentials as AwsCredentials } from "aws4";
import { percentEncode } from "../aws/percent-encode";
import type { ParsedEnvironment } from "../environment/environment";
import type { RouteAccess } from "../environment/model-settings";
import type { Model, Models } from "../models";
import { parseJson } from "../runtime/json";
import { findShapeFault } from "./answer-shape";
import { exampleBytesOf, findAnswerFault } from "./bytes";
import {
  type Authorize,
  type SignedService,
  unauthorized,
  withForgedSignature,
  withKey,
  withSignature,
  withWrongKey,
} from "./credentials";
import type { HttpAnswer, HttpRequest } from "./http";
import type { StackOutputs } from "./stack-outputs";

/** One request, and the expected answer. */
export interface Check {
  /** The called route, e.g. `POST /iris`. */
  readonly route: string;
  /** The caller's credentials, and the special property of the request, e.g. `signed, without row`. */
  readonly caller: string;
  /** The expected answer as a short text. */
  readonly expected: string;
  /** Makes the request. Each try needs a new request, because signatures expire. */
  readonly request: () => HttpRequest;
  /** The fault of an answer, without a value of the answer; `undefined` if the answer is as expected. */
  readonly findFault: (answer: HttpAnswer) => string | undefined;
  /** Whether an unexpected answer can be temporary: new deployments, keys and policies take seconds to propagate. */
  readonly isTransient: (answer: HttpAnswer) => boolean;
}

/** The credentials of the permitted callers. */
export interface Credentials {
  /** The credentials for signatures. Defined if {@link needsCredentials} returns true. */
  readonly aws: AwsCredentials | undefined;
  /** The API key. Defined if {@link needsApiKey} returns true. */
  readonly apiKey: string | undefined;
}

/** Whether a route or a function URL of an environment requires signed requests. */
export function needsCredentials({ models }: ParsedEnvironment): boolean {
  return Object.values(models).some(
    ({ access, functionUrl }) => access === "AWS_IAM" || functionUrl !== undefined,
  );
}

/** Whether a route of an environment requires the API key. */
export function needsApiKey({ models }: ParsedEnvironment): boolean {
  return Object.values(models).some(({ access }) => access === "API_KEY");
}

/** A URL at which a model is called. */
interface Target {
  readonly environment: ParsedEnvironment;
  /** The model's name. */
  readonly model: string;
  readonly contract: Model;
  readonly label: string;
  readonly url: string;
  readonly kind: "route" | "function URL";
  readonly access: RouteAccess;
  /** The origin that CORS allows: `*` means every origin, `undefined` means that the origin is unknown. */
  readonly origin: string | undefined;
}

/** The checks of every route and function URL of an environment. */
export function checksOf(
  environment: ParsedEnvironment,
  outputs: StackOutputs,
  credentials: Credentials,
  models: Models,
): readonly Check[] {
  return targetsOf(environment, outputs, models).flatMap((target) => [
    ...permittedChecks(target, credentials),
    ...unauthorizedChecks(target, credentials),
    preflightCheck(target),
    ...foreignPreflightChecks(target),
  ]);
}

function targetsOf(environment: ParsedEnvironment, outputs: StackOutputs, models: Models): Target[] {
  const { stage, website } = environment;
  const origin = website === undefined ? stage.corsAllowOrigin : outputs.websiteOrigin;
  return Object.entries(environment.models).flatMap(([model, settings]) => {
    const contract = models[model];
    if (contract === undefined) return [];
    const { method, path } = contract.route;
    const url = outputs.functionUrls.get(model);
    return [
      {
        environment,
        model,
        contract,
        label: `${method} ${path}`,
        url: `${outputs.stageUrl}${path}`,
        kind: "route" as const,
        access: settings.access,
        origin,
      },
      ...(url === undefined
        ? []
        : [
            {
              environment,
              model,
              contract,
              label: `${method} ${model}'s function URL`,
              url,
              kind: "function URL" as const,
              access: "AWS_IAM" as const,
              origin: settings.functionUrl?.corsAllowOrigins[0],
            },
          ]),
    ];
  });
}

function* permittedChecks(target: Target, credentials: Credentials): Generator<Check> {
  const { example, schema } = target.contract;
  const { caller, authorize } = permitted(target, credentials);
  yield {
    route: target.label,
    caller,
    expected: "200, an answer",
    request: () => authorize(requestOf(target, example.request)),
    findFault: (answer) => unlessSuccess(answer) ?? findShapeFault(parseJson(answer.body), example.answer),
    isTransient: ({ status }) => status === 403,
  };
  yield* bytesChecks(target, caller, authorize);
  // Behind a function URL, only the handler validates a request. The rules of a handler in Python are not known here.
  if (target.kind === "function URL" && target.contract.python !== undefined) return;
  const { error } = schema.safeParse({});
  if (error === undefined) return;
  const missing = [...new Set(error.issues.map(({ path: [field] }) => String(field)))];
  yield {
    route: target.label,
    caller: `${caller}, without ${missing.join(", ")}`,
    expected: namesWrongFields(target) ? "400, names the field" : "400, a problem",
    request: () => authorize(requestOf(target, {})),
    findFault: (answer) =>
      unlessStatus(answer, 400) ??
      unlessProblem(answer) ??
      (namesWrongFields(target) ? unlessNamed(answer, missing) : undefined),
    isTransient: ({ status }) => status === 403,
  };
}

/** The check that sends the bytes of the example themselves, in addition to the example as JSON. */
function* bytesChecks(
  { label, url, contract }: Target,
  caller: string,
  authorize: Authorize,
): Generator<Check> {
  const sent = exampleBytesOf(contract);
  if (sent === undefined) return;
  const { contentType, accept, bytes } = sent;
  yield {
    route: label,
    caller: `${caller}, ${contentType}`,
    expected: `200, ${accept}`,
    request: () =>
      authorize({
        method: contract.route.method,
        url,
        headers: { "content-type": contentType, accept },
        body: bytes,
      }),
    findFault: (answer) => unlessSuccess(answer) ?? findAnswerFault(answer, sent, contract),
    isTransient: ({ status }) => status === 403,
  };
}

/**
 * Whether the answer to a malformed request names the wrong field. The handler names the field, and API Gateway names a
 * missing query parameter. For a body that does not match the request model, API Gateway has one text for the whole
 * API. This text must not describe a private route.
 */
function namesWrongFields({ kind, contract }: Target): boolean {
  return kind === "function URL" || contract.route.method === "GET";
}

function permitted(target: Target, { aws, apiKey }: Credentials): { caller: string; authorize: Authorize } {
  switch (target.access) {
    case "PUBLIC":
      return { caller: "anyone", authorize: unauthorized };
    case "API_KEY":
      return { caller: "with the key", authorize: withKey(required(apiKey)) };
    case "AWS_IAM":
      return { caller: "signed", authorize: signed(target, aws, withSignature) };
  }
}

/** A public route has no unauthorized callers. */
function unauthorizedCallersOf(
  target: Target,
  { aws }: Credentials,
): [caller: string, authorize: Authorize][] {
  switch (target.access) {
    case "PUBLIC":
      return [];
    case "API_KEY":
      return [
        ["without a key", unauthorized],
        ["with a wrong key", withWrongKey],
      ];
    case "AWS_IAM":
      return [
        ["unsigned", unauthorized],
        ["with a forged signature", signed(target, aws, withForgedSignature)],
      ];
  }
}

function unauthorizedChecks(target: Target, credentials: Credentials): Check[] {
  const { example } = target.contract;
  return unauthorizedCallersOf(target, credentials).map(([caller, authorize]) => ({
    route: target.label,
    caller,
    // Lambda itself answers an unauthorized call of a function URL, without a problem document.
    expected: target.kind === "route" ? "403, a problem" : "403",
    request: () => authorize(requestOf(target, example.request)),
    findFault: (answer) =>
      unlessStatus(answer, 403) ?? (target.kind === "route" ? unlessProblem(answer) : undefined),
    isTransient: () => true,
  }));
}

function required<T>(credential: T | undefined): T {
  if (credential === undefined) throw new Error("got no credential of a permitted caller");
  return credential;
}

function signed(
  { kind, environment }: Target,
  credentials: AwsCredentials | undefined,
  sign: typeof withSignature,
): Authorize {
  const service: SignedService = kind === "route" ? "execute-api" : "lambda";
  return sign(required(credentials), service, environment.region);
}

/**
 * The preflight request of a page that may call the route: a page of the allowed origin, or any page if CORS allows
 * every origin.
 */
function preflightCheck(target: Target): Check {
  const { label, contract, origin } = target;
  const { method } = contract.route;
  const pageOrigin = origin === undefined || origin === "*" ? "https://www.example.com" : origin;
  const allowedPages = origin === "*" ? "any page" : (origin ?? "one origin");
  return {
    route: label,
    caller: "a page's preflight",
    expected: `2xx, allows ${method} to ${allowedPages}`,
    request: () => preflightOf(target, pageOrigin),
    findFault: ({ status, headers }) => {
      if (status < 200 || status > 299) return "not 2xx";
      const allowed = headers.get("access-control-allow-origin");
      if (allowed === null) return "allows no origin";
      if (origin !== undefined && allowed !== origin) return "allows another origin";
      const methods = listOf(headers, "access-control-allow-methods");
      if (![method.toLowerCase(), "*"].some((one) => methods.includes(one)))
        return `does not allow ${method}`;
      // `*` does not replace the names of the headers, because `*` excludes authorization
      // (https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name).
      const names = listOf(headers, "access-control-allow-headers");
      const refused = headersOfPage(target).filter((name) => !names.includes(name));
      return refused.length > 0 ? `does not allow ${refused.join(", ")}` : undefined;
    },
    isTransient: () => true,
  };
}

/** The preflight request of a page of another origin, if CORS does not allow every origin. */
function foreignPreflightChecks(target: Target): Check[] {
  const { label, origin } = target;
  if (origin === "*") return [];
  const foreign = "https://foreign.example.com";
  return [
    {
      route: label,
      caller: "a foreign page's preflight",
      expected: "does not allow it",
      request: () => preflightOf(target, foreign),
      findFault: ({ status, headers }) => {
        if (status === 429 || status >= 500) return "proves nothing";
        const allowed = headers.get("access-control-allow-origin") ?? "";
        return ["*", foreign].includes(allowed) ? "allows it" : undefined;
      },
      isTransient: () => true,
    },
  ];
}

function preflightOf(target: Target, origin: string): HttpRequest {
  const { method } = target.contract.route;
  const names = headersOfPage(target).join(",");
  return {
    method: "OPTIONS",
    url: target.url,
    headers: {
      origin,
      "access-control-request-method": method,
      ...(names === "" ? {} : { "access-control-request-headers": names }),
    },
  };
}

/** The request headers that a page may send only with permission, in lower case and sorted. */
function headersOfPage({ contract, access }: Target): string[] {
  const ofAccess = {
    PUBLIC: [],
    API_KEY: ["x-api-key"],
    AWS_IAM: ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"],
  }[access];
  const ofBody = contract.route.method === "POST" ? ["content-type"] : [];
  return [...new Set([...ofAccess, ...ofBody, ...(contract.callerHeaders ?? [])])].sort();
}

/** The items of a comma-separated header, in lower case. */
function listOf(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? "")
    .toLowerCase()
    .split(",")
    .map((item) => item.trim());
}

function requestOf({ url, contract }: Target, request: unknown): HttpRequest {
  const { method } = contract.route;
  if (method === "POST") {
    // Without Accept, a function URL of a contract with binary answers would answer with the bytes.
    const accept = contract.answerTypes === undefined ? {} : { accept: "application/json" };
    const headers = { "content-type": "application/json", ...accept };
    return { method, url, headers, body: JSON.stringify(request) };
  }
  const query = Object.entries(request as Readonly<Record<string, string>>)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
  return { method, url: query === "" ? url : `${url}?${query}`, headers: {} };
}

/** The statuses of success that `CallerResponse` allows. */
const SUCCESS = [200, 201, 202, 203, 206];

function unlessSuccess(answer: HttpAnswer): string | undefined {
  return SUCCESS.includes(answer.status) ? undefined : unlessStatus(answer, 200);
}

function unlessStatus({ status }: HttpAnswer, expected: number): string | undefined {
  return status === expected ? undefined : `not ${expected}`;
}

function unlessProblem({ headers, body }: HttpAnswer): string | undefined {
  const [mediaType] = (headers.get("content-type") ?? "").split(";");
  if (mediaType !== "application/problem+json") return "no application/problem+json";
  return detailOf(body) === undefined ? "a problem without detail" : undefined;
}

function unlessNamed({ body }: HttpAnswer, fields: readonly string[]): string | undefined {
  const words = (detailOf(body) ?? "").split(/[^\w-]+/);
  return fields.some((field) => words.includes(field)) ? undefined : "does not name the field";
}

function detailOf(body: string): string | undefined {
  const document = parseJson(body);
  if (typeof document !== "object" || document === null || !("detail" in document)) return undefined;
  return typeof document.detail === "string" ? document.detail : undefined;
}
