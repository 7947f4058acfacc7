import { gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { customers as EXAMPLE } from "../../examples/customers";
import { authorizerCode } from "../../src/constructs/api/authorizer-code";
import { named } from "./support/environments";
import { synthesize } from "./support/synthesized";

const { customers: _, ...shared } = EXAMPLE;
const withoutLimits = { ...shared, customers: { acme: { models: ["language-check", "loan-default"] } } };
const similarNames = {
  ...shared,
  customers: {
    acme: { models: ["language-check", "loan-default"], keys: ["1", "usage-plan"] },
    "acme-usage-plan": { models: ["language-check"] },
    "acme-key-1": { models: ["language-check"] },
    "acme-usage-plan-key-1": { models: ["language-check"] },
  },
};
const adopted = {
  ...shared,
  customers: {
    everyone: { models: ["language-check", "loan-default"], keys: ["1", "2027-01"], sharedKey: true },
    acme: { models: ["language-check"] },
  },
};
const synthesized = synthesize([
  EXAMPLE,
  named("shared", shared),
  named("unlimited", withoutLimits),
  named("similar", similarNames),
  named("adopted", adopted),
]);
const stack = synthesized.stack("sold");

/** The resource of a type with a name. */
function namedResource(type: "aws_api_gateway_api_key" | "aws_api_gateway_usage_plan", name: string) {
  const found = stack.find(type).find(({ values }) => values.name === name);
  if (found === undefined) throw new Error(`no ${type} ${name}`);
  return found;
}

describe("the keys of customers", () => {
  it("have the names of the environment, the customer and the key, and a tag", () => {
    // Act
    const keys = stack.find("aws_api_gateway_api_key").map(({ values }) => values);

    // Assess
    expect(keys).toEqual([
      { name: "sold-acme-customer-2026-11", tags: { Customer: "acme" } },
      { name: "sold-acme-customer-2027-01", tags: { Customer: "acme" } },
      { name: "sold-globex-customer-1", tags: { Customer: "globex" } },
    ]);
  });

  it("each belong to the usage plan of their customer", () => {
    // Act
    const links = stack.find("aws_api_gateway_usage_plan_key").map(({ values }) => values);

    // Assess
    const key = (name: string) => `\${${namedResource("aws_api_gateway_api_key", name).address}.id}`;
    const plan = (name: string) => `\${${namedResource("aws_api_gateway_usage_plan", name).address}.id}`;
    expect(links).toEqual([
      {
        key_id: key("sold-acme-customer-2026-11"),
        key_type: "API_KEY",
        usage_plan_id: plan("sold-acme-customer"),
      },
      {
        key_id: key("sold-acme-customer-2027-01"),
        key_type: "API_KEY",
        usage_plan_id: plan("sold-acme-customer"),
      },
      {
        key_id: key("sold-globex-customer-1"),
        key_type: "API_KEY",
        usage_plan_id: plan("sold-globex-customer"),
      },
    ]);
  });

  it("are separate when a customer's name is another customer's name with the end of an id", () => {
    // Act
    const { length } = synthesized.stack("similar").find("aws_api_gateway_usage_plan_key");

    // Assess
    expect(length).toBe(5);
  });

  it("replace the shared key of the environment", () => {
    // Act
    const keys = synthesized.stack("shared").find("aws_api_gateway_api_key");

    // Assess
    expect(keys.map(({ values }) => values)).toEqual([{ name: "shared-inference" }]);
    expect(JSON.stringify(stack.openApi())).not.toContain("environment's API key");
  });

  it("contain the shared key of the environment when the customer has sharedKey", () => {
    // Prepare
    const types = [
      "aws_api_gateway_api_key",
      "aws_api_gateway_usage_plan",
      "aws_api_gateway_usage_plan_key",
    ] as const;
    const addressesIn = (name: string, part: string) =>
      types.map((type) => {
        const found = synthesized.stack(name).find(type);
        return found.find(({ address }) => address.startsWith(`${type}.${part}`))?.address;
      });

    // Act
    const { moved } = JSON.parse(synthesized.stack("adopted").text);

    // Assess
    const from = addressesIn("shared", "stage_");
    const to = addressesIn("adopted", "customers_everyone_");
    expect(moved).toEqual(types.map((_, index) => ({ from: from[index], to: to[index] })));
    expect(new Set([...from, ...to]).size).toBe(6);
    expect(JSON.parse(stack.text).moved).toBeUndefined();
  });

  it("have ids in the outputs, and no value", () => {
    // Act
    const { output } = JSON.parse(stack.text);

    // Assess
    const id = (name: string) => `\${${namedResource("aws_api_gateway_api_key", name).address}.id}`;
    expect(output.acme_customer_api_key_ids.value).toEqual({
      "2026-11": id("sold-acme-customer-2026-11"),
      "2027-01": id("sold-acme-customer-2027-01"),
    });
    expect(output.globex_customer_api_key_ids.value).toEqual({ "1": id("sold-globex-customer-1") });
    expect(output.api_key_id).toBeUndefined();
    expect(JSON.stringify(output)).not.toContain(".value");
  });
});

describe("the usage plan of a customer", () => {
  const api = stack.one("aws_api_gateway_rest_api").address;
  const stage = stack.one("aws_api_gateway_stage").address;

  it("has the limits and the quota of the customer, and a limit for each route of the customer", () => {
    // Act
    const { values } = namedResource("aws_api_gateway_usage_plan", "sold-acme-customer");

    // Assess
    expect(values).toEqual({
      name: "sold-acme-customer",
      tags: { Customer: "acme" },
      api_stages: [
        {
          api_id: `\${${api}.id}`,
          stage: `\${${stage}.stage_name}`,
          throttle: [
            { path: "/language-check/GET", rate_limit: 50, burst_limit: 100 },
            { path: "/loan-default/POST", rate_limit: 5, burst_limit: 10 },
          ],
        },
      ],
      throttle_settings: { rate_limit: 50, burst_limit: 100 },
      quota_settings: { limit: 1_000_000, period: "MONTH" },
    });
  });

  it("has the limits of the stage, and no quota, when the customer has none", () => {
    // Act
    const { values } = synthesized.stack("unlimited").one("aws_api_gateway_usage_plan");

    // Assess
    expect(values.throttle_settings).toEqual({ rate_limit: 100, burst_limit: 200 });
    expect(values).not.toHaveProperty("quota_settings");
  });
});

describe("the routes of customers", () => {
  it("require a key, and the authorizer that checks the same header", () => {
    // Act
    const { paths, components } = JSON.parse(JSON.stringify(stack.openApi()));

    // Assess
    expect(paths["/loan-default"].post.security).toEqual([{ customers: [] }, { api_key: [] }]);
    expect(paths["/loan-default"].options.security).toEqual([]);
    expect(components.securitySchemes).toEqual({
      api_key: { type: "apiKey", name: "x-api-key", in: "header" },
      customers: {
        type: "apiKey",
        name: "x-api-key",
        in: "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
          type: "request",
          identitySource: "method.request.header.x-api-key",
          authorizerUri: expect.stringMatching(/:function:sold-authorizer\/invocations$/),
          authorizerResultTtlInSeconds: 60,
        },
      },
    });
  });

  it("have refusals that name the customers' keys", () => {
    // Act
    const responses = Object(stack.openApi())["x-amazon-apigateway-gateway-responses"];
    const detailOf = (type: string) => responses[type].responseTemplates["application/json"];

    // Assess
    expect(detailOf("UNAUTHORIZED")).toContain("The key is missing or unknown.");
    expect(detailOf("ACCESS_DENIED")).toContain("the key must be the key of a customer of the route");
    expect(detailOf("INVALID_API_KEY")).toContain("the key of one of its customers");
    expect(detailOf("QUOTA_EXCEEDED")).toContain("Limit Exceeded: the quota of the key is used up.");
    expect(responses.UNAUTHORIZED.responseParameters).not.toHaveProperty(
      "gatewayresponse.header.WWW-Authenticate",
    );
  });
});

