import type { Credentials as AwsCredentials } from "aws4";
import { percentEncode } from "../aws/percent-encode";
import { asyncOf } from "../environment/async-requests";
import type { ParsedEnvironment } from "../environment/environment";
import { type AccessKind, accessKind } from "../environment/model-settings";
import { originsOf } from "../environment/settings/cors-origins";
import { transferOf } from "../environment/transfer";
import { type Model, type Models, streamedRequestOf } from "../models";
import { parseJson } from "../runtime/json";
import { findShapeFault } from "./answer-shape";
import { exampleBytesOf, findAnswerFault } from "./bytes";
import {
  type Authorize,
  type SignedService,
  unauthorized,
  WRONG_KEY,
  withBearerKey,
  withForgedSignature,
  withKey,
  withSignature,
  withToken,
} from "./credentials";
import type { CustomerKey } from "./customer-keys";
import { SmokeTestError } from "./errors";
import type { HttpAnswer, HttpRequest } from "./http";
import type { StackOutputs } from "./stack-outputs";
import { findStreamFault } from "./stream";

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
  /**
   * The request that reads the model's answer after an answer of an asynchronous route; `undefined` for another answer. The test
   * repeats this request until the model has answered.
   *
   * @default - the route answers at once
   */
  readonly nextRequest?: ((answer: HttpAnswer) => (() => HttpRequest) | undefined) | undefined;
  /** Seconds that API Gateway waits for the answer. @default 29 */
  readonly timeoutInSeconds?: number;
  /** Whether the answer is a stream, whose first part arrives before the end. @default false */
  readonly isStream?: boolean;
}

/** The credentials of the permitted callers. */
export interface Credentials {
  /** The credentials for signatures. Defined if {@link needsCredentials} returns true. */
  readonly aws: AwsCredentials | undefined;
  /** The API key. Defined if {@link needsApiKey} returns true. */
  readonly apiKey: string | undefined;
  /** Keys of the environment's customers; empty for an environment without customers. */
  readonly customerKeys: readonly CustomerKey[];
  /** The tokens by model. A route that requires a token is called with a token only if its model has one. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Forged tokens by model, for each model whose route requires a token: see {@link forgeTokens}. */
  readonly forgedTokens: ReadonlyMap<string, string>;
}

/** The models of an environment whose routes require a token. */
export function modelsWithTokens({ models }: ParsedEnvironment): string[] {
  return Object.entries(models).flatMap(([model, { access }]) =>
    isToken(accessKind(access)) ? [model] : [],
  );
}

function isToken(access: AccessKind): access is "COGNITO" | "JWT" {
  return access === "COGNITO" || access === "JWT";
}

/** Whether a route or a function URL of an environment requires signed requests. */
export function needsCredentials({ models }: ParsedEnvironment): boolean {
  return Object.values(models).some(
    ({ access, functionUrl }) => access === "AWS_IAM" || functionUrl !== undefined,
  );
}

/** Whether a route of an environment requires the shared API key. */
export function needsApiKey({ models, customers }: ParsedEnvironment): boolean {
  return (
    Object.keys(customers).length === 0 && Object.values(models).some(({ access }) => access === "API_KEY")
  );
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
  readonly access: AccessKind;
  /** The known origins that CORS allows; `*` means every origin, `undefined` means one origin that is unknown. */
  readonly origins: readonly (string | undefined)[];
  /** Whether the route answers with the address of the model's answer. */
  readonly isAsync: boolean;
  /** Whether CORS allows several origins, so that an answer names the origin of its request. */
  readonly hasSeveralOrigins: boolean;
  /** Whether the answer of the URL is sent in parts. */
  readonly isStreamed: boolean;
  /** Seconds that the URL waits for the answer. */
  readonly timeoutInSeconds: number;
}

/** The checks of every route and function URL of an environment. */
export function checksOf(
  environment: ParsedEnvironment,
  outputs: StackOutputs,
  credentials: Credentials,
  models: Models,
): readonly Check[] {
  const targets = targetsOf(environment, outputs, models);
  return [
    ...targets.flatMap((target) => [
      ...permittedChecks(target, credentials),
      ...unauthorizedChecks(target, credentials),
      ...target.origins.map((origin) => preflightCheck(target, origin)),
      ...foreignPreflightChecks(target),
      ...originChecks(target, credentials),
    ]),
    ...credentials.customerKeys.flatMap((key) => checksOfKey(key, environment, targets, credentials)),
    ...disabledAddressChecks(targets, outputs),
  ];
}

