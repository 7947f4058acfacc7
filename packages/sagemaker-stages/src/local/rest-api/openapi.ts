import * as z from "zod";
import { UnsupportedTerraform } from "../errors";
import {
  type MethodAuthorizer,
  methodAuthorizer,
  type SecurityScheme,
  securityScheme,
} from "./method-authorizer";
import { sagemakerIntegration, templates } from "./sagemaker-integration";

const stringMap = z.record(z.string(), z.string());

/** The local stage supports literal values only. API Gateway can also map parts of the request into headers. */
const literalHeaders = (prefix: string) =>
  z.record(
    z.string().startsWith(prefix),
    z.string().regex(/^'.*'$/s, "the local stage maps only 'literal' values"),
  );

const gatewayResponse = z.strictObject({
  statusCode: z.optional(z.coerce.string()),
  responseParameters: z.optional(literalHeaders("gatewayresponse.header.")),
  responseTemplates: z.optional(stringMap),
});

// Unknown properties are refused wherever the document defines access or answers.
const integration = z.discriminatedUnion("type", [
  sagemakerIntegration,
  z.strictObject({
    type: z.literal("aws_proxy"),
    // API Gateway invokes Lambda with POST for every method.
    httpMethod: z.literal("POST"),
    uri: z.string(),
    passthroughBehavior: z.optional(z.string()),
    timeoutInMillis: z.optional(z.number()),
    responseTransferMode: z.optional(z.enum(["BUFFERED", "STREAM"])),
  }),
  z.strictObject({
    type: z.literal("mock"),
    passthroughBehavior: z.optional(z.string()),
    requestTemplates: z.optional(stringMap),
    responses: z.strictObject({
      default: z.strictObject({
        statusCode: z.coerce.string(),
        responseParameters: z.optional(literalHeaders("method.response.header.")),
        responseTemplates: z.optional(templates),
      }),
    }),
  }),
]);

const queryParameter = z.object({
  name: z.string(),
  in: z.literal("query"),
  required: z.optional(z.boolean()),
  example: z.optional(z.string()),
});

/** A parameter of the path, which is one segment. API Gateway does not validate it. */
const pathParameter = z.object({ name: z.string(), in: z.literal("path"), required: z.literal(true) });

/** A header that a contract reads. The stage forwards every header, and validates none. */
const headerParameter = z.object({
  name: z.string(),
  in: z.literal("header"),
  required: z.optional(z.literal(false)),
});

/** Properties with documentation for readers. */
const forReaders = {
  description: z.optional(z.unknown()),
  tags: z.optional(z.unknown()),
  externalDocs: z.optional(z.unknown()),
};

const operation = z.strictObject({
  ...forReaders,
  operationId: z.optional(z.string()),
  summary: z.optional(z.string()),
  deprecated: z.optional(z.boolean()),
  parameters: z.optional(
    z.array(z.discriminatedUnion("in", [queryParameter, headerParameter, pathParameter])),
  ),
  requestBody: z.optional(
    z.object({
      content: z.record(
        z.string(),
        z.object({ schema: z.optional(z.unknown()), example: z.optional(z.unknown()) }),
      ),
    }),
  ),
  responses: z.optional(z.unknown()),
  security: z.optional(z.array(z.record(z.string(), z.array(z.string())))),
  "x-required-token": z.optional(
    z.strictObject({ issuer: z.string(), audience: z.array(z.string()), scopes: z.array(z.string()) }),
  ),
  "x-amazon-apigateway-request-validator": z.optional(z.string()),
  "x-amazon-apigateway-integration": integration,
});

const pathItem = z.partialRecord(
  z.enum(["get", "put", "post", "delete", "options", "head", "patch"]),
  operation,
);

const document = z.strictObject({
  ...forReaders,
  openapi: z.string().startsWith("3.0"),
  info: z.object({ title: z.string() }),
  paths: z.record(z.string(), pathItem),
  components: z.optional(
    z.object({
      schemas: z.optional(z.record(z.string(), z.unknown())),
      securitySchemes: z.optional(z.record(z.string(), securityScheme)),
    }),
  ),
  "x-amazon-apigateway-api-key-source": z.optional(z.enum(["HEADER", "AUTHORIZER"])),
  "x-amazon-apigateway-binary-media-types": z.optional(
    z.array(
      z
        .string()
        .check(
          z.regex(/^[^*/]+\/(?:\*|[^*/]+)$/, "the local stage supports a media type, or a type with /*"),
        ),
    ),
  ),
  "x-amazon-apigateway-request-validators": z.optional(
    z.record(
      z.string(),
      z.strictObject({ validateRequestBody: z.boolean(), validateRequestParameters: z.boolean() }),
    ),
  ),
  "x-amazon-apigateway-gateway-responses": z.optional(z.record(z.string(), gatewayResponse)),
});

