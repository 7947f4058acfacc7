import * as z from "zod";
import type { SignInTarget } from "./config";
import { withPropertyHints } from "./property-hints";
import { withSchemaLimits } from "./schema-limits";

/** Plain JSON. */
export type Json = z.core.util.JSONType;

/** The public part of the API's OpenAPI document, see {@link publicDocument}. */
export interface PublicDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  /** The stage. */
  readonly servers: readonly [{ readonly url: string }];
  /** Operations by path and method, the method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, PublicOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>;
    /** The schemes of the routes of signed-in users. @default - no such route */
    readonly securitySchemes?: Readonly<Record<string, Json>>;
  };
}

/** A route of the page. */
export type PublicOperation = Omit<z.output<typeof operation>, "security"> & {
  /** Empty for a public route. A route of signed-in users requires one of {@link SCHEMES}. */
  readonly security: readonly [] | readonly [{ readonly [scheme: string]: readonly [] }];
  /** The function URL of a model that signed-in users do not call through the stage. @default - the document's server */
  readonly servers?: readonly [{ readonly url: string }];
};

const text = z.optional(z.string());
const mediaTypes = z.record(
  z.string(),
  z.object({ schema: z.optional(z.json()), example: z.optional(z.json()) }),
);

/**
 * The security schemes of routes of signed-in users, by name. OpenAPI has no type for a signature in the header Authorization,
 * and the header contains the ID token without the word Bearer. AWS uses this type, too.
 */
const SCHEMES = {
  signature: {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    description: "Signature Version 4, with temporary credentials of the identity pool",
  },
  idToken: {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    description: "The ID token of a user who has signed in",
  },
} satisfies Record<string, Json>;

/** The schema of bytes (https://spec.openapis.org/oas/v3.0.3#considerations-for-file-uploads). */
const BYTES = { type: "string", format: "binary" };

/** Adds the schema of bytes. The API's own document has no such schema, because API Gateway would validate bytes as JSON. */
const content = mediaTypes.transform(
  (all): z.output<typeof mediaTypes> =>
    Object.fromEntries(
      Object.entries(all).map(([mediaType, described]) => [
        mediaType,
        Object.keys(described).length === 0 ? { schema: BYTES } : described,
      ]),
    ),
);

/** Moves the limit of a file into the schema. The API's own document has the limit in an extension. */
const requestBody = z
  .object({
    description: text,
    required: z.optional(z.boolean()),
    content,
    "x-max-bytes": z.optional(z.number()),
    "x-schema-limits": z.optional(z.json()),
  })
  .transform(({ "x-max-bytes": maxLength, "x-schema-limits": _, ...body }) => ({
    ...body,
    content: maxLength === undefined ? body.content : withMaxLength(body.content, maxLength),
  }));

function withMaxLength(described: z.output<typeof content>, maxLength: number): z.output<typeof content> {
  return Object.fromEntries(
    Object.entries(described).map(([mediaType, one]) => [
      mediaType,
      isBytes(one.schema) ? { ...one, schema: { ...BYTES, maxLength } } : one,
    ]),
  );
}

// Members that this schema does not list do not become public.
const operation = z.object({
  operationId: text,
  summary: text,
  description: text,
  parameters: z.optional(
    z.array(
      z.object({
        name: z.string(),
        in: z.string(),
        description: text,
        required: z.optional(z.boolean()),
        schema: z.optional(z.json()),
        example: z.optional(z.json()),
      }),
    ),
  ),
  requestBody: z.optional(requestBody),
  responses: z.optional(
    z.record(
      z.string(),
      z.object({
        description: z.string(),
        headers: z.optional(z.record(z.string(), z.json())),
        content: z.optional(content),
      }),
    ),
  ),
  security: z.optional(z.array(z.unknown())),
});

/** The public methods. OPTIONS is omitted, because only browsers send a preflight request. */
const pathItem = z.object({
  get: z.optional(operation),
  put: z.optional(operation),
  post: z.optional(operation),
  delete: z.optional(operation),
  patch: z.optional(operation),
});

const apiDocument = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), pathItem),
  components: z.optional(z.object({ schemas: z.optional(z.record(z.string(), z.json())) })),
});

/**
 * Creates the public document from the API's own document, which contains API Gateway's extensions. The public document
 * contains the public operations (with an empty `security`) and their schemas, without extensions and with hints for forms.
 *
 * @param openApi - the API's document, parsed
 * @param stageUrl - URL of the stage, the only server of the document
 * @param targets - the models that are not public, but that signed-in users may call, by the path of the route. Default: none
 * @throws Error if the value is not an OpenAPI document, or if the result contains an ARN or an account id
 */
