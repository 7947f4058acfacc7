import { GetAccountCommand } from "@aws-sdk/client-api-gateway";
import {
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { DeleteModelCommand, ListModelsCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  type AccountSettings,
  boundaryArn,
  type DeployableEnvironment,
  deployRoleName,
  driftRoleName,
  planRoleName,
} from "../../src/environment/account";
import type { PolicyDocument } from "../../src/iam/policy-document";
import { partsOfEndpoints } from "../../src/pipeline/endpoint-parts";
import { findArtifact, findImage } from "../../src/pipeline/existence";
import { recordingOf } from "./support/authorization";
import { Clients } from "./support/clients";
import { readDeployed } from "./support/deployed";
import { Emulator, type Operation } from "./support/emulator";
import { isAllowed } from "./support/evaluation";
import { expectedOf } from "./support/expected";
import { listAccount, listState } from "./support/listing";
import { CREDENTIALS, killRunning } from "./support/programs";
import { DeployedProject, succeeded } from "./support/project";
import { squashed } from "./support/squashed";

const TIMEOUT_IN_MS = 600_000;

const accountId = "111122223333";
const Bucket = "terraform-states-111122223333";
const LOCAL_STATE = "terraform.account.tfstate";

const account: AccountSettings = {
  region: "us-east-1",
  accountId,
  tags: { Team: "models" },
  state: { local: { path: LOCAL_STATE } },
  stateBucket: Bucket,
  apiGatewayLogs: true,
  github: { repository: "octo-org@123456/sagemaker-stages@456789" },
};
const withStateInBucket: AccountSettings = {
  ...account,
  state: { s3: { bucket: Bucket, key: "account.tfstate" } },
};

const environment: DeployableEnvironment = {
  name: "small",
  region: "us-east-1",
  accountId,
  permissionsBoundary: true,
  state: { s3: { bucket: Bucket, key: "small.tfstate" } },
  stage: { throttling: { rateLimit: 10, burstLimit: 20 }, logRetentionInDays: 7 },
  models: {
    "ticket-urgency": {
      artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
  },
};

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of an account", () => {
  let emulator: Emulator;
  let project: DeployedProject;
  let clients: Clients;

  beforeAll(async () => {
    emulator = await Emulator.start(accountId);
    project = new DeployedProject(emulator, environment);
    project.setAccounts(account);
    clients = new Clients(emulator, account.region);
  }, TIMEOUT_IN_MS);

  afterAll(async () => {
    killRunning();
    project.remove();
    await emulator.stop();
  }, TIMEOUT_IN_MS);

  it(
    "creates the synthesized resources, and no other, when the state is in a local file",
    async () => {
      // Prepare
      const before = await listAccount(clients);

      // Act
      succeeded(await project.deploy("account"));

      // Assess
      const { resources } = await project.state("account");
      const created = (await listAccount(clients)).filter((entry) => !before.includes(entry));
      expect(created).toEqual(listState(resources));
      const deployed = await readDeployed(clients);
      expect(Object.keys(deployed.roles).sort()).toEqual([
        "account-api-gateway-logs",
        "account-plan",
        "small-deploy",
        "small-drift",
      ]);
      expect(deployed).toEqual(expectedOf(project.synthesized("account"), resources));
      const { cloudwatchRoleArn } = await clients.apiGateway.send(new GetAccountCommand({}));
      expect(cloudwatchRoleArn).toBe(`arn:aws:iam::${accountId}:role/account-api-gateway-logs`);
      const { Status } = await clients.s3.send(new GetBucketVersioningCommand({ Bucket }));
      expect(Status).toBe("Enabled");
      expect(emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has an empty plan after Terraform's state moved to the account's bucket",
    async () => {
      // Prepare
      const before = await project.state("account");
      project.setAccounts(withStateInBucket);
      await project.synth();

      // Act
      await project.terraform("account", "init", "-input=false", "-migrate-state", "-force-copy");

      // Assess
      expect(project.hasFile(LOCAL_STATE)).toBe(true);
      project.removeFile(LOCAL_STATE);
      const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key: "account.tfstate" }));
      expect(JSON.parse((await Body?.transformToString()) ?? "").version).toBe(4);
      expect(await project.state("account")).toEqual(before);
      expect(await project.plan("account")).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "stores and locks an environment's state, and the account's deploy role may deploy the environment",
    async () => {
      // Act
      const operations = await operationsOf(async () => succeeded(await project.deploy("small")));

      // Assess
      const written = operations.filter(({ operation }) => operation === "PutObject");
      expect(new Set(written.map(({ parameters }) => parameters.Key))).toEqual(
        new Set(["small.tfstate", "small.tfstate.tflock"]),
      );
      const { roles } = await readDeployed(clients);
      expect(roles["small-ticket-urgency-function"]?.boundary).toBe(boundaryArn(environment, accountId));
      expect(roles["small-ticket-urgency-endpoint"]?.boundary).toBe(boundaryArn(environment, accountId));
      const { attached, boundary } = await policiesOf(deployRoleName(environment));
      // Five policies of the deployer, and the policy of the smoke test.
      expect(attached).toHaveLength(6);
      expect(deniedTo(attached, operations)).toEqual([]);
      expect(deniedTo(boundary, operations)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has a plan role that may plan without a lock, and the plan writes nothing",
    async () => {
      // Act
      const operations = await operationsOf(async () =>
        expect(await project.plan("small", "-lock=false")).toEqual([]),
      );

      // Assess
      const { attached } = await policiesOf(planRoleName(account));
      expect(attached).toHaveLength(2);
      expect(operations.length).toBeGreaterThan(10);
      expect(deniedTo(attached, operations)).toEqual([]);
      expect(operations.filter(({ operation }) => /^(Put|Create|Delete|Update)/.test(operation))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "refuses to destroy the protected account, and loses no resource",
    async () => {
      // Prepare
      const before = await listAccount(clients);

      // Act
      const { status } = await project.destroy("account");

      // Assess
      expect(status).not.toBe(0);
      expect(squashed(await project.refusalToDestroy("account"))).toMatch(
        /Instancecannotbedestroyed.*Resource(aws_s3_bucket\.state_bucket|aws_api_gateway_account\.\S+)_\w+haslifecycle\.prevent_destroyset/,
      );
      expect(await listAccount(clients)).toEqual(before);
      expect(emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has roles that find a deleted model of an endpoint with a refresh-only plan, and the artifact in another bucket",
    async () => {
      // Prepare
      const [bucket, key] = ["amzn-s3-demo-bucket", "ticket-urgency/2026-11-20/model.tar.gz"];
      await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
      await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: "weights" }));
      const { Models: [{ ModelName } = {}] = [] } = await clients.sagemaker.send(new ListModelsCommand({}));
      await clients.sagemaker.send(new DeleteModelCommand({ ModelName }));
      process.env.AWS_ENDPOINT_URL_S3 = emulator.endpoint;
      process.env.AWS_ENDPOINT_URL_ECR = emulator.endpoint;

      // Act
      let plan = "";
      const operations = await operationsOf(async () => {
        plan = await project.shownPlan("small", "-lock=false", "-refresh-only");
      });
      const [endpoint] = await partsOfEndpoints(JSON.parse(plan), {
        image: (uri) => findImage(uri, CREDENTIALS),
        artifact: (uri) => findArtifact(uri, account.region, CREDENTIALS),
      });

      // Assess: the emulator has no registry of SageMaker
      delete process.env.AWS_ENDPOINT_URL_S3;
      delete process.env.AWS_ENDPOINT_URL_ECR;
      expect(endpoint?.endpoint).toBe("small-ticket-urgency");
      expect(endpoint?.parts.map(({ kind, name, state }) => [kind, name, state])).toEqual([
        ["endpoint configuration", expect.stringMatching(/^small-ticket-urgency-/), "exists"],
        ["model", ModelName, "missing"],
        ["role", `arn:aws:iam::${accountId}:role/small-ticket-urgency-endpoint`, "exists"],
        ["artifact", `s3://${bucket}/${key}`, "exists"],
        [
          "image",
          expect.stringMatching(/^\d{12}\.dkr\.ecr\.us-east-1\..*\/sagemaker-xgboost:1\.7-1$/),
          "missing",
        ],
      ]);
      expect(deniedTo((await policiesOf(planRoleName(account))).attached, operations)).toEqual([]);
      const image = endpoint?.parts.find(({ kind }) => kind === "image")?.name ?? "";
      const { attached } = await policiesOf(driftRoleName(environment));
      const reads = [
        {
          action: "ecr:BatchGetImage",
          resource: `arn:aws:ecr:us-east-1:${image.slice(0, 12)}:repository/sagemaker-xgboost`,
          context: {},
        },
        { action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}`, context: { "s3:prefix": key } },
      ];
      expect(reads.filter((one) => !isAllowed(attached, one))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  /** Terraform's operations during a function. */
  async function operationsOf(act: () => Promise<unknown>): Promise<readonly Operation[]> {
    const { length } = await emulator.operations();
    await act();
    return (await emulator.operations()).slice(length).filter(({ byTerraform }) => byTerraform);
  }

  /** The authorizations of operations that a role's policies do not allow. */
  function deniedTo(policies: readonly PolicyDocument[], operations: readonly Operation[]): unknown[] {
    const checks = recordingOf(operations, { accountId, environmentName: environment.name });
    return checks.filter((check) => !isAllowed(policies, check));
  }

  /** A role's managed policies and boundary in the account. */
  async function policiesOf(
    RoleName: string,
  ): Promise<{ attached: readonly PolicyDocument[]; boundary: readonly PolicyDocument[] }> {
    const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName }));
    const { AttachedPolicies = [] } = await clients.iam.send(
      new ListAttachedRolePoliciesCommand({ RoleName }),
    );
    const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
    return {
      attached: await Promise.all(AttachedPolicies.map(({ PolicyArn = "" }) => policy(PolicyArn))),
      boundary: boundary === undefined ? [] : [await policy(boundary)],
    };
  }

  async function policy(PolicyArn: string): Promise<PolicyDocument> {
    const { PolicyVersion } = await clients.iam.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: "v1" }),
    );
    return JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ""));
  }
});
