import { buildArn } from "../../aws/arn";
import type { RouteAccess } from "../../environment/model-settings";
import type { About, Contract } from "../../runtime/contract";
import { GATEWAY_TIMEOUT_IN_SECONDS } from "../function/time-budget";
import { CORS_ALLOW_HEADERS, PREFLIGHT_MAX_AGE_IN_SECONDS } from "./cors";
import { gatewayResponses } from "./gateway-responses";
import { accepts, type RequestSchema, requestModel } from "./request-model";

/** A contract of which only the caller's side matters. */
export type RouteContract = Pick<Contract<unknown, unknown>, "model" | "route"> &
  About<unknown, unknown> & { readonly schema: RequestSchema };

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

/** Names of the request validators: what API Gateway checks before it invokes a function. */
const VALIDATORS = { POST: "body", GET: "parameters" } as const;

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
        props.routes.map(({ contract }) => [
          requestModelName(contract.model),
          requestModel(contract.schema) as Json,
        ]),
      ),
      ...(accesses.has("AWS_IAM") || accesses.has("API_KEY")
        ? { securitySchemes: securitySchemes(accesses) }
        : {}),
    },
    "x-amazon-apigateway-request-validators": {
      [VALIDATORS.POST]: { validateRequestBody: true, validateRequestParameters: false },
      [VALIDATORS.GET]: { validateRequestBody: false, validateRequestParameters: true },
    },
    "x-amazon-apigateway-gateway-responses": gatewayResponses(
      props.corsAllowOrigin,
      props.routes.map(({ access, contract: { route, allowed } }) => ({ ...route, access, allowed })),
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
      ...(contract.route.method === "POST"
        ? { requestBody: requestBody(contract) }
        : { parameters: parameters(contract) }),
      responses: {
        "200": {
          description: "The answer",
          content: { "application/json": { example: contract.example.answer as Json } },
        },
        default: { description: "A problem: RFC 9457, application/problem+json" },
      },
      security: SECURITY[access],
      "x-amazon-apigateway-request-validator": VALIDATORS[contract.route.method],
      "x-amazon-apigateway-integration": {
        type: "aws_proxy",
        httpMethod: "POST",
        uri: buildArn({
          partition,
          service: "apigateway",
          region,
          // The service that API Gateway calls stands in place of an account.
          accountId: "lambda",
          resource: `path/2015-03-31/functions/${functionArn}/invocations`,
        }),
        passthroughBehavior: "when_no_match",
        timeoutInMillis: GATEWAY_TIMEOUT_IN_SECONDS * 1000,
      },
    },
    options: preflight(contract.route.method, corsAllowOrigin),
  };
}

function requestBody(contract: RouteContract): Json {
  return {
    required: true,
    content: {
      "application/json": {
        schema: { $ref: `#/components/schemas/${requestModelName(contract.model)}` },
        example: contract.example.request as Json,
      },
    },
  };
}

/** The query of a GET: every property of the request is a text. */
function parameters(contract: RouteContract): Json {
  const { properties = {}, required = [] } = requestModel(contract.schema);
  const example = contract.example.request as Readonly<Record<string, Json>>;
  return Object.keys(properties).map((name) => ({
    name,
    in: "query",
    required: required.includes(name) && !takesEmpty(contract, name),
    schema: { type: "string" },
    ...(example[name] === undefined ? {} : { example: example[name] }),
  }));
}

/**
 * API Gateway refuses a request whose required parameter is blank
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html).
 */
function takesEmpty({ schema, example }: RouteContract, name: string): boolean {
  return accepts(schema, { ...(example.request as object), [name]: "" });
}

/** Answered by API Gateway itself: a browser asks without credentials, and no function runs for it. */
function preflight(method: string, corsAllowOrigin: string): Json {
  const headers: Record<string, string> = {
    "Access-Control-Allow-Origin": corsAllowOrigin,
    "Access-Control-Allow-Methods": `${method},OPTIONS`,
    "Access-Control-Allow-Headers": CORS_ALLOW_HEADERS.join(","),
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

/** The name of a request model: API Gateway takes only letters and digits. */
export function requestModelName(model: string): string {
  const words = model.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join("")}Request`;
}
