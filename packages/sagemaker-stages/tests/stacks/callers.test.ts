import { describe, expect, it } from "@jest/globals";
import { type Environment, INVOKED_BY } from "../../src/environment/environment";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { MAX_POLICIES_OF_PRINCIPAL } from "../../src/iam/iam-limits";
import type { AuthorizationCheck } from "../deploy/support/authorization";
import { isAllowed } from "../deploy/support/evaluation";
import { models as catalog, type ModelName } from "../fixtures/app/functions";
import { exampleModel, exampleWithCallers, named } from "./support/environments";
import { type JsonObject, parseEmbedded, type SynthesizedStack, synthesize } from "./support/synthesized";

/** Maximum size of a managed policy in characters: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_CHARACTERS = 6_144;
/** An environment with the longest names. */
const MAX_NAME_LENGTH = "abcdefghij-12345";
const MAX_CALLER_NAME_LENGTH = "c".repeat(104);

const everyModel = Object.keys(catalog) as ModelName[];
const largest: Environment = {
  ...named(MAX_NAME_LENGTH, exampleWithCallers),
  region: "ap-southeast-1",
  models: Object.fromEntries(everyModel.map((model) => [model, { ...exampleModel, functionUrl: {} }])),
  callers: {
    [MAX_CALLER_NAME_LENGTH]: {
      mayInvoke: everyModel.flatMap((model) => INVOKED_BY.map((by) => ({ model, by }))),
    },
  },
};
const { callers: _, ...withoutCallers } = exampleWithCallers;
const synthesized = synthesize([exampleWithCallers, named("without", withoutCallers), largest]);
const stack = synthesized.stack("test");

function policyOf(of: SynthesizedStack, policyName: string): { address: string; document: JsonObject } {
  const found = of.find("aws_iam_policy").find(({ values }) => values.name === policyName);
  if (found === undefined) throw new Error(`no policy ${policyName}`);
  return { address: found.address, document: parseEmbedded(found.values.policy, found.address) };
}

const ACCOUNT = "111122223333";

describe("an environment's callers", () => {
  it("do not exist when the environment names no callers", () => {
    // Act
    const types = synthesized.stack("without").types();

    // Assess
    expect(types.filter((type) => /^aws_iam_(?!role$|role_policy$)/.test(type))).toEqual([]);
  });

  it("have one policy each, named after the caller", () => {
    // Act
    const names = stack.all("aws_iam_policy", 3).map(({ values }) => values.name);

    // Assess
    expect(names.sort()).toEqual(["test-notebooks-caller", "test-on-call-caller", "test-shop-caller"]);
  });
});

