import * as z from "zod";

const stringMap = z.record(z.string(), z.string());

const gatewayResponse = z.object({
  statusCode: z.optional(z.coerce.string()),
  responseParameters: z.optional(stringMap),
  responseTemplates: z.optional(stringMap),
});

const integration = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("aws_proxy"),
    uri: z.string(),
    timeoutInMillis: z.optional(z.number()),
  }),
  z.object({
    type: z.literal("mock"),
    requestTemplates: z.optional(stringMap),
    responses: z.record(
      z.string(),
      z.object({ statusCode: z.coerce.string(), responseParameters: z.optional(stringMap) }),
    ),
  }),
]);

const operation = z.object({
  operationId: z.optional(z.string()),
  summary: z.optional(z.string()),
  requestBody: z.optional(
    z.object({
      content: z.record(
        z.string(),
        z.object({ schema: z.optional(z.unknown()), example: z.optional(z.unknown()) }),
      ),
    }),
  ),
  security: z.optional(z.array(z.record(z.string(), z.array(z.string())))),
  "x-amazon-apigateway-request-validator": z.optional(z.string()),
  "x-amazon-apigateway-integration": integration,
});

const document = z.object({
  openapi: z.string().startsWith("3.0"),
  info: z.object({ title: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.optional(
    z.object({
      schemas: z.optional(z.record(z.string(), z.unknown())),
      securitySchemes: z.optional(
        z.record(
          z.string(),
          z.object({
            type: z.literal("apiKey"),
            name: z.string(),
            in: z.literal("header"),
            "x-amazon-apigateway-authtype": z.optional(z.string()),
          }),
        ),
      ),
    }),
  ),
  "x-amazon-apigateway-request-validators": z.optional(
    z.record(
      z.string(),
      z.object({ validateRequestBody: z.boolean(), validateRequestParameters: z.literal(false) }),
    ),
  ),
  "x-amazon-apigateway-gateway-responses": z.optional(z.record(z.string(), gatewayResponse)),
});

/** A gateway response that the API configures. */
export type GatewayResponse = z.infer<typeof gatewayResponse>;

/** How a caller must show who it is. */
export type Authorization = "NONE" | "AWS_IAM" | "API_KEY";

/** One method of one path. */
export interface Method {
  readonly httpMethod: string;
  readonly path: string;
  readonly title: string | undefined;
  readonly authorization: Authorization;
  /** JSON Schema per media type; only where the method's validator checks bodies. */
  readonly requestModels: Readonly<Record<string, object>>;
  /** An example of a request body. */
  readonly example: unknown;
  readonly integration: z.infer<typeof integration>;
}

/** The API as far as a stage needs it. */
export interface OpenApi {
  readonly title: string;
  readonly methods: readonly Method[];
  readonly gatewayResponses: Readonly<Record<string, GatewayResponse>>;
}

/**
 * Reads an OpenAPI document with API Gateway's extensions.
 *
 * @throws Error naming everything in it that this machine cannot serve: a route is never served without what the
 * document asks for
 */
export function readOpenApi(body: string): OpenApi {
  const parsed = document.safeParse(JSON.parse(body));
  if (!parsed.success) {
    throw new Error(
      `the OpenAPI body of the REST API cannot be served on this machine:\n${z.prettifyError(parsed.error)}`,
    );
  }
  const api = parsed.data;
  const validators = api["x-amazon-apigateway-request-validators"] ?? {};
  const schemes = api.components?.securitySchemes ?? {};

  const methods = Object.entries(api.paths).flatMap(([path, operations]) => {
    if (path.includes("{"))
      throw new Error(`path ${path}: paths with parameters cannot be served on this machine`);
    return Object.entries(operations).map(([httpMethod, op]): Method => {
      const validator = op["x-amazon-apigateway-request-validator"];
      const validates = validator !== undefined && validators[validator]?.validateRequestBody === true;
      const content = op.requestBody?.content ?? {};
      return {
        httpMethod: httpMethod.toUpperCase(),
        path,
        title: op.summary,
        authorization: readAuthorization(`${httpMethod} ${path}`, op.security ?? [], schemes),
        requestModels: validates ? readModels(content, api.components?.schemas ?? {}) : {},
        example: content["application/json"]?.example,
        integration: op["x-amazon-apigateway-integration"],
      };
    });
  });
  return {
    title: api.info.title,
    methods,
    gatewayResponses: api["x-amazon-apigateway-gateway-responses"] ?? {},
  };
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
  if (more.length === 0 && scheme?.name.toLowerCase() === "x-api-key") return "API_KEY";
  throw new Error(`${where}: the security ${JSON.stringify(names)} cannot be served on this machine`);
}

/** Models as schemas that stand alone: what `#/components/schemas/X` names comes along. */
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
