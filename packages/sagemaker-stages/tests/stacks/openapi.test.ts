import { describe, expect, it } from "@jest/globals";
import Ajv from "ajv-draft-04";
import * as z from "zod/mini";
import { openApi } from "../../src/constructs/api/openapi";
import type { ParsedRouteAccess } from "../../src/environment/model-settings";
import { models } from "../fixtures/app/functions";
import { about as loanDefault } from "../fixtures/app/functions/loan-default/contract";
import { example, exampleWith, named } from "./support/environments";
import { type OpenApiDocument, type OpenApiOperation, synthesize } from "./support/synthesized";

const { corsAllowOrigin: _, ...openStage } = example.stage;
const synthesized = synthesize([
  example,
  named("iam", exampleWith({ access: "AWS_IAM" })),
  named("key", exampleWith({ access: "API_KEY" })),
  named("public", exampleWith({ access: "PUBLIC" })),
  named("open", { ...example, stage: openStage }),
]);
const document = synthesized.stack("test").openApi();
const contract = models["loan-default"];
const REQUEST = loanDefault.example.request;

describe("the routes", () => {
  it("have the contract's path and method, and a preflight", () => {
    // Act
    const routes = Object.entries(document.paths).map(([path, methods]) => [path, Object.keys(methods)]);

    // Assess
    expect(document.openapi).toMatch(/^3\.0\./);
    expect(routes).toEqual([["/loan-default", ["post", "options"]]]);
  });

  it("invoke the function by an ARN that a plan can show", () => {
    // Act
    const integration = operation(document, "post")["x-amazon-apigateway-integration"];

    // Assess
    expect(integration).toMatchObject({
      type: "aws_proxy",
      httpMethod: "POST",
      uri:
        "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/" +
        "arn:aws:lambda:eu-central-1:111122223333:function:test-loan-default/invocations",
    });
  });
});

describe("the security of a route", () => {
  const SIGV4 = {
    sigv4: {
      type: "apiKey",
      name: "Authorization",
      in: "header",
      "x-amazon-apigateway-authtype": "awsSigv4",
    },
  };
  const KEY = { api_key: { type: "apiKey", name: "x-api-key", in: "header" } };

  it.each<[ParsedRouteAccess, string, OpenApiOperation["security"], object | undefined]>([
    ["AWS_IAM", "iam", [{ sigv4: [] }], SIGV4],
    ["API_KEY", "key", [{ api_key: [] }], KEY],
    ["PUBLIC", "public", [], undefined],
  ])("that is %s", (_, name, security, schemes) => {
    // Prepare
    const { components, ...rest } = synthesized.stack(name).openApi();

    // Act
    const post = operation({ components, ...rest }, "post");

    // Assess
    expect(post.security).toEqual(security);
    expect(components.securitySchemes).toEqual(schemes);
  });

  it("is a signature by default", () => {
    // Act
    const post = operation(document, "post");

    // Assess
    expect(post.security).toEqual([{ sigv4: [] }]);
  });
});

describe("the request model", () => {
  it("validates JSON bodies against the contract's schema", () => {
    // Prepare
    const post = operation(document, "post");

    // Act
    const validators = document["x-amazon-apigateway-request-validators"];

    // Assess
    expect(validators[post["x-amazon-apigateway-request-validator"] ?? ""]).toEqual({
      validateRequestBody: true,
      validateRequestParameters: false,
    });
    expect(post.requestBody?.required).toBe(true);
    expect(Object.keys(post.requestBody?.content ?? {})).toEqual(["application/json"]);
    expect(post.requestBody?.content["application/json"]?.schema).toEqual({
      $ref: "#/components/schemas/LoanDefaultRequest",
    });
  });

  it("expresses the contract's schema with keywords that API Gateway imports", () => {
    // Act
    const { schemas } = document.components;

    // Assess
    expect(schemas).toEqual({
      LoanDefaultRequest: {
        type: "object",
        properties: { data: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] } },
        required: ["data"],
        additionalProperties: false,
      },
    });
  });

  // A request that the gateway refuses never reaches the handler.
  it.each([
    ["the contract's example", REQUEST],
    ["a batch", { data: [REQUEST.data, REQUEST.data] }],
  ])("accepts %s, as the handler does", (_, request) => {
    // Prepare
    const validate = compileModel();

    // Act
    const passes = validate(request);

    // Assess
    expect(passes).toBe(true);
    expect(contract.schema.safeParse(request).success).toBe(true);
  });

  it.each([
    ["no data", {}],
    ["a number for data", { data: 1 }],
    ["a list of numbers for data", { data: [1] }],
    ["nothing for data", { data: null }],
    ["an unknown property", { data: "1", more: 1 }],
    ["a list", []],
  ])("refuses %s, as the handler does", (_, request) => {
    // Prepare
    const validate = compileModel();

    // Act
    const passes = validate(request);

    // Assess
    expect(passes).toBe(false);
    expect(contract.schema.safeParse(request).success).toBe(false);
  });

  /** API Gateway validates by draft 4 of JSON Schema. */
  function compileModel() {
    return new Ajv().compile(document.components.schemas.LoanDefaultRequest ?? { not: {} });
  }
});