describe("a caller's policy", () => {
  it("contains exactly the permissions that the environment grants", () => {
    // Prepare
    const api = `\${${stack.one("aws_api_gateway_rest_api").address}.execution_arn}`;
    const fn = "arn:aws:lambda:eu-central-1:111122223333:function:test-loan-default";

    // Act
    const { document } = policyOf(stack, "test-shop-caller");

    // Assess
    expect(document).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "InvokeRoutes",
          Effect: "Allow",
          Action: ["execute-api:Invoke"],
          Resource: [`${api}/test/POST/loan-default`, `${api}/test/POST/energy-demand`],
        },
        {
          Sid: "InvokeFunctionUrls",
          Effect: "Allow",
          Action: ["lambda:InvokeFunctionUrl"],
          Resource: [fn],
          Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "AWS_IAM" } },
        },
        {
          Sid: "InvokeFunctionsThroughUrls",
          Effect: "Allow",
          Action: ["lambda:InvokeFunction"],
          Resource: [fn],
          Condition: { Bool: { "lambda:InvokedViaFunctionUrl": "true" } },
        },
      ],
    });
  });

  it("has no statement for models that the caller may not invoke", () => {
    // Act
    const { document } = policyOf(stack, "test-notebooks-caller");

    // Assess
    expect(document.Statement).toMatchObject([{ Sid: "InvokeEndpoints" }]);
  });

  it("fits IAM's limit with every way to invoke every model and the longest names", () => {
    // Act
    const { document } = policyOf(
      synthesized.stack(MAX_NAME_LENGTH),
      `${MAX_NAME_LENGTH}-${MAX_CALLER_NAME_LENGTH}-caller`,
    );

    // Assess
    const text = JSON.stringify(document).replaceAll(
      /\$\{[^}]*\.execution_arn\}/g,
      "arn:aws:execute-api:ap-southeast-1:111122223333:abcdefghij",
    );
    const statements = document.Statement as JsonObject[];
    expect(statements.map(({ Resource }) => (Resource as string[]).length)).toEqual(
      Array(4).fill(everyModel.length),
    );
    expect(text).not.toContain("$");
    expect(text.length).toBeLessThanOrEqual(MAX_CHARACTERS);
  });

  it("has a name within IAM's limit", () => {
    // Act
    const { values } = synthesized.stack(MAX_NAME_LENGTH).one("aws_iam_policy");

    // Assess
    expect(values.name).toHaveLength(128);
  });

  it("is attached to each principal of the environment by a separate attachment", () => {
    // Prepare
    const notebooks = `\${${policyOf(stack, "test-notebooks-caller").address}.arn}`;
    const shop = `\${${policyOf(stack, "test-shop-caller").address}.arn}`;

    // Act
    const roles = stack.all("aws_iam_role_policy_attachment", 2).map(({ values }) => values);
    const user = stack.one("aws_iam_user_policy_attachment").values;
    const group = stack.one("aws_iam_group_policy_attachment").values;

    // Assess
    expect(roles).toEqual(
      expect.arrayContaining([
        { role: "SageMaker-Execution", policy_arn: notebooks },
        { role: "data+science=team,1.2@example.com", policy_arn: notebooks },
      ]),
    );
    expect(user).toEqual({ user: "shop", policy_arn: shop });
    expect(group).toEqual({ group: "students", policy_arn: notebooks });
  });

  it("exists without attachments when the environment names no principal", () => {
    // Prepare
    const onCall = `\${${policyOf(stack, "test-on-call-caller").address}.arn}`;

    // Act
    const attached = [
      ...stack.all("aws_iam_role_policy_attachment", 2),
      ...stack.all("aws_iam_user_policy_attachment", 1),
      ...stack.all("aws_iam_group_policy_attachment", 1),
    ].map(({ values }) => values.policy_arn);

    // Assess
    expect(attached).not.toContain(onCall);
  });

  it("has its ARN in the outputs", () => {
    // Act
    const output = stack.terraform.output?.on_call_caller_policy_arn;

    // Assess
    expect(output?.value).toBe(`\${${policyOf(stack, "test-on-call-caller").address}.arn}`);
  });
});

describe("a caller's principals with paths", () => {
  it("get the policy by their names without paths", () => {
    // Prepare
    const mayInvoke = [{ model: "loan-default", by: "endpoint" } as const];
    const principals = { roles: ["service-role/shop"], users: ["team/shop"], groups: ["team/a/shop"] };

    // Act
    const of = synthesize([
      { ...named("paths", exampleWithCallers), callers: { shop: { mayInvoke, ...principals } } },
    ]).stack("paths");

    // Assess
    expect(of.one("aws_iam_role_policy_attachment").values.role).toBe("shop");
    expect(of.one("aws_iam_user_policy_attachment").values.user).toBe("shop");
    expect(of.one("aws_iam_group_policy_attachment").values.group).toBe("shop");
  });
});

describe("the policies of a caller of many models", () => {
  it("are within the deployer's permissions, up to the maximum number of policies of a principal", () => {
    // Prepare
    const models = Object.keys(catalog) as ModelName[];
    const mayInvoke = models.flatMap((model) => INVOKED_BY.map((by) => ({ model, by })));
    const environment: Environment = { ...exampleWithCallers, callers: { shop: { mayInvoke } } };
    const names = Array.from({ length: MAX_POLICIES_OF_PRINCIPAL }, (_, index) =>
      index === 0 ? "test-shop-caller" : `test-shop-caller-${index + 1}`,
    );
    const others = ["test-shop-caller-11", "test-shop-caller-x1", "test-shop-caller-1-caller-2"];
    const creating = (name: string): AuthorizationCheck => ({
      action: "iam:CreatePolicy",
      resource: `arn:aws:iam::${ACCOUNT}:policy/${name}`,
      context: {},
    });

    // Act
    const byPolicies = [...names, ...others].filter((name) =>
      isAllowed(Object.values(deployerPolicies(environment, ACCOUNT)), creating(name)),
    );
    const byLimits = names.filter((name) => isAllowed([deployLimits(environment, ACCOUNT)], creating(name)));

    // Assess
    expect(byPolicies).toEqual(names);
    expect(byLimits).toEqual(names);
  });
});
