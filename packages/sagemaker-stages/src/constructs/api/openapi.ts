import { GATEWAY_TIMEOUT_IN_SECONDS } from "../../aws/time-budget";
import { asyncRoutes } from "../../environment/async-requests";
import type { ParsedRouteAccess } from "../../environment/model-settings";
import { omitUndefined } from "../../lib/omit-undefined";
import type { About, BytesDialect, Contract, KeyHeader, StreamDialect } from "../../runtime/contract";
import { binaryMediaTypes } from "./binary-media-types";
import {
  ALLOW_ORIGIN,
  type AllowedOrigins,
  ASYNC_HEADERS,
  allowedHeaders,
  callerHeadersOf,
  fixedOriginHeaders,
  originTemplate,
  PREFLIGHT_MAX_AGE_IN_SECONDS,
} from "./cors";
import { gatewayResponses } from "./gateway-responses";
import {
  accepts,
  type RequestModel,
  type RequestSchema,
  requestModel,
  strictRequestModel,
} from "./request-model";
import { type SagemakerTarget, sagemakerOperation } from "./sagemaker-integration";
import { type SchemaLimits, schemaLimits } from "./schema-limits";
import {
  invocationUri,
  type StageAuthorizer,
  securityOf,
  securitySchemes,
  streamedInvocationUri,
} from "./security-schemes";

/** The properties of a contract that callers see. */
export type RouteContract = Pick<
  Contract<unknown, unknown>,
  | "model"
  | "route"
  | "passThrough"
  | "answerTypes"
  | "callerHeaders"
  | "answerHeaders"
  | "keyHeader"
  | "problemMembers"
> & {
  readonly stream?: Pick<StreamDialect<unknown>, "answerType" | "wants"> | undefined;
} & About<unknown, unknown> & {
    readonly schema: RequestSchema;
    readonly bytes?: Pick<BytesDialect<unknown>, "takes">;
    readonly limits?: Pick<Contract<unknown, unknown>["limits"], "rows" | "rowsIn">;
  };

/** A route of the API, answered by a function or by an endpoint that API Gateway invokes. */
export type OpenApiRoute = DescribedRoute & (FunctionTarget | { readonly endpoint: SagemakerTarget });

/** The common properties of routes. */
interface DescribedRoute {
  readonly contract: RouteContract;
  /** The authorization of the route. */
  readonly access: ParsedRouteAccess;
  /** Seconds that API Gateway waits for the answer. @default 29 */
  readonly timeoutInSeconds?: number | undefined;
}

/** The function that answers a route. */
interface FunctionTarget {
  /** ARN of the function behind the route. */
  readonly functionArn: string;
  /** Whether the function answers asynchronous requests, and serves further paths. @default false */
  readonly isAsync?: boolean | undefined;
  /** Whether API Gateway sends the answer in parts, as the function sends them. @default false */
  readonly isStreamed?: boolean | undefined;
}