/**
 * The check that a permitted caller of a model's route gets an answer.
 *
 * @param model - the name of a model of the environment
 * @returns `undefined` if the route requires a token, and the credentials have no token of the model
 */
export function routeCheckOf(
  environment: ParsedEnvironment,
  outputs: StackOutputs,
  credentials: Credentials,
  models: Models,
  model: string,
): Check | undefined {
  const target = targetsOf(environment, outputs, models).find(
    (candidate) => candidate.kind === "route" && candidate.model === model,
  );
  if (target === undefined || (isToken(target.access) && !credentials.tokens.has(model))) return undefined;
  const { caller, authorize } = permitted(target, credentials);
  return answerCheck(target, caller, authorize);
}

/**
 * The checks of a customer's key: the key opens one route of the customer, and does not open a route of another customer.
 * Each key has at most two checks, so that the test of many customers stays short, and uses little of their quotas.
 */
function checksOfKey(
  key: CustomerKey,
  { customers }: ParsedEnvironment,
  targets: readonly Target[],
  { customerKeys }: Credentials,
): Check[] {
  const bought = customers[key.customer]?.models ?? [];
  const routes = targets.filter(({ kind, access }) => kind === "route" && access === "API_KEY");
  const own = routes.find(({ model }) => bought.includes(model));
  const foreign = routes.find(({ model }) => !bought.includes(model));
  const caller = `with ${describeKey(key)}`;
  return [
    // The permitted checks of a route have the first key of the route.
    ...(own === undefined || keyOfCustomer(own, customerKeys) === key
      ? []
      : [answerCheck(own, caller, keyFor(own)(key.value))]),
    ...(foreign === undefined ? [] : [refusalCheck(foreign, caller, keyFor(foreign)(key.value), [403])]),
  ];
}

function describeKey({ customer, name }: CustomerKey): string {
  return name === undefined ? `the key of ${customer}` : `the key ${name} of ${customer}`;
}

/**
 * The check that the default address of an API with a domain name is disabled. API Gateway then answers before the API, so
 * that the answer is not a problem document of the API. The request contains no credentials.
 */
function disabledAddressChecks([target]: readonly Target[], { executeApiUrl }: StackOutputs): Check[] {
  if (target === undefined || executeApiUrl === undefined) return [];
  if (target.environment.stage.domain?.disableExecuteApiEndpoint !== true) return [];
  const { contract, label } = target;
  const atDefaultAddress = { ...target, url: `${executeApiUrl}${contract.route.path}` };
  return [
    {
      route: label,
      caller: "at the API's default address",
      expected: "403, not of the API",
      request: () => requestOf(atDefaultAddress, contract.example.request),
      findFault: (answer) =>
        unlessStatus(answer, 403) ??
        (unlessProblem(answer) === undefined ? "the API answers there" : undefined),
      isTransient: () => true,
    },
  ];
}

function targetsOf(environment: ParsedEnvironment, outputs: StackOutputs, models: Models): Target[] {
  const { origins, hasSeveralOrigins } = originsOfStage(environment, outputs);
  return Object.entries(environment.models).flatMap(([model, settings]) => {
    const contract = models[model];
    if (contract === undefined) return [];
    const { method, path } = contract.route;
    const url = outputs.functionUrls.get(model);
    const { isStreamed, timeoutInSeconds } = transferOf(settings, contract);
    const common = { environment, model, contract, isStreamed, timeoutInSeconds };
    return [
      {
        ...common,
        label: `${method} ${path}`,
        url: `${outputs.stageUrl}${path}`,
        kind: "route" as const,
        isAsync: asyncOf(settings) !== undefined,
        access: accessKind(settings.access),
        origins,
        hasSeveralOrigins,
      },
      ...(url === undefined
        ? []
        : [
            {
              ...common,
              label: `${method} ${model}'s function URL`,
              url,
              kind: "function URL" as const,
              isAsync: asyncOf(settings) !== undefined,
              access: "AWS_IAM" as const,
              origins: (settings.functionUrl?.corsAllowOrigins ?? []).slice(0, 1),
              hasSeveralOrigins: false,
            },
          ]),
    ];
  });
}

/**
 * The origin of the environment's page. Only the stack's outputs contain CloudFront's address of a page without a domain name.
 *
 * @returns `undefined` if the origin is unknown
 */