/** A gateway response of the API. */
export type GatewayResponse = z.infer<typeof gatewayResponse>;

/** The authorization of a method. */
export type Authorization = "NONE" | "AWS_IAM" | "API_KEY" | "TOKEN";

/** The token that a method requires. */
export interface RequiredToken {
  /** A token of another issuer, or an access token or ID token of a user pool. */
  readonly use: "jwt" | "access" | "id";
  readonly issuer: string;
  /** The audiences, of which a token of another issuer must contain one; empty for a user pool. */
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
}

/** A method of a path. */
export interface Method {
  readonly httpMethod: string;
  readonly path: string;
  readonly title: string | undefined;
  /** The operation's name in the document and in the event. */
  readonly operationId?: string | undefined;
  readonly authorization: Authorization;
  /** The authorizer that checks each request. @default - none */
  readonly authorizer?: MethodAuthorizer | undefined;
  /** The token that the method requires. @default - none, or unknown because another project wrote the document */
  readonly requiredToken?: RequiredToken | undefined;
  /** The JSON Schema by media type; empty if the method does not validate bodies. */
  readonly requestModels: Readonly<Record<string, object>>;
  /** The query parameters that the method's validator requires. */
  readonly requiredParameters: readonly string[];
  /** The media types of files that the method accepts. */
  readonly bytesTypes: readonly string[];
  /** An example of a request body. */
  readonly example: unknown;
  /** Examples of query parameters. */
  readonly parameterExamples: readonly (readonly [name: string, value: string])[];
  readonly integration: z.infer<typeof integration>;
}

/** The parts of the API that a stage needs. */
export interface OpenApi {
  /** The document itself. */
  readonly document: unknown;
  readonly title: string;
  readonly methods: readonly Method[];
  /** The place from which API Gateway reads keys: the header `x-api-key`, or the answer of the authorizer. */
  readonly keySource: "HEADER" | "AUTHORIZER";
  /** Media types whose bodies are bytes, not text in UTF-8. */
  readonly binaryMediaTypes: readonly string[];
  readonly gatewayResponses: Readonly<Record<string, GatewayResponse>>;
}

/** The path of Lambda's operations Invoke and InvokeWithResponseStream in the URI of an integration. */
const FUNCTION_URI = /\/functions\/(arn:[^/]+)\/(invocations|response-streaming-invocations)$/;

/** The ARN of the function that an integration invokes. @param uri - the URI of the integration */
export function functionOf(uri: string): string | undefined {
  return FUNCTION_URI.exec(uri)?.[1];
}

/** Whether API Gateway sends the answer of an integration chunk by chunk. */
export function isStream(integration: Method["integration"]): boolean {
  return integration.type === "aws_proxy" && integration.responseTransferMode === "STREAM";
}

/**
 * @throws UnsupportedTerraform if the operation in the URI does not match the transfer mode: such a route fails on AWS
 */
function checkTransferMode(where: string, defined: Method["integration"]): void {
  if (defined.type !== "aws_proxy") return;
  const [, , operation] = FUNCTION_URI.exec(defined.uri) ?? [];
  const allowed = isStream(defined) ? "response-streaming-invocations" : "invocations";
  if (operation === undefined || operation === allowed) return;
  throw new UnsupportedTerraform(
    `${where}: uri: got the operation ${operation}; allowed with the response transfer mode ${defined.responseTransferMode ?? "BUFFERED"}: ${allowed} (https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html)`,
  );
}

/**
 * Reads an OpenAPI document with API Gateway's extensions.
 *
 * @throws UnsupportedTerraform with every unsupported part: a route is never served without a check that the document
 * requires
 */
