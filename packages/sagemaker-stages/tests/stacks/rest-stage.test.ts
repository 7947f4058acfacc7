import { describe, expect, it } from "@jest/globals";
import type { AccountSettings } from "../../src/environment/account";
import type { RouteAccess } from "../../src/environment/model-settings";
import { example, exampleWith, named } from "./support/environments";
import { type SynthesizedStack, synthesize } from "./support/synthesized";

const synthesized = synthesize([
  example,
  named("iam", exampleWith({ access: "AWS_IAM" })),
  named("key", exampleWith({ access: "API_KEY" })),
  named("public", exampleWith({ access: "PUBLIC" })),
]);
const stack = synthesized.stack("test");
const api = stack.one("aws_api_gateway_rest_api");
const deployment = stack.one("aws_api_gateway_deployment");
const stage = stack.one("aws_api_gateway_stage");

describe("the REST API", () => {
  it("is regional and named after the environment", () => {
    // Act
    const { name, endpoint_configuration } = api.values;

    // Assess
    expect(name).toBe("test-inference");
    expect(endpoint_configuration).toEqual({ types: ["REGIONAL"] });
  });

  it("is deployed again when any part of its document changes", () => {
    // Act
    const { rest_api_id, triggers } = deployment.values;

    // Assess
    expect(rest_api_id).toBe(`\${${api.address}.id}`);
    expect(triggers).toEqual({ redeployment: `\${sha256(${api.address}.body)}` });
  });

  it("has a new deployment before the previous deployment is destroyed", () => {
    // Act
    const { lifecycle } = deployment.values;

    // Assess
    expect(lifecycle).toEqual({ create_before_destroy: true });
  });
});

describe("the stage", () => {
  it("has the environment's name, tracing and the deployment", () => {
    // Act
    const { depends_on: _, ...values } = stage.values;

    // Assess
    expect(values).toEqual({
      rest_api_id: `\${${api.address}.id}`,
      deployment_id: `\${${deployment.address}.id}`,
      stage_name: "test",
      xray_tracing_enabled: true,
    });
  });

  it("is created after the permissions to invoke its functions", () => {
    // Prepare
    const permission = stack.one("aws_lambda_permission");

    // Act
    const { depends_on } = stage.values;

    // Assess
    expect(depends_on).toEqual([permission.address]);
  });

  it("throttles every method with the environment's limits", () => {
    // Act
    const { values } = stack.one("aws_api_gateway_method_settings");

    // Assess
    expect(values).toMatchObject({
      method_path: "*/*",
      stage_name: `\${${stage.address}.stage_name}`,
      settings: { throttling_rate_limit: 50, throttling_burst_limit: 75 },
    });
  });

  it("has no feature that is billed without requests", () => {
    // Act
    const text = JSON.stringify([stage.values, stack.one("aws_api_gateway_method_settings").values]);

    // Assess
    expect(text).not.toMatch(/cache|certificate|waf|web_acl/i);
  });
});

