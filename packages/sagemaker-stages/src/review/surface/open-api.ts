import * as z from "zod";
import { GATEWAY_TIMEOUT_IN_SECONDS } from "../../aws/time-budget";
import { isSame } from "../reading/values";
import { type Authorization, operationSecurity, readAuthorization, securityScheme } from "./authorization";
import type { Cors, TargetName, TransferState } from "./change";
import { cors, NO_CORS } from "./cors";

/** One method of one path. */
export interface Route {
  /** E.g. `POST`; `ANY` for every method without its own operation. */
  readonly method: string;
  readonly path: string;
  readonly authorization: Authorization;
  readonly target: Target;
  /** How API Gateway sends the answer, and how long it waits. */
  readonly transfer: TransferState;
}

/** What a route invokes. */
export interface Target extends TargetName {
  /** Everything that determines what is invoked and with whose permissions, for comparison. */
  readonly key: string;
}

/** The surface that an API's document describes. */
export interface ApiSurface {
  /** By name, e.g. `POST /ticket-urgency`; without preflight requests, which API Gateway answers. */
  readonly routes: ReadonlyMap<string, Route>;
  /** CORS of preflight requests, by path. */
  readonly cors: ReadonlyMap<string, Cors>;
  /** CORS of responses that API Gateway generates, e.g. errors. */
  readonly gatewayResponsesCors: Cors;
}

const ANY = "x-amazon-apigateway-any-method";

const METHODS = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace", ANY]);

const responseParameters = z.optional(z.record(z.string(), z.string()));
const responseTemplates = z.optional(z.record(z.string(), z.string()));

const operation = z.object({
  ...operationSecurity.shape,
  "x-amazon-apigateway-integration": z.optional(
    z.object({
      type: z.optional(z.string()),
      uri: z.optional(z.string()),
      credentials: z.optional(z.string()),
      connectionId: z.optional(z.string()),
      httpMethod: z.optional(z.string()),
      // A value of another type does not make the document unreadable.
      timeoutInMillis: z.optional(z.unknown()),
      responseTransferMode: z.optional(z.unknown()),
      responses: z.optional(z.record(z.string(), z.object({ responseParameters, responseTemplates }))),
    }),
  ),
});

const schemes = z.optional(z.record(z.string(), securityScheme));

const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.optional(z.object({ securitySchemes: schemes })),
  // OpenAPI 2.0, which API Gateway accepts, too.
  securityDefinitions: schemes,
  "x-amazon-apigateway-api-key-source": z.optional(z.string()),
  "x-amazon-apigateway-gateway-responses": z.optional(z.record(z.string(), z.object({ responseParameters }))),
});

/**
 * Reads the surface from an API's document; undefined where the document is not OpenAPI in JSON.
 *
 * @param ownAuthorizer - see {@link ownAuthorizerUri}. Default: the effect of every function that authorizes callers is
 * undetermined
 */
export function readSurface(body: string, ownAuthorizer?: string): ApiSurface | undefined {
  const parsed = document.safeParse(json(body));
  if (!parsed.success) return undefined;
  const { paths, components, securityDefinitions } = parsed.data;
  const known = { ...securityDefinitions, ...components?.securitySchemes };

  const routes = new Map<string, Route>();
  const preflights = new Map<string, Cors>();
  for (const [path, item] of Object.entries(paths)) {
    // References to other documents are not supported.
    if (Object.hasOwn(item, "$ref")) return undefined;
    for (const [key, value] of Object.entries(item)) {
      if (!METHODS.has(key.toLowerCase())) continue;
      const read = operation.safeParse(value);
      if (!read.success) return undefined;
      const method = key === ANY ? "ANY" : key.toUpperCase();
      const integration = read.data["x-amazon-apigateway-integration"];
      if (method === "OPTIONS" && integration?.type?.toLowerCase() === "mock") {
        const answers = Object.values(integration.responses ?? {});
        preflights.set(path, corsOf(answers, "method.response.header."));
      } else {
        const authorization = readAuthorization(
          read.data,
          known,
          ownAuthorizer,
          parsed.data["x-amazon-apigateway-api-key-source"],
        );
        routes.set(`${method} ${path}`, {
          method,
          path,
          authorization,
          target: targetOf(integration),
          transfer: transferOf(integration),
        });
      }
    }
  }
  const own = Object.values(parsed.data["x-amazon-apigateway-gateway-responses"] ?? {});
  return { routes, cors: preflights, gatewayResponsesCors: corsOf(own, "gatewayresponse.header.") };
}

/** API Gateway invokes a SageMaker endpoint without a function. */
const ENDPOINT = /:runtime\.sagemaker:path\/\/?endpoints\/([\w-]+)\/invocations$/;

type Integration = z.infer<typeof operation>["x-amazon-apigateway-integration"];

function transferOf({ timeoutInMillis, responseTransferMode }: NonNullable<Integration> = {}): TransferState {
  return {
    kind: "transfer",
    isStreamed: typeof responseTransferMode === "string" && responseTransferMode.toUpperCase() === "STREAM",
    timeoutInSeconds:
      typeof timeoutInMillis === "number" ? timeoutInMillis / 1000 : GATEWAY_TIMEOUT_IN_SECONDS,
  };
}

