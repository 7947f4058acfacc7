import { GetStagesCommand } from "@aws-sdk/client-api-gateway";
import { GetDistributionCommand } from "@aws-sdk/client-cloudfront";
import { CreatePolicyCommand } from "@aws-sdk/client-iam";
import { GetFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { boundaryName } from "../../src/environment/account";
import type { Environment } from "../../src/environment/environment";
import { boundaryPolicy } from "../../src/iam/deployment/boundary";
import { prod as shipped } from "../fixtures/app/environments/prod";
import type { ModelName } from "../fixtures/app/functions";
import { Deployment } from "./support/deployment";
import { withModel } from "./support/environments";
import { succeeded } from "./support/project";
import { requireRecorded } from "./support/recordings";
import { squashed } from "./support/squashed";

const TIMEOUT_IN_MS = 600_000;

/** prod with the access logs that the accounts of the fixture app allow. This test deploys no account. */
const prod: Environment = { ...shipped, stage: { ...shipped.stage, accessLogs: true } };
const Bucket = "s3" in prod.state ? prod.state.s3.bucket : "(none)";
/** prod with another artifact, and with a change of every setting that can change in place. */
const changed: Environment = {
  ...[
    { model: "loan-default", settings: { artifact: "models/first.tar.gz" } },
    { model: "ticket-urgency", settings: { function: {} } },
    {
      model: "language-check",
      settings: {
        function: { reservedConcurrency: 10 },
        functionUrl: { corsAllowOrigins: ["https://www.example.com"] },
      },
    },
  ].reduce((environment, { model, settings }) => withModel(environment, model as ModelName, settings), prod),
  tags: { Team: "models" },
  stage: { throttling: { rateLimit: 900, burstLimit: 1_800 }, logRetentionInDays: 180, accessLogs: true },
  website: { priceClass: "PriceClass_200" },
};
const unprotected: Environment = {
  ...changed,
  protected: false,
  stage: { ...changed.stage, accessLogs: false },
};

/** Types of resources that prod protects. */
const PROTECTED = ["aws_api_gateway_rest_api", "aws_cloudfront_distribution", "aws_sagemaker_endpoint"];

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of prod", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(prod, async ({ iam, s3 }) => {
      await iam.send(
        new CreatePolicyCommand({
          PolicyName: boundaryName(prod),
          PolicyDocument: JSON.stringify(boundaryPolicy(prod, prod.accountId ?? "")),
        }),
      );
      await s3.send(new CreateBucketCommand({ Bucket }));
      await s3.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
      );
    });
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  /** The reserved concurrency of each model's function, as Lambda reports it. */
  async function reservedConcurrency(): Promise<(number | undefined)[]> {
    const reserved = Object.keys(prod.models).map(async (model) => {
      const found = await deployment.clients.lambda.send(
        new GetFunctionConcurrencyCommand({ FunctionName: `prod-${model}` }),
      );
      return found.ReservedConcurrentExecutions;
    });
    return await Promise.all(reserved);
  }

  it(
    "has exactly the resources in the state and the synthesized permissions after the first apply",
    async () => {
      // Act
      succeeded(await deployment.project.deploy("prod"));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      const { item: stages = [] } = await deployment.clients.apiGateway.send(
        new GetStagesCommand({ restApiId: idOfApi(made) }),
      );
      expect(stages.map(({ accessLogSettings }) => accessLogSettings)).toEqual([
        {
          destinationArn:
            "arn:aws:logs:us-east-1:444455556666:log-group:/aws/apigateway/prod-inference/access",
          format: expect.stringContaining('"requestId":"$context.requestId"'),
        },
      ]);
      expect(made.filter((entry) => entry.startsWith("object "))).toHaveLength(6);
      const deployed = await deployment.deployed();
      expect(Object.values(deployed.roles).map(({ boundary }) => boundary)).toEqual(
        Array(8).fill("arn:aws:iam::444455556666:policy/prod-boundary"),
      );
      expect(Object.keys(deployed.buckets)).toEqual(["prod-website-444455556666-us-east-1"]);
      expect(deployed).toEqual(await deployment.synthesized());
      expect(await reservedConcurrency()).toEqual([undefined, undefined, 40, undefined]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has an empty plan after the apply",
    async () => {
      // Act
      const plan = await deployment.project.plan("prod");

      // Assess
      expect(plan).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "stores and locks Terraform's state in the bucket for states",
    async () => {
      // Act
      const { outputs } = await deployment.project.state("prod");

      // Assess
      const operations = await deployment.emulator.operations();
      const keys = operations
        .filter(({ operation, parameters }) => operation === "PutObject" && parameters.Bucket === Bucket)
        .map(({ parameters }) => parameters.Key);
      expect(new Set(keys)).toEqual(
        new Set(["sagemaker-stages/prod.tfstate", "sagemaker-stages/prod.tfstate.tflock"]),
      );
      expect(outputs.stage_url).toMatch(/^https:.*\/prod$/);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "keeps its URLs when settings change",
    async () => {
      // Prepare
      const { outputs } = await deployment.project.state("prod");
      deployment.project.setEnvironments(changed);

      // Act
      succeeded(await deployment.project.deploy("prod"));

      // Assess
      expect((await deployment.project.state("prod")).outputs).toEqual(outputs);
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(await reservedConcurrency()).toEqual([undefined, undefined, undefined, 10]);
      expect(await deployment.project.plan("prod")).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "refuses the destruction, names a protected resource, and loses no resource",
    async () => {
      // Prepare
      const before = await deployment.createdResources();
      let ended: { readonly status: number | null } = { status: 0 };

      // Act
      const operations = await deployment.operationsOf(async () => {
        ended = await deployment.project.destroy("prod");
      });

      // Assess
      const { resources } = await deployment.project.state("prod");
      const kept = resources.filter(({ type }) => PROTECTED.includes(type));
      expect(kept).toHaveLength(6);
      expect(ended.status).not.toBe(0);
      const refused = squashed(await deployment.project.refusalToDestroy("prod")).matchAll(
        /Instancecannotbedestroyed.*?Resource(aws_[\w.-]+?)haslifecycle\.prevent_destroyset/g,
      );
      // Terraform stops at the first refusal, so that it does not name every protected resource.
      const addresses = kept.map(({ address }) => address);
      const named = [...refused].map(([, address]) => address);
      expect(named.length).toBeGreaterThan(0);
      expect(named.filter((address) => address === undefined || !addresses.includes(address))).toEqual([]);
      expect(await deployment.createdResources()).toEqual(before);
      const deletions = operations.filter(({ operation }) => operation.startsWith("Delete"));
      expect(deletions.map(({ parameters }) => parameters.Key)).toEqual([
        "sagemaker-stages/prod.tfstate.tflock",
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "destroys all resources except the state when the environment is not protected",
    async () => {
      // Prepare
      const { resources } = await deployment.project.state("prod");
      const Id = String(resources.find(({ type }) => type === "aws_cloudfront_distribution")?.values.id);
      deployment.project.setEnvironments(unprotected);
      const updates = await deployment.operationsOf(async () =>
        succeeded(await deployment.project.deploy("prod")),
      );

      // Act
      succeeded(await deployment.project.destroy("prod"));

      // Assess
      const names = updates.map(({ operation }) => operation);
      // If Terraform deleted the log group first, API Gateway would create the log group again.
      expect(names.lastIndexOf("UpdateStage")).toBeLessThan(names.indexOf("DeleteLogGroup"));
      expect(await deployment.createdResources()).toEqual([]);
      expect(await deployment.lostResources()).toEqual([]);
      expect(await deployment.resourcesInState()).toEqual([]);
      await expect(deployment.clients.cloudFront.send(new GetDistributionCommand({ Id }))).rejects.toThrow(
        expect.objectContaining({ name: "NoSuchDistribution" }),
      );
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it("needs exactly the recorded IAM authorizations", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    requireRecorded("prod", recording);
  });
});

/** The id in the entry `stage <name> of API <id>`. */
function idOfApi(made: readonly string[]): string {
  const [id = "(none)"] = made.flatMap((entry) => /^stage \S+ of API (\S+)$/.exec(entry)?.[1] ?? []);
  return id;
}
