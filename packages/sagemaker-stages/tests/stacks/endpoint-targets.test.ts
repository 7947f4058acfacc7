import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { findNetworkPolicyFaults } from "../../src/iam/network-limits";
import { isAllowed } from "../deploy/support/evaluation";
import { example, named } from "./support/environments";
import { type JsonObject, parseEmbedded, synthesize } from "./support/synthesized";

const ACCOUNT = "111122223333";
const ARN = `arn:aws:sagemaker:eu-central-1:${ACCOUNT}`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role`;

/** Every target, in front of two endpoints. */
const targets: Environment = {
  ...named("targets", example),
  network: { vpc: { availabilityZones: ["eu-central-1a"] } },
  models: {
    "loan-default": {
      existingEndpoint: "many",
      targetVariant: "blue",
      targetModel: "eu/loan-default.tar.gz",
    },
    "energy-demand": { existingEndpoint: "many", targetModels: ["eu/*", "us/energy-?.tar.gz"] },
    "ticket-urgency": { existingEndpoint: "texts", inferenceComponent: "ticket-urgency" },
    "language-check": { existingEndpoint: "texts", targetContainer: "second" },
  },
  callers: {
    shop: {
      mayInvoke: [
        { model: "loan-default", by: "endpoint" },
        { model: "energy-demand", by: "endpoint" },
        { model: "ticket-urgency", by: "endpoint" },
        { model: "language-check", by: "endpoint" },
      ],
    },
    broker: { mayInvoke: [{ model: "loan-default", by: "endpoint" }] },
  },
};
const stack = synthesize([targets]).stack("targets");

function statementsOf(text: string, place: string): JsonObject[] {
  return parseEmbedded(text, place).Statement as JsonObject[];
}

/** The first statement of the policy of a model's function role. */
function invocationOf(model: string): JsonObject | undefined {
  const policy = stack
    .find("aws_iam_role_policy")
    .find(({ address }) => address.startsWith(`aws_iam_role_policy.${model}_function_`));
  if (policy === undefined) throw new Error(`${model} has no role policy`);
  return statementsOf(policy.values.policy, policy.address)[0];
}

function callerStatements(name: string): JsonObject[] {
  const policy = stack.find("aws_iam_policy").find(({ values }) => values.name === name);
  if (policy === undefined) throw new Error(`no policy ${name}`);
  return statementsOf(policy.values.policy, policy.address);
}

const invoke = { Effect: "Allow", Action: ["sagemaker:InvokeEndpoint"] };

describe("the role of a function whose endpoint has a target", () => {
  it.each([
    [
      "only one model of a multi-model endpoint",
      "loan-default",
      {
        Resource: [`${ARN}:endpoint/many`],
        Condition: { StringEquals: { "sagemaker:TargetModel": "eu/loan-default.tar.gz" } },
      },
    ],
    [
      "the models that the contract can choose from",
      "energy-demand",
      {
        Resource: [`${ARN}:endpoint/many`],
        Condition: { StringLike: { "sagemaker:TargetModel": ["eu/*", "us/energy-?.tar.gz"] } },
      },
    ],
    [
      "the endpoint and the inference component",
      "ticket-urgency",
      { Resource: [`${ARN}:endpoint/texts`, `${ARN}:inference-component/ticket-urgency`] },
    ],
    ["the endpoint of a container", "language-check", { Resource: [`${ARN}:endpoint/texts`] }],
  ])("may invoke %s", (_, model, part) => {
    // Act
    const statement = invocationOf(model);

    // Assess
    expect(statement).toEqual({ Sid: "InvokeEndpoint", ...invoke, ...part });
  });
});

describe("the function of a model whose endpoint has a target", () => {
  it("has the target in its variables, and no target variable for targetModels", () => {
    // Act
    const variables = stack.find("aws_lambda_function").map(({ values }) => {
      const { CORS_ALLOW_ORIGIN: _, METRICS_ENVIRONMENT: __, ...others } = values.environment.variables;
      return [values.function_name, others];
    });

    // Assess
    expect(Object.fromEntries(variables)).toEqual({
      "targets-loan-default": {
        ENDPOINT_NAME: "many",
        ENDPOINT_TARGET_VARIANT: "blue",
        ENDPOINT_TARGET_MODEL: "eu/loan-default.tar.gz",
      },
      "targets-energy-demand": { ENDPOINT_NAME: "many" },
      "targets-ticket-urgency": {
        ENDPOINT_NAME: "texts",
        ENDPOINT_INFERENCE_COMPONENT: "ticket-urgency",
      },
      "targets-language-check": { ENDPOINT_NAME: "texts", ENDPOINT_TARGET_CONTAINER: "second" },
    });
  });
});

describe("the policy of the VPC endpoint for SageMaker's runtime", () => {
  it("allows each role to invoke its endpoint and its inference component", () => {
    // Act
    const { address, values } =
      stack
        .find("aws_vpc_endpoint")
        .find(({ values: { service_name: service } }) => service.endsWith(".sagemaker.runtime")) ?? {};
    const statements = statementsOf(String(values?.policy), String(address));

    // Assess
    const passes = (model: string, resources: readonly string[]) => ({
      Sid: expect.stringMatching(/^Invoke[A-Za-z]+Endpoint$/),
      ...invoke,
      Principal: "*",
      Resource: resources,
      Condition: { ArnEquals: { "aws:PrincipalArn": `${ROLE}/targets-${model}-function` } },
    });
    expect(statements).toEqual([
      passes("loan-default", [`${ARN}:endpoint/many`]),
      passes("energy-demand", [`${ARN}:endpoint/many`]),
      passes("ticket-urgency", [`${ARN}:endpoint/texts`, `${ARN}:inference-component/ticket-urgency`]),
      passes("language-check", [`${ARN}:endpoint/texts`]),
    ]);
  });

  it("is compared with AWS's limit, including the inference components", () => {
    // Prepare
    const models = Object.fromEntries(
      Array.from({ length: 70 }, (_, index) => {
        const inferenceComponent = `c${index}`.padEnd(63, "c");
        return [`model-${index}`, { existingEndpoint: "e".repeat(63), inferenceComponent }];
      }),
    );
    const without = Object.fromEntries(
      Object.keys(models).map((model) => [model, { existingEndpoint: "e".repeat(63) }]),
    );

    // Act
    const [fault] = findNetworkPolicyFaults({ ...targets, models });
    const [shorter] = findNetworkPolicyFaults({ ...targets, models: without });

    // Assess
    const lengthOf = (got: string | undefined) => Number(/of (\d+) characters/.exec(got ?? "")?.[1]);
    expect(lengthOf(fault?.got)).toBe(
      lengthOf(shorter?.got) + 70 * (`${ARN}:inference-component/`.length + 66),
    );
  });
});

describe("the policy of a caller that invokes endpoints", () => {
  it("names the target of each model, without duplicates", () => {
    // Act
    const statements = callerStatements("targets-shop-caller");

    // Assess
    expect(statements).toEqual([
      {
        Sid: "InvokeEndpoints",
        ...invoke,
        Resource: [`${ARN}:endpoint/texts`, `${ARN}:inference-component/ticket-urgency`],
      },
      {
        Sid: "InvokeModelsOfEnergyDemand",
        ...invoke,
        Resource: [`${ARN}:endpoint/many`],
        Condition: { StringLike: { "sagemaker:TargetModel": ["eu/*", "us/energy-?.tar.gz"] } },
      },
    ]);
  });

  it("names the only allowed model of a multi-model endpoint", () => {
    // Act
    const statements = callerStatements("targets-broker-caller");

    // Assess
    expect(statements).toEqual([
      {
        Sid: "InvokeModelsOfLoanDefault",
        ...invoke,
        Resource: [`${ARN}:endpoint/many`],
        Condition: { StringEquals: { "sagemaker:TargetModel": "eu/loan-default.tar.gz" } },
      },
    ]);
  });

  it("fits the deployer's permissions when names of models split the policy", () => {
    // Prepare
    const long = (letter: string) => [letter, letter.toUpperCase()].map((one) => one.repeat(1024));
    const environment: Environment = {
      ...named("long", targets),
      models: {
        "loan-default": { existingEndpoint: "many", targetModels: [...long("a"), ...long("b")] },
        "energy-demand": { existingEndpoint: "many", targetModels: [...long("c"), ...long("d")] },
      },
      callers: {
        shop: {
          mayInvoke: [
            { model: "loan-default", by: "endpoint" },
            { model: "energy-demand", by: "endpoint" },
          ],
        },
      },
    };

    // Act
    const names = synthesize([environment])
      .stack("long")
      .find("aws_iam_policy")
      .map(({ values }) => values.name);
    const deployer = Object.values(deployerPolicies(environment, ACCOUNT));

    // Assess
    expect(names.sort()).toEqual(["long-shop-caller", "long-shop-caller-2"]);
    const denied = names.filter((name) => {
      const resource = `arn:aws:iam::${ACCOUNT}:policy/${name}`;
      return !isAllowed(deployer, { action: "iam:CreatePolicy", resource, context: {} });
    });
    expect(denied).toEqual([]);
  });
});

describe("the boundary of the roles", () => {
  it("allows the functions to invoke only their endpoints and components", () => {
    // Prepare
    const boundary = boundaryPolicy({ ...targets, accountId: ACCOUNT, permissionsBoundary: true }, ACCOUNT);
    const invokes = (resource: string) =>
      isAllowed([boundary], {
        action: "sagemaker:InvokeEndpoint",
        resource: `${ARN}:${resource}`,
        context: {},
      });

    // Act
    const allowed = [
      "endpoint/many",
      "endpoint/texts",
      "inference-component/ticket-urgency",
      "endpoint/other",
      "inference-component/other",
    ].filter(invokes);

    // Assess
    expect(allowed).toEqual(["endpoint/many", "endpoint/texts", "inference-component/ticket-urgency"]);
  });
});