export function readOpenApi(body: string): OpenApi {
  const json: unknown = JSON.parse(body);
  const parsed = document.safeParse(json);
  if (!parsed.success) {
    throw new UnsupportedTerraform(
      `the OpenAPI body of the REST API cannot be served on this machine:\n${z.prettifyError(parsed.error)}`,
    );
  }
  const api = parsed.data;
  const validators = api["x-amazon-apigateway-request-validators"] ?? {};
  const schemes = api.components?.securitySchemes ?? {};

  const methods = Object.entries(api.paths).flatMap(([path, operations]) => {
    requirePlainParameters(path);
    return Object.entries(operations).map(([httpMethod, op]): Method => {
      checkTransferMode(`${httpMethod} ${path}`, op["x-amazon-apigateway-integration"]);
      const checks = findValidator(`${httpMethod} ${path}`, op, validators);
      const validates = checks?.validateRequestBody === true;
      const parameters = (op.parameters ?? []).filter((one) => one.in === "query");
      const content = op.requestBody?.content ?? {};
      return {
        httpMethod: httpMethod.toUpperCase(),
        path,
        title: op.summary,
        operationId: op.operationId,
        ...readSecurity(`${httpMethod} ${path}`, op, schemes),
        requestModels: validates ? readModels(content, api.components?.schemas ?? {}) : {},
        requiredParameters:
          checks?.validateRequestParameters === true
            ? parameters.filter(({ required }) => required).map(({ name }) => name)
            : [],
        bytesTypes: Object.keys(content).filter((mediaType) => content[mediaType]?.schema === undefined),
        example: content["application/json"]?.example,
        parameterExamples: parameters.flatMap(({ name, example }) =>
          example === undefined ? [] : [[name, example] as const],
        ),
        integration: op["x-amazon-apigateway-integration"],
      };
    });
  });
  return {
    document: json,
    title: api.info.title,
    methods,
    keySource: api["x-amazon-apigateway-api-key-source"] ?? "HEADER",
    binaryMediaTypes: api["x-amazon-apigateway-binary-media-types"] ?? [],
    gatewayResponses: api["x-amazon-apigateway-gateway-responses"] ?? {},
  };
}

/** A parameter is a whole segment of the path. API Gateway also has greedy parameters, e.g. `{proxy+}`. */
function requirePlainParameters(path: string): void {
  const unsupported = path
    .split("/")
    .find((segment) => /[{}]/.test(segment) && !/^\{[\w.-]+\}$/.test(segment));
  if (unsupported === undefined) return;
  throw new UnsupportedTerraform(
    `path ${path}: got the segment ${unsupported}; allowed on this machine: {name}, a parameter of one segment`,
  );
}

type Validators = NonNullable<z.infer<typeof document>["x-amazon-apigateway-request-validators"]>;

function findValidator(
  where: string,
  { "x-amazon-apigateway-request-validator": name }: z.infer<typeof operation>,
  validators: Validators,
): Validators[string] | undefined {
  if (name === undefined) return undefined;
  const validator = Object.hasOwn(validators, name) ? validators[name] : undefined;
  if (validator === undefined) {
    throw new UnsupportedTerraform(
      `${where}: got the request validator ${name}; allowed: ${Object.keys(validators).join(", ")}`,
    );
  }
  return validator;
}

type Security = Pick<Method, "authorization" | "authorizer" | "requiredToken">;

function readSecurity(
  where: string,
  { security = [], "x-required-token": token }: z.infer<typeof operation>,
  schemes: Readonly<Record<string, SecurityScheme>>,
): Security {
  const required = security.flatMap((requirement) => Object.entries(requirement));
  const keys = required.filter(([name]) => isApiKey(schemes[name]));
  const others = required.filter(([name]) => !isApiKey(schemes[name]));
  const [[name, scopes] = [], ...more] = others;
  if (name === undefined) return { authorization: keys.length === 0 ? "NONE" : "API_KEY" };
  const scheme = schemes[name];
  if (scheme !== undefined && more.length === 0) {
    const authType = scheme["x-amazon-apigateway-authtype"];
    if (authType === "awsSigv4" && keys.length === 0) return { authorization: "AWS_IAM" };
    const authorizer = methodAuthorizer(name, scheme, scopes ?? []);
    if (authorizer !== undefined) {
      return {
        authorization: keys.length === 0 ? "TOKEN" : "API_KEY",
        authorizer,
        requiredToken: requiredTokenOf(authorizer, token),
      };
    }
  }
  throw new UnsupportedTerraform(
    `${where}: the security ${JSON.stringify(required.map(([one]) => one))} cannot be served on this machine`,
  );
}

function isApiKey(scheme: SecurityScheme | undefined): boolean {
  return scheme?.name.toLowerCase() === "x-api-key" && scheme["x-amazon-apigateway-authtype"] === undefined;
}

function requiredTokenOf(
  authorizer: MethodAuthorizer,
  token: z.infer<typeof operation>["x-required-token"],
): RequiredToken | undefined {
  if (authorizer.kind === "function") return token && { use: "jwt", ...token };
  const { issuers, scopes } = authorizer;
  const [issuer = ""] = issuers;
  return { use: scopes.length > 0 ? "access" : "id", issuer, audience: [], scopes };
}

/** Models as self-contained schemas, with the schemas that `#/components/schemas/X` refers to. */
function readModels(
  content: Readonly<Record<string, { schema?: unknown }>>,
  schemas: Readonly<Record<string, unknown>>,
): Record<string, object> {
  const models = Object.entries(content).flatMap(([mediaType, { schema }]) =>
    typeof schema === "object" && schema !== null
      ? [[mediaType, { ...schema, components: { schemas } }]]
      : [],
  );
  return Object.fromEntries(models);
}