describe("the query of a GET", () => {
  it("requires a parameter only when the contract refuses both a missing and an empty value", () => {
    // Prepare: API Gateway refuses a required parameter that is blank
    const schema = z.object({
      full: z.string().check(z.minLength(1)),
      empty: z.string(),
      k: z.optional(z.string()),
    });
    const request = { full: "a", empty: "", k: "3" };
    const route = { method: "GET", path: "/iris" } as const;
    const about = {
      title: "Iris",
      description: "Names irises.",
      allowed: "?full=",
      example: { request, answer: 1 },
    };

    // Act
    const made = openApi({
      title: "test",
      region: "eu-central-1",
      partition: "aws",
      corsAllowOrigin: "*",
      routes: [
        { contract: { model: "iris", route, schema, ...about }, access: "PUBLIC", functionArn: "arn" },
      ],
    });

    // Assess
    expect(made).toMatchObject({
      paths: {
        "/iris": {
          get: {
            parameters: [
              { name: "full", required: true, example: "a" },
              { name: "empty", required: false, example: "" },
              { name: "k", required: false, example: "3" },
            ],
          },
        },
      },
    });
  });
});

describe("the CORS preflight", () => {
  const preflight = operation(document, "options");

  it("is answered by API Gateway for every origin, without a body", () => {
    // Prepare
    const integration = preflight["x-amazon-apigateway-integration"];

    // Act
    const template = JSON.parse(integration.requestTemplates?.["application/json"] ?? "");

    // Assess
    expect(preflight.security).toEqual([]);
    expect(integration.type).toBe("mock");
    expect(template).toEqual({ statusCode: 204 });
    expect(integration.responses?.default?.statusCode).toBe("204");
    expect(Object.keys(preflight.responses)).toEqual(["204"]);
  });

  it.each([
    ["the environment's origin", "test", "'https://www.example.com'"],
    ["every origin if the environment names no origin", "open", "'*'"],
  ])("allows %s, the route's method and the headers of every kind of caller", (_, name, origin) => {
    // Prepare
    const options = operation(synthesized.stack(name).openApi(), "options");

    // Act
    const parameters =
      options["x-amazon-apigateway-integration"].responses?.default?.responseParameters ?? {};

    // Assess
    expect(parameters).toEqual({
      "method.response.header.Access-Control-Allow-Origin": origin,
      "method.response.header.Access-Control-Allow-Methods": "'POST,OPTIONS'",
      "method.response.header.Access-Control-Allow-Headers":
        "'accept,authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token,x-api-key'",
      "method.response.header.Access-Control-Max-Age": expect.stringMatching(/^'\d+'$/),
    });
  });

  it("declares every header that it sends, as API Gateway requires", () => {
    // Prepare
    const sent = preflight["x-amazon-apigateway-integration"].responses?.default?.responseParameters ?? {};

    // Act
    const declared = Object.keys(preflight.responses["204"]?.headers ?? {});

    // Assess
    expect(declared.map((name) => `method.response.header.${name}`).sort()).toEqual(Object.keys(sent).sort());
  });
});