export function publicDocument(
  openApi: unknown,
  stageUrl: string,
  targets: Readonly<Record<string, SignInTarget>> = {},
): PublicDocument {
  const api = apiDocument.parse(withoutExtensions(openApi));
  const limits = limitsBySchema(openApi);
  const examples = new Map<string, Json>();
  const paths = Object.fromEntries(
    Object.entries(api.paths).flatMap(([path, item]) => {
      const operations = Object.entries(item).flatMap(([method, op]): [string, PublicOperation][] => {
        if (op === undefined) return [];
        const streamed = streamedExampleOf(op, api.components?.schemas ?? {});
        if (streamed !== undefined) examples.set(streamed.schema, streamed.example);
        const shown = withExample(op, streamed);
        // A missing `security` means the document's default, not a public route.
        if (op.security?.length === 0) return [[method, { ...shown, security: [] }]];
        const target = targets[path];
        return target === undefined ? [] : [[method, { ...shown, security: [{ [schemeOf(target)]: [] }] }]];
      });
      return operations.length > 0 ? [[path, Object.fromEntries(operations)] as const] : [];
    }),
  );
  const used = Object.keys(paths)
    .flatMap((path) => targets[path] ?? [])
    .map(schemeOf);
  const schemes = Object.entries(SCHEMES).filter(([name]) => used.some((one) => one === name));
  const published = {
    openapi: api.openapi,
    info: api.info,
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(schemasUsedBy(paths, api.components?.schemas ?? {})).map(([name, schema]) => [
          name,
          withPropertyHints(withTypesOfExample(schema, examples.get(name))),
        ]),
      ),
      ...(schemes.length > 0 ? { securitySchemes: Object.fromEntries(schemes) } : {}),
    },
  };
  requireNothingPrivate(published, "document");
  // After the check, because Terraform knows the URLs after the deployment.
  const withServers = Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      mapValues(item, (op) => withServer(op, targets[path])),
    ]),
  );
  // After the check, too: a limit of twelve digits is no account id.
  const schemas = Object.fromEntries(
    Object.entries(published.components.schemas).map(([name, schema]) => [
      name,
      withSchemaLimits(schema, limits.get(name)),
    ]),
  );
  const components = { ...published.components, schemas };
  return { ...published, paths: withServers, components, servers: [{ url: stageUrl }] };
}

/** The parts of the API's document with the limits of requests. */
const documentWithLimits = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        requestBody: z.optional(
          z.object({
            content: z.record(z.string(), z.object({ schema: z.optional(z.json()) })),
            "x-schema-limits": z.optional(z.json()),
          }),
        ),
      }),
    ),
  ),
});

/** The limits of requests by the name of the request's schema. The API's own document has the limits in an extension. */
function limitsBySchema(openApi: unknown): ReadonlyMap<string, Json> {
  const bodies = Object.values(documentWithLimits.parse(openApi).paths).flatMap((item) =>
    Object.values(item).flatMap((op) => op.requestBody ?? []),
  );
  return new Map(
    bodies.flatMap(({ content, "x-schema-limits": limits }) =>
      limits === undefined
        ? []
        : referencesIn(content[JSON_TYPE]?.schema).map(
            (reference) => [reference.slice(SCHEMAS.length), limits] as const,
          ),
    ),
  );
}

/** The example of a request whose answer can be a stream of events, with the name of the request's schema. */
interface StreamedExample {
  readonly schema: string;
  readonly example: { readonly [name: string]: Json };
}

/**
 * Adds `stream: true` to the example of a request whose answer can be a stream of events. With this property, the clients of
 * the usual servers request a stream. The form of a page begins with the example, so that a visitor sees the text arrive.
 *
 * @returns `undefined` if the operation has no stream of events, or if its request has no such property
 */
function streamedExampleOf(
  { requestBody, responses }: z.output<typeof operation>,
  schemas: Readonly<Record<string, Json>>,
): StreamedExample | undefined {
  const { schema, example } = requestBody?.content[JSON_TYPE] ?? {};
  const [name = ""] = referencesIn(schema).map((reference) => reference.slice(SCHEMAS.length));
  const named = schemas[name];
  const canStream =
    responses?.["200"]?.content?.["text/event-stream"] !== undefined &&
    isObject(named) &&
    isObject(named.properties) &&
    named.properties.stream !== undefined;
  return canStream && isObject(example) ? { schema: name, example: { ...example, stream: true } } : undefined;
}

function withExample(
  op: z.output<typeof operation>,
  streamed: StreamedExample | undefined,
): z.output<typeof operation> {
  const { requestBody } = op;
  if (requestBody === undefined || streamed === undefined) return op;
  const json = { ...requestBody.content[JSON_TYPE], example: streamed.example };
  return { ...op, requestBody: { ...requestBody, content: { ...requestBody.content, [JSON_TYPE]: json } } };
}