/** The input of {@link openApi}. */
export interface OpenApiProps {
  /** Title of the API. */
  readonly title: string;
  readonly region: string;
  readonly partition: string;
  readonly routes: readonly OpenApiRoute[];
  /** The origins whose pages may read answers. */
  readonly corsAllowOrigin: AllowedOrigins;
  /** Whether the stage has a firewall. @default false */
  readonly hasFirewall?: boolean;
  /** The function that checks credentials. @default - none: no route requires the function */
  readonly authorizer?: StageAuthorizer | undefined;
  /** Whether the keys of `API_KEY` routes belong to customers, whom the authorizer distinguishes. @default false */
  readonly hasCustomers?: boolean | undefined;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Names of the request validators, by method. API Gateway validates requests before it invokes a function. */
const VALIDATORS = { POST: "body", GET: "parameters" } as const;

/**
 * The API as one OpenAPI 3.0 document with API Gateway's extensions: routes, request models, authorization,
 * CORS preflight and gateway responses. The REST API is created from the document, and clients can read it.
 */
export function openApi(props: OpenApiProps): Json {
  const accesses = props.routes.map((route) => route.access);
  const binary = binaryMediaTypes(
    props.routes.map((route) => ({ contract: route.contract, isViaGateway: "endpoint" in route })),
  );
  const keyHeaders = keyHeadersOf(props);
  return omitUndefined({
    openapi: "3.0.1",
    info: { title: props.title, version: "1.0.0" },
    paths: Object.fromEntries(
      props.routes.flatMap((route): [string, Json][] => [
        [route.contract.route.path, pathItem(route, props)],
        ...("functionArn" in route && route.isAsync === true ? asyncPaths(route, props) : []),
      ]),
    ),
    components: omitUndefined({
      schemas: Object.fromEntries(
        props.routes.map((route) => [requestModelName(route.contract.model), modelOf(route) as Json]),
      ),
      securitySchemes: securitySchemes({ ...props, accesses, keyHeaders }),
    }),
    // For the whole API. By default, API Gateway reads keys only from the header x-api-key.
    "x-amazon-apigateway-api-key-source": keyHeaders.includes("authorization") ? "AUTHORIZER" : undefined,
    "x-amazon-apigateway-binary-media-types": binary.length > 0 ? binary : undefined,
    "x-amazon-apigateway-request-validators": {
      [VALIDATORS.POST]: { validateRequestBody: true, validateRequestParameters: false },
      [VALIDATORS.GET]: { validateRequestBody: false, validateRequestParameters: true },
    },
    "x-amazon-apigateway-gateway-responses": gatewayResponses(
      props.corsAllowOrigin,
      props.routes.map((route) => ({
        ...route.contract.route,
        access: route.access,
        allowed: route.contract.allowed,
        hasFunction: "functionArn" in route,
        timeoutInSeconds: route.timeoutInSeconds ?? GATEWAY_TIMEOUT_IN_SECONDS,
      })),
      {
        takesBytes: binary.length > 0 && props.routes.some((route) => "functionArn" in route),
        hasCustomers: props.hasCustomers ?? false,
        hasFirewall: props.hasFirewall === true,
        keyHeaders,
        problemMembers: membersOf(props.routes),
        uploadPaths: props.routes.flatMap((route) =>
          "functionArn" in route && route.isAsync === true ? [`${route.contract.route.path}/uploads`] : [],
        ),
      },
    ) as unknown as Json,
  });
}

/** The headers in which customers send their keys. A shared key is always in `x-api-key`. */
function keyHeadersOf({ routes, hasCustomers = false }: OpenApiProps): KeyHeader[] {
  const headers = routes.flatMap(({ access, contract: { keyHeader = "x-api-key" } }) =>
    access === "API_KEY" ? [hasCustomers ? keyHeader : "x-api-key"] : [],
  );
  return [...new Set(headers)];
}

/** The further members of problem documents. API Gateway has one template of a response for all routes. */
function membersOf(routes: readonly OpenApiRoute[]): RouteContract["problemMembers"] {
  const contracts = routes.map(({ contract }) => contract);
  if (!contracts.some(({ problemMembers }) => problemMembers !== undefined)) return undefined;
  return (problem) => Object.assign({}, ...contracts.map((contract) => contract.problemMembers?.(problem)));
}

/** The request model of a route. Without a function, only API Gateway validates JSON, so that the model is strict. */
function modelOf(route: OpenApiRoute): RequestModel {
  const { contract } = route;
  return "endpoint" in route && contract.bytes === undefined
    ? strictRequestModel(contract.schema)
    : requestModel(contract.schema);
}

function pathItem(route: OpenApiRoute, props: OpenApiProps): Json {
  const { contract } = route;
  const { corsAllowOrigin } = props;
  const isAsync = "functionArn" in route && route.isAsync === true;
  return {
    [contract.route.method.toLowerCase()]: {
      operationId: contract.model,
      summary: contract.title,
      description: contract.description,
      ...parametersAndBody(contract, isAsync ? ASYNC_HEADERS : []),
      responses: {
        ...(isAsync ? { "202": ACCEPTED } : { "200": answer(contract) }),
        default: PROBLEM,
      },
      ...securityAndToken(route, props),
      "x-amazon-apigateway-request-validator": VALIDATORS[contract.route.method],
      ...("functionArn" in route
        ? { "x-amazon-apigateway-integration": lambdaIntegration(route, props) }
        : sagemakerOperation({
            ...route.endpoint,
            ...props,
            contract,
            answer: answer(contract),
            timeoutInSeconds: route.timeoutInSeconds,
          })),
    },
    options: preflight(contract.route.method, callerHeadersOf(contract, isAsync), corsAllowOrigin),
  };
}

/** The authorization of a route. The further paths of an asynchronous model have the same. */
function securityAndToken(
  { access, contract }: Pick<OpenApiRoute, "access" | "contract">,
  props: OpenApiProps,
): { readonly [key: string]: Json } {
  return {
    security: securityOf(access, {
      accesses: props.routes.map((one) => one.access),
      hasCustomers: props.hasCustomers,
      keyHeader: contract.keyHeader,
    }),
    ...requiredToken(access),
  };
}

const PROBLEM = { description: "A problem: RFC 9457, application/problem+json" } as const;

/** The answer to the creation of an asynchronous request. */
const ACCEPTED = {
  description: "The request is accepted, or its result does not exist yet: GET the address in Location",
  headers: {
    Location: { description: "The address of the request", schema: { type: "string" } },
    "Retry-After": { description: "Seconds until the next GET", schema: { type: "string" } },
  },
} as const;

/** The parameter that changes how the address of a large answer is returned. */
const REDIRECT = {
  name: "redirect",
  in: "query",
  required: false,
  description:
    "false: the answer that names the place of a large answer is a 200 with the header Location, for pages, which cannot follow a 303",
  schema: { type: "string", enum: ["true", "false"], default: "true" },
} as const;

/** The answer that names the place of a large answer. */
const LARGE_ANSWER = {
  description: "The answer is large: GET the address in Location within minutes, without credentials",
  headers: { Location: { description: "The address of the answer", schema: { type: "string" } } },
} as const;

/** The paths of an asynchronous model in addition to the contract's, with the same authorization and limits. */
function asyncPaths(route: OpenApiRoute & FunctionTarget, props: OpenApiProps): [string, Json][] {
  const { contract } = route;
  const id = { name: "id", in: "path", required: true, schema: { type: "string" } };
  const operations: Readonly<Record<string, { readonly [key: string]: Json }>> = {
    requests: {
      operationId: `${contract.model}-request`,
      summary: `${contract.title}: the result of a request`,
      ...(contract.passThrough === undefined
        ? { parameters: [id], responses: { "200": answer(contract), "202": ACCEPTED, default: PROBLEM } }
        : {
            parameters: [id, REDIRECT],
            responses: {
              "200": answer(contract),
              "202": ACCEPTED,
              "303": LARGE_ANSWER,
              default: PROBLEM,
            },
          }),
    },
    uploads: {
      operationId: `${contract.model}-upload`,
      summary: `${contract.title}: an address for a large input`,
      requestBody: { required: true, content: { "application/json": {} } },
      responses: {
        "201": { description: "The id, and the address that takes the input with PUT for some minutes" },
        default: PROBLEM,
      },
    },
    start: {
      operationId: `${contract.model}-start`,
      summary: `${contract.title}: the request for an uploaded input`,
      parameters: [id],
      responses: { "202": ACCEPTED, default: PROBLEM },
    },
  };
  return asyncRoutes(contract.route.path).map(({ method, path }) => {
    const kind = method === "GET" ? "requests" : path.endsWith("}") ? "start" : "uploads";
    return [
      path,
      {
        [method.toLowerCase()]: {
          ...operations[kind],
          ...securityAndToken(route, props),
          "x-amazon-apigateway-request-validator": VALIDATORS.GET,
          "x-amazon-apigateway-integration": lambdaIntegration(route, props),
        },
        options: preflight(method, callerHeadersOf(contract, true), props.corsAllowOrigin),
      },
    ];
  });
}

/**
 * The integration with a function. A streamed integration has another URI, and the function answers in another format: API
 * Gateway answers 502 if the function and the integration have different modes
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html).
 */
function lambdaIntegration(
  {
    functionArn,
    isStreamed = false,
    timeoutInSeconds = GATEWAY_TIMEOUT_IN_SECONDS,
  }: FunctionTarget & DescribedRoute,
  api: OpenApiProps,
): Json {
  return {
    type: "aws_proxy",
    httpMethod: "POST",
    uri: isStreamed ? streamedInvocationUri(functionArn, api) : invocationUri(functionArn, api),
    passthroughBehavior: "when_no_match",
    timeoutInMillis: timeoutInSeconds * 1000,
    ...(isStreamed ? { responseTransferMode: "STREAM" } : {}),
  };
}

function parametersAndBody(
  contract: RouteContract,
  furtherHeaders: readonly string[],
): { readonly [key: string]: Json } {
  const headers = [...(contract.callerHeaders ?? []), ...furtherHeaders].map((name) => ({
    name,
    in: "header",
    required: false,
    schema: { type: "string" },
  }));
  if (contract.route.method === "GET") return { parameters: [...parameters(contract), ...headers] };
  return { ...(headers.length > 0 ? { parameters: headers } : {}), requestBody: requestBody(contract) };
}

function answer({ example, answerTypes, answerHeaders = [], stream }: RouteContract): {
  readonly [key: string]: Json;
} {
  const headers = Object.fromEntries(answerHeaders.map((name) => [name, { schema: { type: "string" } }]));
  return omitUndefined({
    description: "The answer",
    headers: answerHeaders.length > 0 ? headers : undefined,
    content: {
      // Every answer of a contract without `wants` is a stream.
      ...(stream !== undefined && stream.wants === undefined
        ? {}
        : { "application/json": { example: example.answer as Json } }),
      ...bytesContent(answerTypes),
      ...(stream === undefined ? {} : { [stream.answerType]: streamExample(stream, example) }),
    },
  });
}

/**
 * The example of a streamed answer: the text of the whole stream, or the form of an answer of which the contract has no
 * example. The type has no schema, like bytes, and only the example distinguishes the answer from bytes.
 */
function streamExample(
  { answerType, wants }: NonNullable<RouteContract["stream"]>,
  { answer: text }: RouteContract["example"],
): { readonly [key: string]: Json } {
  if (wants === undefined && typeof text === "string") return { example: text };
  return { example: answerType === "text/event-stream" ? "data: …\n\n" : "…" };
}

/**
 * Media types of bytes, without schemas. API Gateway creates a request model from each schema in the document, and validates
 * bodies of the schema's media type as JSON, so API Gateway would refuse every image
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html).
 */
function bytesContent(mediaTypes: readonly string[] = []): { readonly [mediaType: string]: Json } {
  return Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, {}]));
}