describe("API Gateway's own responses", () => {
  const responses = Object.entries(document["x-amazon-apigateway-gateway-responses"]);

  it("include a default response for every error", () => {
    // Act
    const types = responses.map(([type]) => type);

    // Assess
    expect(types).toEqual(expect.arrayContaining(["DEFAULT_4XX", "DEFAULT_5XX", "BAD_REQUEST_BODY"]));
    expect(new Set(types).size).toBe(types.length);
  });

  it.each(responses)("%s can be read by pages of the environment's origin", (_, response) => {
    // Act
    const { responseParameters } = response;

    // Assess
    expect(responseParameters).toMatchObject({
      "gatewayresponse.header.Access-Control-Allow-Origin": "'https://www.example.com'",
      "gatewayresponse.header.Access-Control-Expose-Headers": "'Retry-After,x-amzn-RequestId'",
      "gatewayresponse.header.Content-Type": "'application/problem+json'",
    });
  });

  it.each(responses)("%s is a problem document when its variables are filled in", (_, response) => {
    // Prepare
    const { "application/json": template = "", ...others } = response.responseTemplates;

    // Act
    const problem: unknown = JSON.parse(fillIn(template));

    // Assess
    expect(others).toEqual({});
    expect(problem).toEqual({
      type: "about:blank",
      title: expect.stringMatching(/./),
      ...(response.statusCode === undefined ? {} : { status: Number(response.statusCode) }),
      detail: expect.stringMatching(/./),
      requestId: "word",
    });
  });

  it.each<[when: string, routes: readonly Route[], described: string]>([
    [
      "every route is private",
      [
        { model: "loan-default", access: "API_KEY" },
        { model: "energy-demand", access: "AWS_IAM" },
      ],
      "the request body of this route in the API's OpenAPI document",
    ],
    [
      "one of several routes is public",
      [
        { model: "loan-default", access: "API_KEY" },
        { model: "ticket-urgency", access: "PUBLIC" },
      ],
      "the request body of this route in the API's OpenAPI document",
    ],
    [
      "the only route with a body is public",
      [
        { model: "ticket-urgency", access: "PUBLIC" },
        { model: "language-check", access: "API_KEY" },
      ],
      models["ticket-urgency"].allowed,
    ],
  ])("describe no request body of another route when %s", (_, routes, described) => {
    // Act
    const detail = detailOfBadBody(routes);

    // Assess
    expect(detail).toBe(
      `Invalid request body: the body is not JSON, or does not match the request model of word word; allowed: ${described}`,
    );
  });

  it("have a Retry-After header for a throttled caller", () => {
    // Act
    const { THROTTLED } = document["x-amazon-apigateway-gateway-responses"];

    // Assess
    expect(THROTTLED?.statusCode).toBe("429");
    expect(THROTTLED?.responseParameters["gatewayresponse.header.Retry-After"]).toMatch(/^'[1-9]\d*'$/);
  });

  /** A model with the access of its route. */
  interface Route {
    readonly model: "loan-default" | "energy-demand" | "ticket-urgency" | "language-check";
    readonly access: ParsedRouteAccess;
    /** @default - the contract's */
    readonly path?: `/${string}`;
  }

  /** API Gateway's response to a body that does not match the model of the called route. */
  function detailOfBadBody(routes: readonly Route[]): string {
    const api = openApi({
      title: "test-inference",
      region: "eu-central-1",
      partition: "aws",
      corsAllowOrigin: "*",
      routes: routes.map(({ model, access, path }) => {
        const { route, ...ofModel } = models[model];
        return {
          contract: { ...ofModel, route: { ...route, path: path ?? route.path } },
          access,
          functionArn: "arn:aws:lambda:eu-central-1:111122223333:function:test",
        };
      }),
    }) as unknown as OpenApiDocument;
    const { BAD_REQUEST_BODY } = api["x-amazon-apigateway-gateway-responses"];
    return JSON.parse(fillIn(BAD_REQUEST_BODY?.responseTemplates["application/json"] ?? "")).detail;
  }

  /** Replaces variables like API Gateway. API Gateway quotes its message, and no other variable. */
  function fillIn(template: string): string {
    return template
      .replaceAll("$context.error.messageString", () => JSON.stringify('a "quoted" \\ message'))
      .replace(/\$context(\.[A-Za-z]+)+/g, "word");
  }
});

it("API Gateway's problems keep their own members, and have only JSON, when a contract returns other values", () => {
  // Prepare
  const problemMembers = () => ({ status: 200, requestId: "other", type: "x", code: undefined, of: "own" });
  const functionArn = "arn:aws:lambda:us-east-1:111122223333:function:f";

  // Act
  const described = openApi({
    title: "members",
    region: "us-east-1",
    partition: "aws",
    corsAllowOrigin: "*",
    routes: [{ contract: { ...contract, problemMembers }, access: "PUBLIC", functionArn }],
  }) as unknown as OpenApiDocument;

  // Assess
  const { THROTTLED } = described["x-amazon-apigateway-gateway-responses"];
  const template = THROTTLED?.responseTemplates["application/json"] ?? "";
  expect(JSON.parse(template)).toMatchObject({
    type: "about:blank",
    status: 429,
    requestId: "$context.requestId",
    of: "own",
  });
  expect(template).not.toMatch(/code|other|"x"/);
});

