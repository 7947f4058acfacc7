import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { UnsupportedTerraform } from "../../src/local/errors";
import { read } from "../../src/local/terraform/interpreted";
import { Stack, UnknownReference } from "../../src/local/terraform/stack";
import { Stacks } from "./support/terraform";

let stacks: Stacks;

beforeAll(() => {
  stacks = new Stacks();
});

afterAll(() => {
  stacks.remove();
});

const RESOURCES = {
  aws_cloudwatch_log_group: {
    log: {
      "//": { metadata: { path: "dev/log" } },
      name: `/aws/lambda/$\${literally}`,
      retention_in_days: 7,
      tags: { Model: "loan-default" },
    },
  },
  aws_lambda_function: {
    "the-function_1": { function_name: "dev-loan-default", role: `\${aws_iam_role.role.arn}` },
  },
  aws_iam_role: { role: { name: "dev-role" } },
  aws_api_gateway_rest_api: { api: { name: `\${aws_lambda_function.the-function_1.function_name}-api` } },
};

const DATA = {
  aws_caller_identity: { caller: {} },
  aws_lambda_function: {
    "the-function_1": { "//": { metadata: {} }, function_name: `\${aws_iam_role.role.name}-scoring` },
  },
};

function makeStack(aws: object = { region: "eu-central-1" }): Stack {
  return new Stack("dev", stacks.write({ provider: { aws: [aws] }, resource: RESOURCES, data: DATA }));
}

/** A stack with a certificate in us-east-1. The provider with the alias is the first provider. */
function makeStackWithAlias(certificate: object = {}, resource: object = {}): Stack {
  return new Stack(
    "dev",
    stacks.write({
      provider: {
        aws: [
          { alias: "us_east_1", region: "us-east-1", allowed_account_ids: ["777788889999"] },
          { region: "eu-central-1", allowed_account_ids: ["444455556666"] },
        ],
      },
      resource: {
        aws_acm_certificate: {
          page: { provider: "aws.us_east_1", domain_name: "a.example", ...certificate },
        },
        aws_iam_role: { role: { name: "dev-role" } },
        ...resource,
      },
    }),
  );
}

