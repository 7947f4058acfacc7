import { gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { chat } from "../../examples/chat";
import { authorizerCode } from "../../src/constructs/api/authorizer-code";
import type { Environment } from "../../src/environment/environment";
import { checkEnvironments, models } from "../support/app";
import { named } from "./support/environments";
import { synthesize } from "./support/synthesized";

const { llama, "language-check": other } = chat.models;
if (llama === undefined || other === undefined) throw new Error("the example has other models");
const { customers: _, ...withoutCustomers } = chat;
const onlyChat: Environment = { ...chat, models: { llama }, customers: { acme: { models: ["llama"] } } };
const onlyOther: Environment = {
  ...chat,
  models: { "language-check": other },
  customers: { acme: { models: ["language-check"] } },
};

const synthesized = synthesize([chat, named("one", onlyChat), named("none", onlyOther)]);

interface Document {
  readonly "x-amazon-apigateway-api-key-source"?: string;
  readonly "x-amazon-apigateway-gateway-responses": Readonly<
    Record<
      string,
      {
        readonly responseTemplates: Readonly<Record<string, string>>;
        readonly responseParameters: Readonly<Record<string, string>>;
      }
    >
  >;
  readonly paths: Readonly<
    Record<string, { readonly post?: { readonly security: unknown; readonly responses: unknown } }>
  >;
  readonly components: { readonly securitySchemes: Readonly<Record<string, object>> };
}

function documentOf(environment: string): Document {
  return JSON.parse(JSON.stringify(synthesized.stack(environment).openApi()));
}

function bearerScheme(environment: string) {
  return {
    type: "apiKey",
    name: "Authorization",
    in: "header",
    "x-amazon-apigateway-authtype": "custom",
    "x-amazon-apigateway-authorizer": {
      type: "request",
      identitySource: "method.request.header.Authorization",
      authorizerUri: expect.stringMatching(new RegExp(`:function:${environment}-authorizer/invocations$`)),
      authorizerResultTtlInSeconds: 60,
    },
  };
}

describe("the API of an environment whose customers send their keys as bearer tokens", () => {
  it("reads keys from the authorizer, and has one authorizer for each header", () => {
    // Act
    const { components, paths, ...document } = documentOf("talk");

    // Assess
    expect(document["x-amazon-apigateway-api-key-source"]).toBe("AUTHORIZER");
    expect(paths["/v1/chat/completions"]?.post?.security).toEqual([
      { customers_bearer: [] },
      { api_key: [] },
    ]);
    expect(components.securitySchemes).toMatchObject({
      api_key: { type: "apiKey", name: "x-api-key", in: "header" },
      customers: { name: "x-api-key" },
      customers_bearer: bearerScheme("talk"),
    });
  });

  it("has no authorizer for x-api-key when no route reads this header", () => {
    // Act
    const { components } = documentOf("one");

    // Assess
    expect(Object.keys(components.securitySchemes)).toEqual(["api_key", "customers_bearer"]);
  });

  it("keeps the header as the source of keys when no route reads Authorization", () => {
    // Act
    const { components, ...document } = documentOf("none");

    // Assess
    expect(document).not.toHaveProperty("x-amazon-apigateway-api-key-source");
    expect(Object.keys(components.securitySchemes)).toEqual(["api_key", "customers"]);
  });

  it("states both media types of the answer", () => {
    // Act
    const { paths } = documentOf("talk");

    // Assess
    expect(paths["/v1/chat/completions"]?.post?.responses).toMatchObject({
      "200": { content: { "application/json": {}, "text/event-stream": { example: "data: …\n\n" } } },
    });
  });

  it("answers refusals that also have the form of OpenAI's errors", () => {
    // Act
    const responses = documentOf("one")["x-amazon-apigateway-gateway-responses"];
    const templates = Object.values(responses).map(
      ({ responseTemplates }) => responseTemplates["application/json"] ?? "",
    );
    const parsed = templates.map((template) =>
      JSON.parse(template.replaceAll("$context.error.messageString", '"the message of API Gateway"')),
    );

    // Assess
    expect(parsed.length).toBeGreaterThan(10);
    for (const { detail, error } of parsed) {
      expect(error).toEqual({
        message: detail,
        type: expect.stringMatching(/_error$/),
        param: null,
        code: null,
      });
    }
    expect(parsed.find(({ status }) => status === 401)).toMatchObject({
      detail: expect.stringContaining("in the header authorization: Bearer <key>"),
      error: { type: "authentication_error" },
    });
    expect(responses.UNAUTHORIZED?.responseParameters).toMatchObject({
      "gatewayresponse.header.WWW-Authenticate": "'Bearer'",
    });
  });

  it("has refusals without further members when no contract defines them", () => {
    // Act
    const responses = documentOf("none")["x-amazon-apigateway-gateway-responses"];

    // Assess
    expect(JSON.stringify(responses)).not.toContain('\\"error\\"');
  });

  it("has an authorizer of at most 12 kB with the routes of many customers and with tokens", () => {
    // Prepare
    const routes = ["POST /v1/chat/completions", "POST /loan-default"];
    const customers = Object.fromEntries(
      Array.from({ length: 150 }, (_, index) => [`customer${index}`, routes]),
    );
    const tokens = [
      { route: "POST /churn", issuer: "https://login.example.com", audience: ["a"], scopes: [] },
    ];

    // Act
    const { length } = gzipSync(authorizerCode({ tokens, customers, bearerRoutes: routes.slice(0, 1) }));

    // Assess
    expect(length).toBeLessThanOrEqual(12 * 1024);
  });
});

describe("the rules of routes whose callers send the key as a bearer token", () => {
  it("refuse an environment without customers, and say what to write", () => {
    // Act
    const faults = checkEnvironments([withoutCustomers], [], models);

    // Assess
    expect(faults).toMatchObject([
      {
        field: "models.llama.access",
        allowed: expect.stringContaining('customers: { everyone: { models: ["llama"] } }'),
      },
    ]);
  });

  it.each(["AWS_IAM", "PUBLIC"] as const)("accept the access %s without customers", (access) => {
    // Prepare
    const environment: Environment = { ...withoutCustomers, models: { llama: { ...llama, access } } };

    // Act
    const faults = checkEnvironments([environment], [], models);

    // Assess
    expect(faults).toEqual([]);
  });
});
