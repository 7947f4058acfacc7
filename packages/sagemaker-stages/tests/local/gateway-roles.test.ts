import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type EndpointTarget, targetHeaders } from "../../src/environment/settings/endpoint/targets";
import type { Statement } from "../../src/iam/policy-document";
import { gatewayRolePolicy, gatewayRoleTrust } from "../../src/iam/workload/gateway-role";
import { authorizedInvocation, findDenial } from "../../src/local/rest-api/sagemaker-integration";
import { readGatewayRoles } from "../../src/local/terraform/gateway-roles";
import { Stack } from "../../src/local/terraform/stack";

const ROLE = "arn:aws:iam::123456789012:role/dev-prices-gateway";
const ENDPOINT = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/shared";
const COMPONENT = "arn:aws:sagemaker:us-east-1:123456789012:inference-component/prices";
const INVOKE = "sagemaker:InvokeEndpoint";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gateway-roles-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The ARN that a role with these statements cannot invoke; `undefined` if the role can invoke the target. */
function denied(statements: readonly object[], target: EndpointTarget = {}): string | undefined {
  const stack = {
    provider: { aws: [{ region: "us-east-1" }] },
    resource: {
      aws_iam_role: {
        role: { name: "dev-prices-gateway", assume_role_policy: JSON.stringify(gatewayRoleTrust()) },
      },
      aws_iam_role_policy: {
        policy: {
          role: "dev-prices-gateway",
          policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
        },
      },
    },
  };
  writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(stack));
  const roles = readGatewayRoles(new Stack("dev", folder), new Set([ROLE]));
  const invocation = authorizedInvocation(
    { endpointName: "shared", headers: targetHeaders(target) },
    (resource) => `arn:aws:sagemaker:us-east-1:123456789012:${resource}`,
  );
  const denial = findDenial({ credentials: ROLE }, roles, invocation);
  return denial === undefined ? undefined : /resource: (.*)"/.exec(String(denial.body))?.[1];
}

/** The statements of an environment with a target. */
function statementsOf(target: EndpointTarget): readonly Statement[] {
  return gatewayRolePolicy({
    endpointArn: ENDPOINT,
    componentArn: target.inferenceComponent === undefined ? undefined : COMPONENT,
    target,
  }).Statement;
}

const ALLOW = { Effect: "Allow", Action: [INVOKE], Resource: [ENDPOINT] };
const PRICES = { Condition: { StringEquals: { "sagemaker:TargetModel": "eu/prices.tar.gz" } } };

describe("the role of a route via API Gateway on the local stage", () => {
  it.each<[string, EndpointTarget]>([
    ["the endpoint", {}],
    ["a variant", { targetVariant: "blue" }],
    ["a model of several", { targetModel: "eu/prices.tar.gz" }],
    ["an inference component", { inferenceComponent: "prices" }],
  ])("the role may invoke %s with the policy of its environment", (_, target) => {
    // Act
    const arn = denied(statementsOf(target), target);

    // Assess
    expect(arn).toBeUndefined();
  });

  it.each<[string, readonly object[], EndpointTarget, string]>([
    ["no statement", [], {}, ENDPOINT],
    ["a permission for the endpoint alone", [ALLOW], { inferenceComponent: "prices" }, COMPONENT],
    [
      "a permission for another model of several",
      statementsOf({ targetModel: "us/prices.tar.gz" }),
      { targetModel: "eu/prices.tar.gz" },
      ENDPOINT,
    ],
    ["a permission for one model, without a model", [{ ...ALLOW, ...PRICES }], {}, ENDPOINT],
    ["a denial beside the permission", [ALLOW, { ...ALLOW, Effect: "Deny" }], {}, ENDPOINT],
    [
      "a denial of every action and resource",
      [ALLOW, { Effect: "Deny", Action: "sagemaker:*", Resource: "*" }],
      {},
      ENDPOINT,
    ],
    [
      "a denial of the model",
      [ALLOW, { ...ALLOW, ...PRICES, Effect: "Deny" }],
      { targetModel: "eu/prices.tar.gz" },
      ENDPOINT,
    ],
    [
      "a permission with a condition that is not evaluated",
      [{ ...ALLOW, Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } }],
      {},
      ENDPOINT,
    ],
  ])("the role may not invoke with %s", (_, statements, target, expected) => {
    // Act
    const arn = denied(statements, target);

    // Assess
    expect(arn).toBe(expected);
  });

  it.each<[string, readonly object[], EndpointTarget]>([
    [
      "a denial of another model",
      [ALLOW, { ...ALLOW, ...PRICES, Effect: "Deny" }],
      { targetModel: "us/prices.tar.gz" },
    ],
    [
      "a pattern of models",
      [{ ...ALLOW, Condition: { StringLike: { "sagemaker:TargetModel": ["eu/*"] } } }],
      { targetModel: "eu/prices.tar.gz" },
    ],
  ])("the role may invoke with %s", (_, statements, target) => {
    // Act
    const arn = denied(statements, target);

    // Assess
    expect(arn).toBeUndefined();
  });
});