export function pageOriginOf(
  { website }: ParsedEnvironment,
  { websiteOrigin }: StackOutputs,
): string | undefined {
  return websiteOrigin ?? (website?.domain === undefined ? undefined : `https://${website.domain.name}`);
}

function originsOfStage(
  environment: ParsedEnvironment,
  outputs: StackOutputs,
): Pick<Target, "origins" | "hasSeveralOrigins"> {
  const own = originsOf(environment.stage.corsAllowOrigin);
  if (environment.website === undefined) return { origins: own, hasSeveralOrigins: own.length > 1 };
  const others = own.filter((origin) => origin !== "*");
  const page = pageOriginOf(environment, outputs);
  // A list refuses every origin that it does not contain, so that no request can prove an unknown origin.
  const origins = page === undefined && others.length > 0 ? others : [page, ...others];
  return { origins, hasSeveralOrigins: others.length > 0 };
}

function* permittedChecks(target: Target, credentials: Credentials): Generator<Check> {
  // Without a token, the report names the route.
  if (isToken(target.access) && !credentials.tokens.has(target.model)) return;
  const { schema } = target.contract;
  const { caller, authorize } = permitted(target, credentials);
  yield answerCheck(target, caller, authorize);
  yield* streamChecks(target, caller, authorize);
  yield* bytesChecks(target, caller, authorize);
  yield* unknownIdChecks(target, caller, authorize);
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

/** The check that a permitted caller gets an answer. */
function answerCheck(target: Target, caller: string, authorize: Authorize): Check {
  const { example } = target.contract;
  if (wantsStream(target, example.request)) return streamCheck(target, caller, authorize, example.request);
  return {
    route: target.label,
    caller,
    expected: target.isAsync ? "202, then 200, an answer" : "200, an answer",
    request: () => authorize(requestOf(target, example.request)),
    nextRequest: nextRequestOf(target, authorize),
    findFault: (answer) => unlessSuccess(answer) ?? findShapeFault(parseJson(answer.body), example.answer),
    isTransient: ({ status }) => status === 403,
    timeoutInSeconds: target.timeoutInSeconds,
  };
}

/** The check of a streamed answer, if the contract's example wants a whole answer. */
function* streamChecks(target: Target, caller: string, authorize: Authorize): Generator<Check> {
  const { contract, isStreamed } = target;
  if (!isStreamed || wantsStream(target, contract.example.request)) return;
  const request = streamedRequestOf(contract);
  if (request !== undefined) yield streamCheck(target, `${caller}, with a stream`, authorize, request);
}

/** Whether the route answers a request in a stream. */
function wantsStream({ contract, isStreamed }: Target, request: unknown): boolean {
  if (!isStreamed || contract.python !== undefined || contract.stream === undefined) return false;
  const { success, data } = contract.schema.safeParse(request);
  return success && (contract.stream.wants === undefined || contract.stream.wants(data));
}

/** The check that a permitted caller gets a complete stream. */
function streamCheck(target: Target, caller: string, authorize: Authorize, request: unknown): Check {
  const answerType = target.contract.python === undefined ? target.contract.stream?.answerType : undefined;
  return {
    route: target.label,
    caller,
    expected: `200, ${answerType}`,
    request: () => authorize(requestOf(target, request)),
    findFault: (answer) => unlessSuccess(answer) ?? findStreamFault(answer, answerType ?? ""),
    isTransient: ({ status }) => status === 403,
    timeoutInSeconds: target.timeoutInSeconds,
    isStream: true,
  };
}

/** Reads the address in the answer of an asynchronous route, and in the answers while the request waits. */
function nextRequestOf(
  { isAsync, url }: Target,
  authorize: Authorize,
  headers: HttpRequest["headers"] = {},
): Check["nextRequest"] {
  if (!isAsync) return undefined;
  return ({ status, headers: answered }) => {
    const location = answered.get("location");
    if (status !== 202 || location === null) return undefined;
    const address = new URL(location, url);
    // The credentials of the caller must not leave the stage.
    if (address.origin !== new URL(url).origin) return undefined;
    return () => authorize({ method: "GET", url: address.href, headers });
  };
}

/** The form of an id of an asynchronous request, which no request has. */
const UNKNOWN_ID = "smoke-test-smoke-test-smoke-test";

/** The check that an asynchronous route has no answer for an unknown id. */
function* unknownIdChecks(target: Target, caller: string, authorize: Authorize): Generator<Check> {
  const { isAsync, contract, url } = target;
  if (!isAsync) return;
  yield {
    route: `GET ${contract.route.path}/requests/{id}`,
    caller: `${caller}, an unknown id`,
    expected: "404, a problem",
    request: () =>
      authorize({ method: "GET", url: `${url.replace(/\/$/, "")}/requests/${UNKNOWN_ID}`, headers: {} }),
    findFault: (answer) => unlessStatus(answer, 404) ?? unlessProblem(answer),
    isTransient: ({ status }) => status === 403,
  };
}

/** The check that sends the bytes of the example themselves, in addition to the example as JSON. */
function* bytesChecks(target: Target, caller: string, authorize: Authorize): Generator<Check> {
  const { label, url, contract, timeoutInSeconds } = target;
  const sent = exampleBytesOf(contract);
  if (sent === undefined) return;
  const { contentType, accept, bytes } = sent;
  yield {
    route: label,
    caller: `${caller}, ${contentType}`,
    expected: target.isAsync ? `202, then 200, ${accept}` : `200, ${accept}`,
    nextRequest: nextRequestOf(target, authorize, { accept }),
    request: () =>
      authorize({
        method: contract.route.method,
        url,
        headers: { "content-type": contentType, accept },
        body: bytes,
      }),
    findFault: (answer) => unlessSuccess(answer) ?? findAnswerFault(answer, sent, contract),
    isTransient: ({ status }) => status === 403,
    timeoutInSeconds,
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

function permitted(
  target: Target,
  { aws, apiKey, customerKeys, tokens }: Credentials,
): { caller: string; authorize: Authorize } {
  switch (target.access) {
    case "COGNITO":
    case "JWT":
      return { caller: "with the token", authorize: withToken(required(tokens.get(target.model))) };
    case "PUBLIC":
      return { caller: "anyone", authorize: unauthorized };
    case "API_KEY":
      if (hasCustomers(target)) {
        const key = keyOfCustomer(target, customerKeys);
        return { caller: `with ${describeKey(key)}`, authorize: keyFor(target)(key.value) };
      }
      return { caller: "with the key", authorize: withKey(required(apiKey)) };
    case "AWS_IAM":
      return { caller: "signed", authorize: signed(target, aws, withSignature) };
  }
}

/** Adds a key to a request, in the header in which the authorizer or API Gateway reads the key. */
function keyFor(target: Target): (key: string) => Authorize {
  return isBearer(target) ? withBearerKey : withKey;
}

/** Whether the callers of a route send the key of a customer as a bearer token. */
function isBearer(target: Target): boolean {
  return hasCustomers(target) && target.contract.keyHeader === "authorization";
}

function hasCustomers({ environment: { customers } }: Target): boolean {
  return Object.keys(customers).length > 0;
}

/**
 * The key of a customer of the route.
 *
 * @throws SmokeTestError if SMOKE_API_KEYS contains no such key
 */
function keyOfCustomer(
  { label, model, environment: { customers } }: Target,
  customerKeys: readonly CustomerKey[],
): CustomerKey {
  const buyers = Object.entries(customers).flatMap(([name, { models }]) =>
    models.includes(model) ? [name] : [],
  );
  const key = customerKeys.find(({ customer }) => buyers.includes(customer));
  if (key !== undefined) return key;
  throw new SmokeTestError(
    `SMOKE_API_KEYS: got no key for ${label}; allowed: also the key of one of its customers: ${buyers.join(", ")}`,
  );
}

/** A public route has no unauthorized callers. */
function unauthorizedCallersOf(
  target: Target,
  { aws, forgedTokens }: Credentials,
): [caller: string, authorize: Authorize][] {
  switch (target.access) {
    case "COGNITO":
    case "JWT":
      return [
        ["without a token", unauthorized],
        ["with a forged token", withToken(required(forgedTokens.get(target.model)))],
      ];
    case "PUBLIC":
      return [];
    case "API_KEY":
      return [
        ["without a key", unauthorized],
        ["with a wrong key", keyFor(target)(WRONG_KEY)],
      ];
    case "AWS_IAM":
      return [
        ["unsigned", unauthorized],
        ["with a forged signature", signed(target, aws, withForgedSignature)],
      ];
  }
}

function unauthorizedChecks(target: Target, credentials: Credentials): Check[] {
  // An authorizer whose key is missing answers 401, in place of API Gateway's 403 for a missing key.
  const ofCustomers = target.access === "API_KEY" && hasCustomers(target);
  const statuses = ofCustomers ? [401, 403] : [isToken(target.access) ? 401 : 403];
  return unauthorizedCallersOf(target, credentials).map(([caller, authorize]) =>
    refusalCheck(target, caller, authorize, statuses),
  );
}

/** The check that a caller without permission is refused. */
function refusalCheck(
  target: Target,
  caller: string,
  authorize: Authorize,
  statuses: readonly number[],
): Check {
  const { example } = target.contract;
  const expected = statuses.join(" or ");
  return {
    route: target.label,
    caller,
    // Lambda itself answers an unauthorized call of a function URL, without a problem document.
    expected: target.kind === "route" ? `${expected}, a problem` : expected,
    request: () => authorize(requestOf(target, example.request)),
    findFault: (answer) =>
      (statuses.includes(answer.status) ? undefined : `not ${expected}`) ??
      (target.kind === "route" ? unlessProblem(answer) : undefined),
    isTransient: () => true,
  };
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
function preflightCheck(target: Target, origin: string | undefined): Check {
  const { label, contract } = target;
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
      // Otherwise a cache can answer a page of another origin with this answer.
      if (lacksVary(target, headers)) return "has no Vary: Origin";
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

/** An origin that no environment allows: `example.com` is reserved (https://www.rfc-editor.org/rfc/rfc2606#section-3). */
const FOREIGN_ORIGIN = "https://foreign.example.com";

/** Whether a cache can answer a page with the answer for a page of another origin. */
function lacksVary({ hasSeveralOrigins }: Target, headers: Headers): boolean {
  return hasSeveralOrigins && !listOf(headers, "vary").includes("origin");
}

/** The preflight request of a page of another origin, if CORS does not allow every origin. */
function foreignPreflightChecks(target: Target): Check[] {
  const { label, origins } = target;
  if (origins.includes("*")) return [];
  return [
    {
      route: label,
      caller: "a foreign page's preflight",
      expected: "does not allow it",
      request: () => preflightOf(target, FOREIGN_ORIGIN),
      findFault: ({ status, headers }) => {
        if (status === 429 || status >= 500) return "proves nothing";
        const allowed = headers.get("access-control-allow-origin") ?? "";
        if (["*", FOREIGN_ORIGIN].includes(allowed)) return "allows it";
        return lacksVary(target, headers) ? "has no Vary: Origin" : undefined;
      },
      isTransient: () => true,
    },
  ];
}

/**
 * An answer names the origin of its request if several origins are allowed and one of them is this origin. An answer to a page
 * of another origin names no origin. A handler in Python names the origin with its own code, so that a preflight does not
 * prove this.
 */
function originChecks(target: Target, credentials: Credentials): Check[] {
  const { label, origins, contract, kind, hasSeveralOrigins } = target;
  if (kind !== "route" || !hasSeveralOrigins) return [];
  if (isToken(target.access) && !credentials.tokens.has(target.model)) return [];
  const { caller, authorize } = permitted(target, credentials);
  const checkOf = (origin: string, page: string, allowed: string | null): Check => ({
    route: label,
    caller: `${caller}, from a ${page}`,
    expected: allowed === null ? "200, names no origin" : "200, names the origin",
    request: () => {
      const request = requestOf(target, contract.example.request);
      return authorize({ ...request, headers: { ...request.headers, origin } });
    },
    findFault: (answer) => {
      const failed = unlessSuccess(answer);
      if (failed !== undefined) return failed;
      const named = answer.headers.get("access-control-allow-origin");
      if (named !== allowed) {
        return allowed === null ? "names an origin" : "does not name the origin of the request";
      }
      return lacksVary(target, answer.headers) ? "has no Vary: Origin" : undefined;
    },
    isTransient: ({ status }) => status === 403,
    timeoutInSeconds: target.timeoutInSeconds,
  });
  return [
    ...origins.flatMap((origin) =>
      origin === undefined ? [] : [checkOf(origin, `page of ${origin}`, origin)],
    ),
    checkOf(FOREIGN_ORIGIN, "foreign page", null),
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
function headersOfPage(target: Target): string[] {
  const { contract, access } = target;
  const ofAccess = {
    PUBLIC: [],
    API_KEY: [isBearer(target) ? "authorization" : "x-api-key"],
    COGNITO: ["authorization"],
    JWT: ["authorization"],
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
