import type { Credentials } from "aws4";
import { percentEncode } from "../aws/percent-encode";
import type { ParsedEnvironment } from "../environment/environment";
import type { RouteAccess } from "../environment/model-settings";
import type { Model, Models } from "../models";
import { parseJson } from "../runtime/json";
import { findMisfit } from "./answer-shape";
import { exampleBytesOf, findAnswerFault } from "./bytes";
import {
  type Authorize,
  impostorOf,
  type SignedService,
  signing,
  unauthorized,
  withKey,
  withWrongKey,
} from "./caller";
import type { Deployed } from "./deployed";
import type { HttpAnswer, HttpRequest } from "./http";

/** One request, and what must come of it. */
export interface Check {
  /** What is called, e.g. `POST /iris`. */
  readonly route: string;
  /** Who calls, and what is peculiar about it. */
  readonly caller: string;
  /** What must come, in a few words. */
  readonly expected: string;
  /** Made anew for each try: signatures age. */
  readonly request: () => HttpRequest;
  /** What is wrong with an answer, without a word of it; `undefined` where it is as expected. */
  readonly findFault: (answer: HttpAnswer) => string | undefined;
  /** Whether an answer that is not expected can be that of a moment: new deployments, keys and policies take seconds. */
  readonly canSettle: (answer: HttpAnswer) => boolean;
}

/** What callers identify themselves with. */
export interface Means {
  /** Where {@link needsCredentials}. */
  readonly credentials: Credentials | undefined;
  /** Where {@link needsApiKey}. */
  readonly apiKey: string | undefined;
}

/** Whether anything of an environment wants signed requests. */
export function needsCredentials({ models }: ParsedEnvironment): boolean {
  return Object.values(models).some(
    ({ access, functionUrl }) => access === "AWS_IAM" || functionUrl !== undefined,
  );
}

/** Whether anything of an environment wants the API key. */
export function needsApiKey({ models }: ParsedEnvironment): boolean {
  return Object.values(models).some(({ access }) => access === "API_KEY");
}

/** Where one model is called. */
interface Target {
  readonly environment: ParsedEnvironment;
  /** The model's name. */
  readonly model: string;
  readonly contract: Model;
  readonly label: string;
  readonly url: string;
  readonly kind: "route" | "function URL";
  readonly access: RouteAccess;
  /** The origin whose pages may ask; `*` for every one, `undefined` where it is not known. */
  readonly origin: string | undefined;
}

/** Everything that is asked of an environment. */
export function checksOf(
  environment: ParsedEnvironment,
  deployed: Deployed,
  means: Means,
  models: Models,
): readonly Check[] {
  return targetsOf(environment, deployed, models).flatMap((target) => [
    ...permittedChecks(target, means),
    ...strangerChecks(target, means),
    preflightCheck(target),
    ...foreignPreflightChecks(target),
  ]);
}

function targetsOf(environment: ParsedEnvironment, deployed: Deployed, models: Models): Target[] {
  const { stage, website } = environment;
  const origin = website === undefined ? stage.corsAllowOrigin : deployed.websiteOrigin;
  return Object.entries(environment.models).flatMap(([model, settings]) => {
    const contract = models[model];
    if (contract === undefined) return [];
    const { method, path } = contract.route;
    const url = deployed.functionUrls.get(model);
    return [
      {
        environment,
        model,
        contract,
        label: `${method} ${path}`,
        url: `${deployed.stageUrl}${path}`,
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

function* permittedChecks(target: Target, means: Means): Generator<Check> {
  const { example, schema } = target.contract;
  const { caller, authorize } = permitted(target, means);
  yield {
    route: target.label,
    caller,
    expected: "200, an answer",
    request: () => authorize(requestOf(target, example.request)),
    findFault: (answer) => unlessSuccess(answer) ?? findMisfit(parseJson(answer.body), example.answer),
    canSettle: ({ status }) => status === 403,
  };
  yield* bytesChecks(target, caller, authorize);
  // Behind a function URL, nothing but the handler validates a request, and a handler in Python has rules of its own.
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
    canSettle: ({ status }) => status === 403,
  };
}

/** The example as the body itself, beside its JSON. */
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
    canSettle: ({ status }) => status === 403,
  };
}

/**
 * Whether the refusal of a malformed request names the wrong field. The handler does, and API Gateway does for a query.
 * For a body that does not match the request model, API Gateway has one text for the whole API, which describes no
 * private route.
 */
function namesWrongFields({ kind, contract }: Target): boolean {
  return kind === "function URL" || contract.route.method === "GET";
}

function permitted(target: Target, { credentials, apiKey }: Means): { caller: string; authorize: Authorize } {
  switch (target.access) {
    case "PUBLIC":
      return { caller: "anybody", authorize: unauthorized };
    case "API_KEY":
      return { caller: "with the key", authorize: withKey(given(apiKey)) };
    case "AWS_IAM":
      return { caller: "signed", authorize: signed(target, given(credentials)) };
  }
}

/** A route that is open to everybody has no strangers. */
function strangersOf(target: Target, { credentials }: Means): [caller: string, authorize: Authorize][] {
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
        ["wrongly signed", signed(target, impostorOf(given(credentials)))],
      ];
  }
}

