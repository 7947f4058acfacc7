import * as z from "zod";
import { UnsupportedTerraform } from "../errors";
import { sagemakerIntegration } from "./sagemaker-integration";

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
  }),
  z.strictObject({
    type: z.literal("mock"),
    passthroughBehavior: z.optional(z.string()),
    requestTemplates: z.optional(stringMap),
    responses: z.strictObject({
      default: z.strictObject({
        statusCode: z.coerce.string(),
        responseParameters: z.optional(literalHeaders("method.response.header.")),
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
  parameters: z.optional(z.array(z.discriminatedUnion("in", [queryParameter, headerParameter]))),
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
      securitySchemes: z.optional(
        z.record(
          z.string(),
          z.strictObject({
            description: z.optional(z.string()),
            type: z.literal("apiKey"),
            name: z.string(),
            in: z.literal("header"),
            "x-amazon-apigateway-authtype": z.optional(z.string()),
          }),
        ),
      ),
    }),
  ),
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
export type Authorization = "NONE" | "AWS_IAM" | "API_KEY";

/** A method of a path. */
export interface Method {
  readonly httpMethod: string;
  readonly path: string;
  readonly title: string | undefined;
  /** The operation's name in the document and in the event. */
  readonly operationId?: string | undefined;
  readonly authorization: Authorization;
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
  /** Media types whose bodies are bytes, not text in UTF-8. */
  readonly binaryMediaTypes: readonly string[];
  readonly gatewayResponses: Readonly<Record<string, GatewayResponse>>;
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
    if (path.includes("{"))
      throw new UnsupportedTerraform(`path ${path}: paths with parameters cannot be served on this machine`);
    return Object.entries(operations).map(([httpMethod, op]): Method => {
      const checks = findValidator(`${httpMethod} ${path}`, op, validators);
      const validates = checks?.validateRequestBody === true;
      const parameters = (op.parameters ?? []).filter((one) => one.in === "query");
      const content = op.requestBody?.content ?? {};
      return {
        httpMethod: httpMethod.toUpperCase(),
        path,
        title: op.summary,
        operationId: op.operationId,
        authorization: readAuthorization(`${httpMethod} ${path}`, op.security ?? [], schemes),
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
    binaryMediaTypes: api["x-amazon-apigateway-binary-media-types"] ?? [],
    gatewayResponses: api["x-amazon-apigateway-gateway-responses"] ?? {},
  };
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

function readAuthorization(
  where: string,
  security: readonly Record<string, readonly string[]>[],
  schemes: Readonly<Record<string, { name: string; "x-amazon-apigateway-authtype"?: string | undefined }>>,
): Authorization {
  const names = security.flatMap((requirement) => Object.keys(requirement));
  const [name, ...more] = names;
  if (name === undefined) return "NONE";
  const scheme = schemes[name];
  if (more.length === 0 && scheme?.["x-amazon-apigateway-authtype"] === "awsSigv4") return "AWS_IAM";
  const isKey = scheme?.name.toLowerCase() === "x-api-key" && !("x-amazon-apigateway-authtype" in scheme);
  if (more.length === 0 && isKey) return "API_KEY";
  throw new UnsupportedTerraform(
    `${where}: the security ${JSON.stringify(names)} cannot be served on this machine`,
  );
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