/**
 * Adds the type of the example as an alternative to each value without a schema. API Gateway cannot express "a text or null",
 * so that its schema allows every value, and a form would require JSON.
 */
function withTypesOfExample(schema: Json, example: Json | undefined): Json {
  if (!isObject(schema) || example === undefined) return schema;
  const { items, properties } = schema;
  if (Object.keys(schema).length === 0 && ["string", "number", "boolean"].includes(typeof example)) {
    return { anyOf: [{ type: typeof example }, {}] };
  }
  if (Array.isArray(example) && items !== undefined) {
    return { ...schema, items: withTypesOfExample(items, example[0]) };
  }
  if (!isObject(example) || !isObject(properties)) return schema;
  const entries = Object.entries(properties).map(([name, property]) => [
    name,
    withTypesOfExample(property, example[name]),
  ]);
  return { ...schema, properties: Object.fromEntries(entries) };
}

const JSON_TYPE = "application/json";

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function schemeOf({ service }: SignInTarget): keyof typeof SCHEMES {
  return service === "token" ? "idToken" : "signature";
}

/**
 * A function URL answers every path, so that the URL and the path of the route are an address of the function. A public route
 * stays a route of the stage.
 */
function withServer(op: PublicOperation, target: SignInTarget | undefined): PublicOperation {
  if (op.security.length === 0 || target?.service !== "lambda") return op;
  return { ...op, servers: [{ url: target.url.replace(/\/$/, "") }] };
}

/** The media types of the binary requests and answers of the public routes. The page can show bodies of these types. */
export function shownMediaTypes({ paths }: PublicDocument): string[] {
  const contents = Object.values(paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ requestBody, responses = {} }) => [
      requestBody?.content ?? {},
      ...Object.values(responses).map((response) => response.content ?? {}),
    ]);
  return contents.flatMap((described) =>
    Object.entries(described).flatMap(([type, { schema }]) => (isBytes(schema) ? [type] : [])),
  );
}

function isBytes(schema: Json | undefined): boolean {
  return (
    typeof schema === "object" && schema !== null && "format" in schema && schema.format === BYTES.format
  );
}

/**
 * Removes API Gateway's extensions at any depth: they contain integrations, authorizers and policies.
 *
 * @param ofProperties - whether the value contains the properties of a schema, whose names can look like extensions
 */
function withoutExtensions(value: unknown, ofProperties = false): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutExtensions(one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      /^x-amazon-/i.test(key) && !ofProperties
        ? []
        : [[key, withoutExtensions(inner, !ofProperties && key === "properties")]],
    ),
  );
}

function mapValues<Value>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

const SCHEMAS = "#/components/schemas/";

/** The schemas that `root` refers to, directly or through other schemas. */
function schemasUsedBy(root: unknown, schemas: Readonly<Record<string, Json>>): Record<string, Json> {
  const used = new Map<string, Json>();
  const follow = (value: unknown): void => {
    for (const reference of referencesIn(value)) {
      const name = reference.startsWith(SCHEMAS) ? reference.slice(SCHEMAS.length) : "";
      const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
      if (schema === undefined) {
        throw new Error(
          `$ref: got ${reference}; allowed: ${SCHEMAS}<name> of a schema that the document has`,
        );
      }
      if (used.has(name)) continue;
      used.set(name, schema);
      follow(schema);
    }
  };
  follow(root);
  return Object.fromEntries([...used].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "$ref" && typeof inner === "string" ? [inner] : referencesIn(inner),
  );
}

/** Twelve digits, without another digit or a decimal point beside them. */
const ACCOUNT_ID = /(?<![\d.])\d{12}(?!\d|\.\d)/;

const PRIVATE: readonly (readonly [RegExp, string])[] = [
  [/\barn:[\w-]*:/i, "an ARN"],
  [ACCOUNT_ID, "a possible account id (12 digits)"],
  // Terraform replaces a reference later, so that the value cannot be checked here. CDKTF writes a reference for each token. Other texts
  // with ${ stay as they are, see `terraformText`: the name of a feature can be ${x.y}.
  [
    /[$#]\{TfToken\[|\$\{(?:aws_|data\.|local\.|module\.|var\.)/,
    "a value that is known after the deployment",
  ],
];

/** The last check: if the document contains private data after all steps above, the build fails. */
function requireNothingPrivate(value: unknown, place: string): void {
  if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      requireNothingPrivate(key, place);
      requireNothingPrivate(inner, `${place}.${key}`);
    }
    return;
  }
  const found = PRIVATE.find(([pattern]) => pattern.test(String(value)));
  if (found !== undefined) {
    throw new Error(
      `${place}: got ${found[1]}; allowed: no private value. Remove it from the route's texts.`,
    );
  }
}