describe("the access log", () => {
  const ofStage = (accessLogs: boolean, name: string) =>
    named(name, { ...example, stage: { ...example.stage, accessLogs } });
  const account: AccountSettings = {
    region: example.region,
    accountId: "111122223333",
    state: { local: { path: "terraform.account.tfstate" } },
    apiGatewayLogs: true,
  };
  const { accountId: _, ...anyAccount } = example;
  const logging = synthesize(
    [
      example,
      ofStage(false, "off"),
      named("region", { ...example, region: "us-east-1" }),
      named("other", { ...example, accountId: "444455556666" }),
      named("any", anyAccount),
    ],
    [
      account,
      {
        name: "without",
        region: example.region,
        accountId: "444455556666",
        state: { local: { path: "terraform.without.tfstate" } },
        stateBucket: "terraform-states",
      },
    ],
  );
  const withoutAccounts = synthesize([ofStage(true, "on"), named("silent", example)]);

  it("is a group with the environment's retention when the account has API Gateway's logs role", () => {
    // Prepare
    const withLog = logging.stack("test");

    // Act
    const groups = withLog.find("aws_cloudwatch_log_group");

    // Assess
    const group = groups.find(({ values }) => values.name === "/aws/apigateway/test-inference/access");
    expect(group?.values).toEqual({
      name: "/aws/apigateway/test-inference/access",
      retention_in_days: 14,
      lifecycle: { create_before_destroy: true },
    });
    const { values } = withLog.one("aws_api_gateway_stage");
    expect(values.access_log_settings?.destination_arn).toBe(
      "arn:aws:logs:eu-central-1:111122223333:log-group:/aws/apigateway/test-inference/access",
    );
    expect(values.depends_on).toContain(group?.address);
  });

  it.each<[when: string, stack: () => SynthesizedStack]>([
    ["the environment turns the access log off", () => logging.stack("off")],
    ["the account's role is for another region", () => logging.stack("region")],
    ["the account has no role", () => logging.stack("other")],
    ["the environment names no account", () => logging.stack("any")],
    ["no account is described", () => withoutAccounts.stack("silent")],
  ])("does not exist when %s", (_when, stackOf) => {
    // Act
    const { values } = stackOf().one("aws_api_gateway_stage");

    // Assess
    expect(values).not.toHaveProperty("access_log_settings");
    expect(stackOf().text).not.toContain("/aws/apigateway/");
  });

  it("exists when the environment enables the access log, even if no account's settings name API Gateway's role", () => {
    // Act
    const { values } = withoutAccounts.stack("on").one("aws_api_gateway_stage");

    // Assess
    expect(values.access_log_settings?.destination_arn).toMatch(/\/aws\/apigateway\/on-inference\/access$/);
  });

  it("has one line of JSON per request, and every value in the line is a text", () => {
    // Prepare
    const { values } = withoutAccounts.stack("on").one("aws_api_gateway_stage");
    const format = values.access_log_settings?.format ?? "";

    // Act
    const line: unknown = JSON.parse(format.replaceAll(/\$context(\.[A-Za-z]+)+/g, "-"));

    // Assess
    expect(format).not.toMatch(/\n/);
    expect(format).toContain('"$context.requestId"');
    expect(Object.values(line as object).every((value) => value === "-")).toBe(true);
  });

  it("contains no value that a caller chooses freely, and no secret", () => {
    // Act
    const { values } = withoutAccounts.stack("on").one("aws_api_gateway_stage");

    // Assess
    const format = values.access_log_settings?.format ?? "";
    const variables = [...format.matchAll(/\$context((?:\.[A-Za-z]+)+)/g)].map(([, name]) => name);
    expect(variables.length).toBeGreaterThan(10);
    const unsafe =
      /^\.(path|domainName|domainPrefix|protocol|authorizer.*|identity\.(apiKey|userAgent|caller|user|cognito.*)|error\.(message.*|validationErrorString)|integrationErrorMessage|integration\.error)$/;
    expect(variables.filter((name) => unsafe.test(name ?? ""))).toEqual([]);
  });
});

describe("an API key", () => {
  it.each<[RouteAccess, string]>([
    ["AWS_IAM", "iam"],
    ["PUBLIC", "public"],
  ])("does not exist when the route is %s", (_, name) => {
    // Prepare
    const withoutKey = synthesized.stack(name);

    // Act
    const types = withoutKey.types().filter((type) => /api_key|usage_plan/.test(type));

    // Assess
    expect(types).toEqual([]);
    expect(withoutKey.terraform.output).not.toHaveProperty("api_key_id");
  });

  it("exists when a route requires an API key, and is valid only for this stage, with the stage's limits", () => {
    // Prepare
    const withKey = synthesized.stack("key");

    // Act
    const key = withKey.one("aws_api_gateway_api_key");
    const plan = withKey.one("aws_api_gateway_usage_plan");
    const planKey = withKey.one("aws_api_gateway_usage_plan_key");

    // Assess
    expect(key.values).toEqual({ name: "key-inference" });
    expect(plan.values).toEqual({
      name: "key-inference",
      api_stages: [
        {
          api_id: `\${${withKey.one("aws_api_gateway_rest_api").address}.id}`,
          stage: `\${${withKey.one("aws_api_gateway_stage").address}.stage_name}`,
        },
      ],
      throttle_settings: { rate_limit: 50, burst_limit: 75 },
    });
    expect(planKey.values).toEqual({
      key_id: `\${${key.address}.id}`,
      key_type: "API_KEY",
      usage_plan_id: `\${${plan.address}.id}`,
    });
  });

  it("has its id in the outputs, and not its value", () => {
    // Prepare
    const withKey = synthesized.stack("key");

    // Act
    const output = withKey.terraform.output?.api_key_id;

    // Assess
    expect(output?.value).toBe(`\${${withKey.one("aws_api_gateway_api_key").address}.id}`);
    expect(withKey.text).not.toMatch(/aws_api_gateway_api_key\.[\w-]+\.value/);
  });
});

describe("the outputs", () => {
  it("are the stage's URL and each route's URL and endpoint", () => {
    // Act
    const outputs = Object.entries(stack.terraform.output ?? {}).map(([name, { value }]) => [name, value]);

    // Assess
    expect(Object.fromEntries(outputs)).toEqual({
      stage_url: `\${${stage.address}.invoke_url}`,
      loan_default_url: `\${${stage.address}.invoke_url}/loan-default`,
      loan_default_endpoint_name: "test-loan-default",
    });
  });

  it("have descriptions", () => {
    // Act
    const descriptions = Object.values(stack.terraform.output ?? {}).map(({ description }) => description);

    // Assess
    expect(descriptions).toHaveLength(3);
    for (const description of descriptions) expect(description).toMatch(/URL|name/);
  });
});