/** The URI of a streamed integration as the URI of a buffered integration, which invokes the same function. */
function bufferedUri(uri: string): string {
  return uri.replace(
    /:lambda:path\/2021-11-15\/functions\/(.+)\/response-streaming-invocations$/,
    ":lambda:path/2015-03-31/functions/$1/invocations",
  );
}

function targetOf(integration: Integration): Target {
  const { type, uri, credentials, connectionId, httpMethod } = integration ?? {};
  const [, name] = /:function:([\w-]+)/.exec(uri ?? "") ?? [];
  const [, endpoint] = ENDPOINT.exec(uri ?? "") ?? [];
  const invoked =
    name !== undefined
      ? ({ kind: "function", name } as const)
      : endpoint !== undefined
        ? ({ kind: "endpoint", name: endpoint } as const)
        : ({ kind: "other", ...(type === undefined ? {} : { name: type }) } as const);
  return {
    ...invoked,
    hasRole: credentials !== undefined,
    // Another version of the same function is the same target.
    key: JSON.stringify([
      type?.toLowerCase(),
      uri && bufferedUri(uri).replace(/(:function:[\w-]+):[\w$-]+/, "$1"),
      credentials,
      connectionId,
      httpMethod,
    ]),
  };
}

/** The surface of an API without a document: its methods are separate resources. */
export const NO_ROUTES: ApiSurface = { routes: new Map(), cors: new Map(), gatewayResponsesCors: NO_CORS };

/** The route that answers a request: the route, else `ANY` of its path, else the longest `{proxy+}` above it. */
export function answeringRoute(
  { routes }: ApiSurface,
  { method, path }: Pick<Route, "method" | "path">,
): Route | undefined {
  const greedy = [...routes.values()]
    .map((route) => route.path)
    .filter((one) => one.endsWith("+}") && path.startsWith(one.slice(0, one.lastIndexOf("{"))))
    .sort((a, b) => b.length - a.length);
  for (const candidate of [path, ...greedy]) {
    const route = routes.get(`${method} ${candidate}`) ?? routes.get(`ANY ${candidate}`);
    if (route !== undefined) return route;
  }
  return undefined;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // YAML, which API Gateway accepts, is not supported here.
    return undefined;
  }
}

interface Answer {
  readonly responseParameters?: Readonly<Record<string, string>> | undefined;
  readonly responseTemplates?: Readonly<Record<string, string>> | undefined;
}

/**
 * The origins that a template of the engine's stacks allows (`src/constructs/api/cors.ts`). Another template that sets the
 * header can allow any origin: this origin is known only at run time.
 */
function originsOfTemplate(template: string): readonly string[] {
  if (!SETS_ORIGIN.test(template)) return [];
  const lines = template.split("\n");
  const [, condition] = ONE_OF_ORIGINS.exec(lines[CONDITION_LINE] ?? "") ?? [];
  const others = lines.slice(0, NAMES_ORIGIN.length).filter((_, index) => index !== CONDITION_LINE);
  const isOfEngine =
    isSame(
      others,
      NAMES_ORIGIN.filter((_, index) => index !== CONDITION_LINE),
    ) && !lines.slice(NAMES_ORIGIN.length).some((line) => SETS_ORIGIN.test(line));
  if (condition === undefined || !isOfEngine) return ["known at run time"];
  return [...condition.matchAll(/== "([^"]*)"/g)].flatMap(([, origin = ""]) => [origin]);
}

const SETS_ORIGIN = /responseOverride\.header\.access-control-allow-origin\b/i;
const ONE_OF_ORIGINS = /^#if\((\$origin == "[^"$#\\]*"(?: \|\| \$origin == "[^"$#\\]*")*)\)$/;
const CONDITION_LINE = 4;
const NAMES_ORIGIN = [
  `#set($origin = "$!input.params().header.get('Origin')")`,
  `#if($origin == "")`,
  `#set($origin = "$!input.params().header.get('origin')")`,
  "#end",
  "",
  "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)",
  "#end",
];

function corsOf(answers: readonly Answer[], prefix: string): Cors {
  const headers = answers.flatMap(({ responseParameters: mapped = {} }) =>
    Object.entries(mapped).map(([name, value]) => [name.toLowerCase(), literal(value)] as const),
  );
  const valuesOf = (header: string) =>
    headers
      .filter(([name]) => name === `${prefix}access-control-allow-${header}`)
      .flatMap(([, value]) => value);
  return cors(
    [
      ...valuesOf("origin"),
      ...answers.flatMap(({ responseTemplates = {} }) =>
        Object.values(responseTemplates).flatMap(originsOfTemplate),
      ),
    ],
    valuesOf("methods").map((method) => method.toUpperCase()),
    valuesOf("credentials").some((value) => value !== "false"),
  );
}

/** `'a,b'` is two values. The value of a mapping is only known at run time. */
function literal(value: string): readonly string[] {
  const [, text] = /^'(.*)'$/s.exec(value) ?? [];
  return text === undefined ? ["known at run time"] : text.split(",").map((one) => one.trim());
}
