import { describe, expect, it } from "@jest/globals";
import { accessChanges } from "../../src/review/access/access";
import { changesOf } from "../../src/review/changes/changes";
import { differencesOf } from "../../src/review/rendering/differences";
import { surfaceChanges } from "../../src/review/surface";
import { planOf, type ResourceJson } from "./support/plan-json";

const kept = { actions: ["no-op"], before: {}, after: {} };
const same: ResourceJson = { address: "aws_iam_role.same", ...kept };

/** The differences of environments with these resources. */
function differences(environments: Readonly<Record<string, readonly ResourceJson[]>>) {
  const plans = Object.entries(environments).map(([environment, resources]) =>
    planOf({ environment, resources }),
  );
  return differencesOf(
    plans.map((plan) => ({
      plan,
      changes: changesOf(plan),
      access: accessChanges(plan),
      surface: surfaceChanges(plan),
    })),
  );
}

function sized(from: number, to: number): ResourceJson {
  return {
    address: "aws_lambda_function.a",
    actions: from === to ? ["no-op"] : ["update"],
    before: { memory_size: from },
    after: { memory_size: to },
  };
}

describe("environments differ", () => {
  it("when a resource changes in one environment and not in another", () => {
    // Act
    const found = differences({ dev: [sized(1, 2)], staging: [sized(1, 2)], prod: [sized(1, 1)] });

    // Assess
    expect(found).toEqual([
      {
        path: "aws_lambda_function.a",
        by: { dev: "update: memory_size", staging: "update: memory_size", prod: "unchanged" },
      },
    ]);
  });

  it("when different attributes change", () => {
    // Prepare
    const other = { ...sized(1, 2), before: { timeout: 1 }, after: { timeout: 2 } };

    // Act
    const found = differences({ dev: [sized(1, 2)], prod: [other] });

    // Assess
    expect(found.map(({ by }) => by)).toEqual([{ dev: "update: memory_size", prod: "update: timeout" }]);
  });

  it("and the environment without the resource is named", () => {
    // Act
    const found = differences({ dev: [same], staging: [same, sized(1, 2)], prod: [same, sized(1, 1)] });

    // Assess
    expect(found.map(({ by }) => by)).toEqual([
      { dev: "does not exist", staging: "update: memory_size", prod: "unchanged" },
    ]);
  });
});

/** An API with one route and its authorization before and after. */
function api(before: string, after: string): ResourceJson {
  const body = (type: string): string =>
    JSON.stringify({
      openapi: "3.0.1",
      paths: { "/a": { post: { "x-amazon-apigateway-auth": { type } } } },
    });
  return {
    address: "aws_api_gateway_rest_api.api",
    actions: ["update"],
    before: { name: "api", body: body(before) },
    after: { name: "api", body: body(after) },
  };
}

/** A role of the environment that gains an action. */
function wider(environment: string, account: string, action: string): ResourceJson {
  const policy = (...actions: readonly string[]): string =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: actions,
          Resource: `arn:aws:sagemaker:us-east-1:${account}:endpoint/${environment}-a`,
        },
      ],
    });
  return {
    address: "aws_iam_role_policy.a",
    actions: ["update"],
    before: { role: `${environment}-a`, name: "a", policy: policy("sagemaker:InvokeEndpoint") },
    after: { role: `${environment}-a`, name: "a", policy: policy("sagemaker:InvokeEndpoint", action) },
  };
}

describe("environments differ in the meaning of a document", () => {
  it("when a route is opened in one environment and closed in another", () => {
    // Act
    const found = differences({ dev: [api("AWS_IAM", "NONE")], prod: [api("NONE", "AWS_IAM")] });

    // Assess
    expect(found).toEqual([
      {
        path: "aws_api_gateway_rest_api.api",
        by: {
          dev: "update: body; POST /a: AWS_IAM → NONE",
          prod: "update: body; POST /a: NONE → AWS_IAM",
        },
      },
    ]);
  });

  it("when roles gain different permissions, and not when they gain the same permission in their environments", () => {
    // Prepare
    const asynchronous = "sagemaker:InvokeEndpointAsync";

    // Act
    const [same, others] = [asynchronous, "sagemaker:DeleteEndpoint"].map((action) =>
      differences({
        "dev-a": [wider("dev-a", "111122223333", asynchronous)],
        prod: [wider("prod", "444455556666", action)],
      }),
    );

    // Assess
    expect(same).toEqual([]);
    expect(others?.map(({ by }) => by)).toEqual([
      {
        "dev-a":
          "update: policy; Role …-a can now call sagemaker:InvokeEndpointAsync on the SageMaker endpoint …-a.",
        prod: "update: policy; Role …-a can now delete the SageMaker endpoint …-a.",
      },
    ]);
  });
});

describe("environments do not differ", () => {
  it.each<[string, Readonly<Record<string, readonly ResourceJson[]>>]>([
    ["in values", { dev: [sized(1, 2)], prod: [sized(3, 4)] }],
    ["in resources that only one environment contains", { dev: [same, sized(1, 2)], prod: [same] }],
    [
      "from a new environment",
      { dev: [sized(1, 1)], prod: [{ address: "aws_lambda_function.a", actions: ["create"], after: {} }] },
    ],
    [
      "from a destroyed environment",
      { dev: [sized(1, 1)], prod: [{ address: "aws_lambda_function.a", actions: ["delete"], before: {} }] },
    ],
    [
      "in the hash of an artifact's content",
      {
        dev: [{ address: "aws_s3_object.a-0123456789abcdef_0A1B2C3D", ...kept }],
        prod: [{ address: "aws_s3_object.a-fedcba9876543210_3D2C1B0A", ...kept }],
      },
    ],
    ["when there is only one", { dev: [sized(1, 2)] }],
  ])("%s", (_, environments) => {
    // Act and assess
    expect(differences(environments)).toEqual([]);
  });
});