/**
 * The maximum size of a file in bytes. Usually a schema of the media type contains the number, but the media types of bytes
 * have no schema. The public document converts this extension to a schema, see src/page/public-document.ts.
 */
const MAX_BYTES = "x-max-bytes";

function requestBody(contract: RouteContract): Json {
  return omitUndefined({
    required: true,
    content: {
      "application/json": {
        schema: { $ref: `#/components/schemas/${requestModelName(contract.model)}` },
        example: contract.example.request as Json,
      },
      ...bytesContent(contract.bytes?.takes),
    },
    [MAX_BYTES]: contract.maxBytes,
    [LIMITS]: contract.statesLimits === true ? (limitsOf(contract) as Json | undefined) : undefined,
  });
}

/**
 * The limits of the request that the model of API Gateway lacks. The public document merges this extension into the schema, see
 * src/page/schema-limits.ts.
 */
const LIMITS = "x-schema-limits";

function limitsOf({ schema, limits }: RouteContract): SchemaLimits | undefined {
  const found = schemaLimits(schema);
  const { rows, rowsIn } = limits ?? {};
  if (rows === undefined || rowsIn === undefined) return found;
  return {
    ...found,
    properties: { ...found?.properties, [rowsIn]: { ...found?.properties?.[rowsIn], maxItems: rows } },
  };
}

