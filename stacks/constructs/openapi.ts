import { type core, toJSONSchema } from "zod";
import type { RouteAccess } from "../../environments/environment";
import type { About, Contract } from "../../functions/shared/contract";
import { gatewayResponses } from "./gateway-responses";

/** A contract of which only the caller's side matters. */
export type RouteContract = Pick<Contract<unknown, unknown>, "model" | "route"> &
  About<unknown, unknown> & { readonly schema: core.$ZodType };

/** One route of the API. */
export interface OpenApiRoute {
  readonly contract: RouteContract;
  /** Who may call it. */
  readonly access: RouteAccess;
  /** ARN of the function behind it. */
  readonly functionArn: string;
}

/** What the document is made from. */
export interface OpenApiProps {
  /** Title of the API. */
  readonly title: string;
  readonly region: string;
  readonly partition: string;
  readonly routes: readonly OpenApiRoute[];
  /** Value of Access-Control-Allow-Origin. */
  readonly corsAllowOrigin: string;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Milliseconds that API Gateway waits for the function: its limit unless AWS raises it
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
 */
const INTEGRATION_TIMEOUT_IN_MILLIS = 29_000;

/** Seconds that a browser remembers a preflight. */
const PREFLIGHT_MAX_AGE_IN_SECONDS = 600;

/** Headers with which the three kinds of caller say who they are and what they send. */
const CORS_ALLOW_HEADERS = "accept,authorization,content-type,x-amz-date,x-amz-security-token,x-api-key";

const VALIDATOR = "body";

/**
 * The API as one OpenAPI 3.0 document with API Gateway's extensions: routes, request models, authorization,
 * CORS preflight and gateway responses. It is what the REST API is made from, and what clients can read.
 */
export function openApi(props: OpenApiProps): Json {
  const accesses = new Set(props.routes.map((route) => route.access));
  return {
    openapi: "3.0.1",
    info: { title: props.title, version: "1.0.0" },
    paths: Object.fromEntries(
      props.routes.map((route) => [route.contract.route.path, pathItem(route, props)]),
    ),
    components: {
      schemas: Object.fromEntries(
        props.routes.map(({ contract }) => [requestModelName(contract.model), requestModel(contract.schema)]),
      ),
      ...(accesses.has("AWS_IAM") || accesses.has("API_KEY")
        ? { securitySchemes: securitySchemes(accesses) }
        : {}),
    },
    "x-amazon-apigateway-request-validators": {
      [VALIDATOR]: { validateRequestBody: true, validateRequestParameters: false },
    },
    "x-amazon-apigateway-gateway-responses": gatewayResponses(
      props.corsAllowOrigin,
      props.routes.map(
        ({ contract: { route, allowed } }) => `${route.method} ${route.path} takes ${allowed}`,
      ),
    ) as unknown as Json,
  };
}

function pathItem(route: OpenApiRoute, { region, partition, corsAllowOrigin }: OpenApiProps): Json {
  const { contract, access, functionArn } = route;
  return {
    [contract.route.method.toLowerCase()]: {
      operationId: contract.model,
      summary: contract.title,
      description: contract.description,
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: { $ref: `#/components/schemas/${requestModelName(contract.model)}` },
            example: contract.example.request as Json,
          },
        },
      },
      responses: {
        "200": {
          description: "The answer",
          content: { "application/json": { example: contract.example.answer as Json } },
        },
        default: { description: "A problem: RFC 9457, application/problem+json" },
      },
      security: SECURITY[access],
      "x-amazon-apigateway-request-validator": VALIDATOR,
      "x-amazon-apigateway-integration": {
        type: "aws_proxy",
        httpMethod: "POST",
        uri: `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
        passthroughBehavior: "when_no_match",
        timeoutInMillis: INTEGRATION_TIMEOUT_IN_MILLIS,
      },
    },
    options: preflight(contract.route.method, corsAllowOrigin),
  };
}

/** Answered by API Gateway itself: a browser asks without credentials, and no function runs for it. */
function preflight(method: string, corsAllowOrigin: string): Json {
  const headers: Record<string, string> = {
    "Access-Control-Allow-Origin": corsAllowOrigin,
    "Access-Control-Allow-Methods": `${method},OPTIONS`,
    "Access-Control-Allow-Headers": CORS_ALLOW_HEADERS,
    "Access-Control-Max-Age": String(PREFLIGHT_MAX_AGE_IN_SECONDS),
  };
  return {
    summary: "CORS preflight",
    responses: {
      "204": {
        description: "What a page may send",
        headers: Object.fromEntries(
          Object.keys(headers).map((name) => [name, { schema: { type: "string" } }]),
        ),
      },
    },
    security: [],
    "x-amazon-apigateway-integration": {
      type: "mock",
      passthroughBehavior: "when_no_match",
      requestTemplates: { "application/json": '{"statusCode":204}' },
      responses: {
        default: {
          statusCode: "204",
          responseParameters: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, `'${value}'`]),
          ),
        },
      },
    },
  };
}

const SECURITY: Record<RouteAccess, Json> = {
  AWS_IAM: [{ sigv4: [] }],
  API_KEY: [{ api_key: [] }],
  PUBLIC: [],
};

function securitySchemes(accesses: ReadonlySet<RouteAccess>): Json {
  return {
    ...(accesses.has("API_KEY") ? { api_key: { type: "apiKey", name: "x-api-key", in: "header" } } : {}),
    ...(accesses.has("AWS_IAM")
      ? {
          sigv4: {
            type: "apiKey",
            name: "Authorization",
            in: "header",
            "x-amazon-apigateway-authtype": "awsSigv4",
          },
        }
      : {}),
  };
}

/** API Gateway takes only letters and digits in a model's name. */
function requestModelName(model: string): string {
  const words = model.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join("")}Request`;
}

/**
 * The schema in the part of JSON Schema that API Gateway imports faithfully. What it ignores or reads otherwise
 * (lengths of arrays, patterns, exclusive bounds) is left to the handler, which checks everything
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html).
 */
function requestModel(schema: RouteContract["schema"]): Json {
  return keepImported(toJSONSchema(schema, { target: "openapi-3.0" }) as Json);
}

const IMPORTED = [
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "anyOf",
  "enum",
  "description",
];

function keepImported(schema: Json): Json {
  if (schema === null || typeof schema !== "object") return schema;
  if (Array.isArray(schema)) return schema.map(keepImported);
  const kept = Object.entries(schema).filter(([key]) => IMPORTED.includes(key));
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (key === "properties") {
        return [
          key,
          Object.fromEntries(Object.entries(value as object).map(([name, of]) => [name, keepImported(of)])),
        ];
      }
      return [key, ["items", "anyOf", "additionalProperties"].includes(key) ? keepImported(value) : value];
    }),
  );
}