function strangerChecks(target: Target, means: Means): Check[] {
  const { example } = target.contract;
  return strangersOf(target, means).map(([caller, authorize]) => ({
    route: target.label,
    caller,
    // A function URL refuses in Lambda's own words.
    expected: target.kind === "route" ? "403, a problem" : "403",
    request: () => authorize(requestOf(target, example.request)),
    findFault: (answer) =>
      unlessStatus(answer, 403) ?? (target.kind === "route" ? unlessProblem(answer) : undefined),
    canSettle: () => true,
  }));
}

function given<T>(means: T | undefined): T {
  if (means === undefined) throw new Error("the means of a caller were not asked for");
  return means;
}

function signed({ kind, environment }: Target, credentials: Credentials): Authorize {
  const service: SignedService = kind === "route" ? "execute-api" : "lambda";
  return signing(credentials, service, environment.region);
}

/** What a page asks before it sends the request: one of the origin, or of any where any may ask. */
function preflightCheck(target: Target): Check {
  const { label, contract, origin } = target;
  const { method } = contract.route;
  const asking = origin === undefined || origin === "*" ? "https://www.example.com" : origin;
  const admitted = origin === "*" ? "any page" : (origin ?? "one origin");
  return {
    route: label,
    caller: "a page's preflight",
    expected: `2xx, allows ${method} to ${admitted}`,
    request: () => preflightOf(target, asking),
    findFault: ({ status, headers }) => {
      if (status < 200 || status > 299) return "not 2xx";
      const allowed = headers.get("access-control-allow-origin");
      if (allowed === null) return "allows no origin";
      if (origin !== undefined && allowed !== origin) return "allows another origin";
      const methods = listOf(headers, "access-control-allow-methods");
      if (![method.toLowerCase(), "*"].some((one) => methods.includes(one)))
        return `does not allow ${method}`;
      // No `*` here: it does not stand for authorization (https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name).
      const names = listOf(headers, "access-control-allow-headers");
      const refused = headersOfPage(target).filter((name) => !names.includes(name));
      return refused.length > 0 ? `does not allow ${refused.join(", ")}` : undefined;
    },
    canSettle: () => true,
  };
}

/** Where not every page may ask, one of somebody else may not. */
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
        if (status === 429 || status >= 500) return "tells nothing";
        const allowed = headers.get("access-control-allow-origin") ?? "";
        return ["*", foreign].includes(allowed) ? "allows it" : undefined;
      },
      canSettle: () => true,
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

/** Names of the headers that a page's request has beyond those that every page may send, in lower case and sorted. */
function headersOfPage({ contract, access }: Target): string[] {
  const ofAccess = {
    PUBLIC: [],
    API_KEY: ["x-api-key"],
    AWS_IAM: ["authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"],
  }[access];
  const ofBody = contract.route.method === "POST" ? ["content-type"] : [];
  return [...new Set([...ofAccess, ...ofBody, ...(contract.callerHeaders ?? [])])].sort();
}

/** The items of a header that is a list, in lower case. */
function listOf(headers: Headers, name: string): string[] {
  return (headers.get(name) ?? "")
    .toLowerCase()
    .split(",")
    .map((item) => item.trim());
}

function requestOf({ url, contract }: Target, request: unknown): HttpRequest {
  const { method } = contract.route;
  if (method === "POST") {
    // Without Accept, a function URL would answer the bytes of a contract that answers bytes.
    const accept = contract.answerTypes === undefined ? {} : { accept: "application/json" };
    const headers = { "content-type": "application/json", ...accept };
    return { method, url, headers, body: JSON.stringify(request) };
  }
  const query = Object.entries(request as Readonly<Record<string, string>>)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
  return { method, url: query === "" ? url : `${url}?${query}`, headers: {} };
}

/** Statuses of success that a contract can answer with: `CallerResponse`. */
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
