import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { MAX_CHARACTERS } from "../../src/iam/iam-limits";
import type { PolicyDocument } from "../../src/iam/policy-document";
import { isAllowed } from "../deploy/support/evaluation";
import { environmentWith, ManyModels } from "./support/many-models";
import type { Finished } from "./support/project";
import { parseEmbedded, type SynthesizedStack } from "./support/synthesized";

/** A long timeout for a busy machine. An idle machine needs seconds. */
const TIMEOUT_IN_MS = 300_000;
const MODELS = 100;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_POLICIES_OF_ROLE = 10;

describe(`an environment of ${MODELS} models`, () => {
  let many: ManyModels;
  let synthesis: Finished;

  beforeAll(async () => {
    many = new ManyModels(MODELS);
    synthesis = await many.synthesize();
  }, TIMEOUT_IN_MS);

  afterAll(() => many.remove());

  it("is synthesized with all resources of each model", () => {
    // Act
    const { status, stderr } = synthesis;

    // Assess
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const stack = many.stack("prod");
    expect(stack.find("aws_lambda_function")).toHaveLength(MODELS);
    expect(stack.find("aws_sagemaker_endpoint")).toHaveLength(MODELS);
    expect(stack.find("aws_lambda_permission")).toHaveLength(MODELS);
    expect(Object.keys(stack.openApi().paths)).toHaveLength(MODELS);
  });

  it("has policies for pipelines with a size and number that IAM accepts", () => {
    // Prepare
    const account = many.stack("account");

    // Act
    const sizes = account
      .find("aws_iam_policy")
      .map(({ values }) => [values.name, values.policy.length] as const);

    // Assess
    expect(sizes.length).toBeGreaterThan(10);
    expect(sizes.filter(([, size]) => size > MAX_CHARACTERS)).toEqual([]);
    const roles = account.find("aws_iam_role").map(({ address }) => attachmentsOf(account, address));
    expect(roles).toHaveLength(3);
    expect(roles.filter((count) => count === 0 || count > MAX_POLICIES_OF_ROLE)).toEqual([]);
  });

  it("has a caller's policies with a size that IAM accepts, and the deployer may manage and attach these policies", () => {
    // Prepare
    const environment = environmentWith(many.models);
    const deployer = Object.values(deployerPolicies(environment, "444455556666"));
    const limits = deployLimits(environment, "444455556666");

    // Act
    const policies = many.stack("prod").find("aws_iam_policy");

    // Assess
    expect(policies.map(({ values }) => values.name).sort()).toEqual([
      "prod-notebooks-caller",
      "prod-notebooks-caller-2",
    ]);
    expect(policies.filter(({ values }) => values.policy.length > MAX_CHARACTERS)).toEqual([]);
    const endpoints = policies.flatMap(({ address, values }) =>
      (parseEmbedded(values.policy, address) as unknown as PolicyDocument).Statement.flatMap(
        ({ Resource = [] }) => Resource,
      ),
    );
    expect(endpoints.sort()).toEqual(
      many.models.map((model) => `arn:aws:sagemaker:us-east-1:444455556666:endpoint/prod-${model}`).sort(),
    );
    expect(
      many
        .stack("prod")
        .all("aws_iam_role_policy_attachment", 2)
        .map(({ values }) => values.role),
    ).toEqual(["notebooks", "notebooks"]);
    for (const { values } of policies) {
      const resource = `arn:aws:iam::444455556666:policy/${values.name}`;
      const requests = [
        { action: "iam:CreatePolicy", resource, context: {} },
        {
          action: "iam:AttachRolePolicy",
          resource: "arn:aws:iam::444455556666:role/notebooks",
          context: { "iam:PolicyARN": resource },
        },
      ];
      expect(requests.filter((one) => !isAllowed(deployer, one) || !isAllowed([limits], one))).toEqual([]);
    }
  });

  it("has a smoke test's policies that name every signed route and function URL, each once", () => {
    // Act
    const statements = many
      .stack("account")
      .find("aws_iam_policy")
      .filter(({ values }) => values.name.startsWith("prod-deploy-smoke-test"))
      .flatMap(({ address, values }) => parseEmbedded(values.policy, address) as unknown as PolicyDocument)
      .flatMap(({ Statement }) => Statement);

    // Assess
    const resourcesOf = (action: string): string[] =>
      statements.filter(({ Action }) => Action.includes(action)).flatMap(({ Resource = [] }) => Resource);
    const { models } = environmentWith(many.models);
    const signed = Object.entries(models).filter(([, { access }]) => access === "AWS_IAM");
    const withUrl = Object.entries(models).filter(([, { functionUrl }]) => functionUrl !== undefined);
    expect(resourcesOf("execute-api:Invoke").sort()).toEqual(
      signed.map(([model]) => `arn:aws:execute-api:us-east-1:444455556666:*/prod/POST/${model}`).sort(),
    );
    for (const action of ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]) {
      expect(resourcesOf(action).sort()).toEqual(
        withUrl.map(([model]) => `arn:aws:lambda:us-east-1:444455556666:function:prod-${model}`).sort(),
      );
    }
  });

  it(
    "passes the proof of least privilege, and each model has a record",
    async () => {
      // Act
      const { status, stdout, stderr } = await many.prove();

      // Assess
      expect(stderr).toBe("");
      expect(status).toBe(0);
      const { messages, counts, titles } = JSON.parse(stdout);
      expect(messages).toEqual([]);
      expect(counts.allowedRequests).toBeGreaterThan(MODELS * 10);
      expect(titles).toEqual(expect.arrayContaining(many.models.map((model) => `prod: ${model}`)));
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused with AWS's default quotas, and the faults name each quota",
    async () => {
      // Prepare
      many.serve(environmentWith(many.models, {}));

      // Act
      const { status, stderr } = await many.synthesize();

      // Assess
      expect(status).toBe(1);
      const [title, ...faults] = stderr.trimEnd().split("\n");
      expect(title).toBe("2 fault(s) in environments/:");
      expect(faults).toEqual([
        expect.stringMatching(
          /^ {2}prod: models\.\*\.serverless\.maxConcurrency: got 500 in us-east-1 of account 444455556666 \(prod: model-001 5, .*, 90 others 450\); allowed: at most 200 in total, .*quotas\.serverlessConcurrency\)$/,
        ),
        expect.stringMatching(
          /^ {2}prod: models: got 100 in us-east-1 of account 444455556666 \(prod: 100\); allowed: at most 50 in total, .*quotas\.serverlessEndpoints\)$/,
        ),
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "is refused in a new VPC, because the VPC endpoint's policy cannot name so many models",
    async () => {
      // Prepare
      many.serve({
        ...environmentWith(many.models),
        network: { vpc: { availabilityZones: ["us-east-1a", "us-east-1b"] } },
      });

      // Act
      const { status, stderr } = await many.synthesize();

      // Assess
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^1 fault\(s\) in environments\/:\n {2}prod: network\.vpc: got a VPC endpoint's policy of \d+ characters for 100 functions; allowed: at most 20480 characters: about \d\d functions in one VPC.* \(https:\/\/docs\.aws\.amazon\.com\/\S+\)\n$/,
      );
    },
    TIMEOUT_IN_MS,
  );
});

/** The number of managed policies of a role. */
function attachmentsOf(stack: SynthesizedStack, role: string): number {
  return stack
    .find("aws_iam_role_policy_attachment")
    .filter(({ values }) => values.role === `\${${role}.name}`).length;
}