describe("a stack", () => {
  it("the stack has its resources without CDKTF's metadata", () => {
    // Act
    const [log] = makeStack().ofType("aws_cloudwatch_log_group");

    // Assess
    expect(log?.name).toBe("log");
    expect(Object.keys(log?.values ?? {})).toEqual(["name", "retention_in_days", "tags"]);
  });

  it("the stack has its data sources separate from its resources", () => {
    // Prepare
    const stack = makeStack();

    // Act
    const [resource, dataSource] = ["aws_lambda_function", "data.aws_lambda_function"].map((type) =>
      stack.ofType(type).map(({ values }) => Object.keys(values)),
    );

    // Assess
    expect(resource).toEqual([["function_name", "role"]]);
    expect(dataSource).toEqual([["function_name"]]);
  });

  it("needs no data sources", () => {
    // Act
    const stack = new Stack(
      "dev",
      stacks.write({ provider: { aws: [{ region: "eu-central-1" }] }, resource: {} }),
    );

    // Assess
    expect(stack.dataSources).toEqual([]);
  });

  it.each([
    ["the accountId", { region: "eu-central-1", allowed_account_ids: ["444455556666"] }, "444455556666"],
    ["one of 12 digits otherwise", { region: "eu-central-1" }, expect.stringMatching(/^\d{12}$/)],
  ])("the stack has its region and its account: %s", (_case, aws, accountId) => {
    // Act
    const stack = makeStack(aws);

    // Assess
    expect(stack.region).toBe("eu-central-1");
    expect(stack.accountId).toEqual(accountId);
  });

  it("has the region and the account of the provider without an alias when the stack has several providers", () => {
    // Act
    const stack = makeStackWithAlias();

    // Assess
    expect(stack.region).toBe("eu-central-1");
    expect(stack.accountId).toBe("444455556666");
  });

  it("reads a resource's region from the provider of the resource", () => {
    // Prepare
    const stack = makeStackWithAlias();

    // Act
    const resources = ["aws_acm_certificate", "aws_iam_role"].flatMap((type) => stack.ofType(type));

    // Assess
    expect(resources).toEqual([
      {
        type: "aws_acm_certificate",
        name: "page",
        region: "us-east-1",
        values: { domain_name: "a.example" },
      },
      { type: "aws_iam_role", name: "role", values: { name: "dev-role" } },
    ]);
  });

  it.each(["aws.us_west_2", "aws", "aws.undefined"])(
    "refuses a resource whose provider %s is no provider of the stack",
    (provider) => {
      // Act
      const make = () => makeStackWithAlias({ provider });

      // Assess
      expect(make).toThrow(
        new UnsupportedTerraform(
          `aws_acm_certificate.page.provider: got "${provider}"; allowed: aws.us_east_1`,
        ),
      );
    },
  );

  it("refuses a function in another region than the region of the stack", () => {
    // Prepare
    const stack = makeStackWithAlias({}, { aws_lambda_function: { fn: { provider: "aws.us_east_1" } } });

    // Act
    const functions = () => read(stack, "aws_lambda_function");

    // Assess
    expect(functions).toThrow(
      new UnsupportedTerraform(
        "aws_lambda_function.fn cannot be served on this machine: provider: got the region us-east-1; allowed: eu-central-1, the region of the stack",
      ),
    );
  });

  it("gives each resource a unique and stable id", () => {
    // Prepare
    const stack = makeStack();
    const again = makeStack();
    const role = { type: "aws_iam_role", name: "role" };

    // Act
    const ids = [stack.idOf(role), again.idOf(role), stack.idOf({ ...role, name: "other" })];

    // Assess
    expect(ids[0]).toMatch(/^[0-9a-z]{10}$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });
});

describe("a value", () => {
  it.each([
    ["plain text", "plain text", "plain text"],
    ["text with dollars and braces", "costs $5 {or so} $", "costs $5 {or so} $"],
    ["a number", 7, 7],
    ["a boolean", true, true],
    ["null", null, null],
    ["an attribute", `\${aws_iam_role.role.name}`, "dev-role"],
    ["an attribute amid text", `a/\${aws_iam_role.role.name}/b`, "a/dev-role/b"],
    ["two attributes", `\${aws_iam_role.role.name},\${aws_iam_role.role.name}`, "dev-role,dev-role"],
    ["spaces around an attribute", `\${ aws_iam_role.role.name }`, "dev-role"],
    [
      "an attribute of a resource whose name has - and _",
      `\${aws_lambda_function.the-function_1.function_name}`,
      "dev-loan-default",
    ],
    ["an attribute that refers to another", `\${aws_api_gateway_rest_api.api.name}`, "dev-loan-default-api"],
    [
      "an argument of a data source",
      `\${data.aws_lambda_function.the-function_1.function_name}`,
      "dev-role-scoring",
    ],
    ["the caller's account", `arn:\${data.aws_caller_identity.caller.account_id}:*`, "arn:123456789012:*"],
    ["an escaped interpolation", `$\${aws_iam_role.role.arn}`, `\${aws_iam_role.role.arn}`],
    ["an escaped directive", "%%{if}", "%{if}"],
    ["an escaped and a real interpolation", `$\${x}\${aws_iam_role.role.name}`, `\${x}dev-role`],
    [
      "an attribute with an escaped interpolation",
      `\${aws_cloudwatch_log_group.log.name}`,
      `/aws/lambda/\${literally}`,
    ],
    ["the ARN of a role", `\${aws_iam_role.role.arn}`, "arn:aws:iam::123456789012:role/dev-role"],
    ["a part of an attribute", `a-\${substr(aws_iam_role.role.name, 1, 3)}`, "a-ev-"],
    ["a list", [`\${aws_iam_role.role.name}`, 1], ["dev-role", 1]],
    ["an object", { a: { b: [`\${aws_iam_role.role.name}`] } }, { a: { b: ["dev-role"] } }],
  ])("the value is resolved: %s", (_case, value, expected) => {
    // Prepare
    const stack = makeStack();

    // Act
    const resolved = stack.resolve(value);

    // Assess
    expect(resolved).toEqual(expected);
  });

  it("the value is resolved: an id, and the ARN under which an API is called", () => {
    // Prepare
    const stack = makeStack();
    const id = stack.idOf({ type: "aws_api_gateway_rest_api", name: "api" });

    // Act
    const resolved = stack.resolve([
      `\${aws_api_gateway_rest_api.api.id}`,
      `\${aws_api_gateway_rest_api.api.execution_arn}/dev`,
    ]);

    // Assess
    expect(resolved).toEqual([id, `arn:aws:execute-api:eu-central-1:123456789012:${id}/dev`]);
  });

  it.each([
    `\${aws_iam_role.role.create_date}`,
    `\${aws_iam_role.role.unique_id}`,
    `\${aws_iam_role.other.name}`,
    `\${aws_iam_role.role.name.more}`,
    `\${aws_lambda_function.the-function_1.version}`,
    `\${data.aws_region.here.name}`,
    `\${data.aws_lambda_function.the-function_1.role}`,
    `\${data.aws_lambda_function.the-function_1.id}`,
    `\${data.aws_lambda_function.other.function_name}`,
    `\${element(regexall("[^/]+$", data.aws_lambda_function.the-function_1.function_name), 0)}`,
    `\${sha256(aws_iam_role.role.name)}`,
    `\${substr(aws_iam_role.role.unique_id, 0, 8)}`,
    `\${substr(aws_iam_role.role.name, 0)}`,
    `\${var.name}`,
    `\${}`,
  ])("the value is refused when only AWS knows the value: %s", (value) => {
    // Prepare
    const stack = makeStack();

    // Act
    const resolve = () => stack.resolve({ deep: [value] });

    // Assess
    expect(resolve).toThrow(UnknownReference);
  });
});