/** The query parameters of a GET: every property of the request is a text. */
function parameters(contract: RouteContract): readonly Json[] {
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

/** The preflight route. API Gateway answers it without a function: a browser sends a preflight without credentials. */
function preflight(method: string, callerHeaders: readonly string[], corsAllowOrigin: AllowedOrigins): Json {
  const headers: Record<string, string> = {
    ...fixedOriginHeaders(corsAllowOrigin),
    "Access-Control-Allow-Methods": `${method},OPTIONS`,
    "Access-Control-Allow-Headers": allowedHeaders(callerHeaders).join(","),
    "Access-Control-Max-Age": String(PREFLIGHT_MAX_AGE_IN_SECONDS),
  };
  const template = originTemplate(corsAllowOrigin);
  return {
    summary: "CORS preflight",
    responses: {
      "204": {
        description: "The requests that a page may send",
        headers: Object.fromEntries(
          [...new Set([ALLOW_ORIGIN, ...Object.keys(headers)])].map((name) => [
            name,
            { schema: { type: "string" } },
          ]),
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
          ...(template === undefined ? {} : { responseTemplates: { "application/json": template } }),
        },
      },
    },
  };
}

/** The token that a route requires, for readers of the document and of a plan: API Gateway ignores this extension. */
const REQUIRED_TOKEN = "x-required-token";

function requiredToken(access: ParsedRouteAccess): { readonly [key: string]: Json } {
  if (typeof access === "string" || !("jwt" in access)) return {};
  const { issuer, audience, scopes } = access.jwt;
  return { [REQUIRED_TOKEN]: { issuer, audience, scopes } };
}

/** The name of a request model: API Gateway takes only letters and digits. */
export function requestModelName(model: string): string {
  const words = model.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join("")}Request`;
}