describe("the authorizer of customers", () => {
  const fn = stack
    .find("aws_lambda_function")
    .find(({ values }) => values.function_name === "sold-authorizer");

  it("knows a digest of each key, with the name of the customer, and no key", () => {
    // Act
    const text: string = Object(fn?.values).environment.variables.CUSTOMER_KEYS;

    // Assess
    const digest = (name: string) =>
      `\${nonsensitive(substr(base64sha256(${namedResource("aws_api_gateway_api_key", name).address}.value), 0, 16))}`;
    expect(text).toBe(
      `acme:${digest("sold-acme-customer-2026-11")}:${digest("sold-acme-customer-2027-01")},globex:${digest("sold-globex-customer-1")}`,
    );
  });

  it("has a bundle of at most 12 kB with the routes of many customers", () => {
    // Prepare
    const routes = ["POST /loan-default", "GET /language-check"];
    const customers = Object.fromEntries(
      Array.from({ length: 150 }, (_, index) => [`customer${index}`, routes]),
    );

    const tokens = [
      {
        route: "POST /churn",
        issuer: "https://login.example.com",
        audience: ["models"],
        scopes: ["predict"],
      },
    ];

    // Act
    const { length } = gzipSync(authorizerCode({ tokens, customers }));

    // Assess
    expect(length).toBeLessThanOrEqual(12 * 1024);
  });
});