function operation({ paths }: OpenApiDocument, method: string): OpenApiOperation {
  const found = paths["/loan-default"]?.[method];
  if (found === undefined) throw new Error(`no ${method} of /loan-default in ${JSON.stringify(paths)}`);
  return found;
}

describe("a contract with bytes and headers", () => {
  const BYTES_CONTRACT = {
    ...contract,
    bytes: { takes: ["image/png", "image/jpeg"] },
    answerTypes: ["image/png", "application/x-npy"],
    callerHeaders: ["x-correlation-id"],
    answerHeaders: ["x-model-version"],
  };
  const route = {
    access: "PUBLIC",
    functionArn: "arn:aws:lambda:us-east-1:111122223333:function:f",
  } as const;
  const documentOf = (...contracts: readonly (typeof contract | typeof BYTES_CONTRACT)[]) =>
    openApi({
      title: "bytes",
      region: "us-east-1",
      partition: "aws",
      corsAllowOrigin: "*",
      routes: contracts.map((one) => ({ ...route, contract: one })),
    }) as unknown as OpenApiDocument & { readonly "x-amazon-apigateway-binary-media-types"?: string[] };

  it("adds each of its media types to the API's binary media types, once and sorted", () => {
    // Act
    const described = documentOf(BYTES_CONTRACT);

    // Assess
    expect(described["x-amazon-apigateway-binary-media-types"]).toEqual([
      "application/x-npy",
      "image/jpeg",
      "image/png",
    ]);
  });

  it("is required for binary media types: an API without bytes has no binary media types", () => {
    // Act
    const described = documentOf(contract);

    // Assess
    expect(described).not.toHaveProperty("x-amazon-apigateway-binary-media-types");
  });

  it("has a model only for JSON, because API Gateway validates bytes of a type with a model as JSON", () => {
    // Act
    const { requestBody } = operation(documentOf(BYTES_CONTRACT), "post");

    // Assess
    expect(requestBody?.content).toEqual({
      "application/json": {
        schema: { $ref: "#/components/schemas/LoanDefaultRequest" },
        example: REQUEST,
      },
      "image/png": {},
      "image/jpeg": {},
    });
  });

  it("describes its headers and the media types of its answer", () => {
    // Act
    const post = operation(documentOf(BYTES_CONTRACT), "post");

    // Assess
    expect(post).toMatchObject({
      parameters: [{ name: "x-correlation-id", in: "header", required: false, schema: { type: "string" } }],
      responses: {
        "200": {
          headers: { "x-model-version": { schema: { type: "string" } } },
          content: {
            "application/json": { example: loanDefault.example.answer },
            "image/png": {},
            "application/x-npy": {},
          },
        },
      },
    });
  });

  it("makes API Gateway name Lambda's limit when it refuses a body, and only with bytes", () => {
    // Act
    const [own, plain] = [BYTES_CONTRACT, contract].map(
      (one) => documentOf(one)["x-amazon-apigateway-gateway-responses"].REQUEST_TOO_LARGE,
    );

    // Assess
    expect(own?.responseTemplates["application/json"]).toContain("at most 6291456 bytes");
    expect(plain?.responseTemplates["application/json"]).toContain('"detail":$context.error.messageString');
  });

  it("names the path of uploads when API Gateway refuses a body of an API with asynchronous requests", () => {
    // Act
    const described = openApi({
      title: "bytes",
      region: "us-east-1",
      partition: "aws",
      corsAllowOrigin: "*",
      routes: [{ ...route, contract, isAsync: true }],
    }) as unknown as OpenApiDocument;

    // Assess
    const { REQUEST_TOO_LARGE } = described["x-amazon-apigateway-gateway-responses"];
    expect(REQUEST_TOO_LARGE?.responseTemplates["application/json"]).toContain(
      `Upload a larger input: POST ${contract.route.path}/uploads.`,
    );
  });

  it("CORS allows pages to send the headers that the route reads, in addition to the headers of every route", () => {
    // Act
    const plain = allowHeadersOf(documentOf(contract));
    const own = allowHeadersOf(documentOf(BYTES_CONTRACT));

    // Assess
    expect(own).toBe(plain?.replace(/'$/, ",x-correlation-id'"));
  });
});

function allowHeadersOf(described: OpenApiDocument): string | undefined {
  const { responses } = operation(described, "options")["x-amazon-apigateway-integration"];
  return responses?.default?.responseParameters["method.response.header.Access-Control-Allow-Headers"];
}
