import { GetRestApisCommand, GetStagesCommand } from "@aws-sdk/client-api-gateway";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { AddPermissionCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import type { ModelName } from "../fixtures/app/functions";
import { Deployment } from "./support/deployment";
import { artifactOf, devWithCaller as first, NOTEBOOKS, withModel } from "./support/environments";
import { succeeded } from "./support/project";
import { requireRecorded } from "./support/recordings";
import { squashed } from "./support/squashed";

const TIMEOUT_IN_MS = 600_000;

const DENY_EVERY_PRINCIPAL = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: "*", Action: "sts:AssumeRole" }],
};

const newArtifacts = withModel(
  withModel(first, "loan-default", { artifact: "models/second.tar.gz" }),
  "energy-demand",
  { artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-21/model.tar.gz" },
);
const opened = withModel(newArtifacts, "loan-default", { access: "PUBLIC" });
/** `opened` with other values of the settings that prod does not have. */
const resized: Environment = {
  ...withModel(opened, "energy-demand", { access: "AWS_IAM" }),
  tags: { Team: "models" },
  stage: {
    throttling: { rateLimit: 900, burstLimit: 1_800 },
    logRetentionInDays: 14,
    corsAllowOrigin: "https://www.example.com",
  },
  callers: {
    notebooks: {
      mayInvoke: [
        { model: "ticket-urgency", by: "endpoint" },
        { model: "energy-demand", by: "route" },
      ],
      roles: [NOTEBOOKS],
    },
  },
};
const broken = withModel(opened, "ticket-urgency", {
  artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-21/model.tar.gz",
});

// The tests run in order, from the first apply to the last: each test continues with the deployment of the test before.
describe("the lifecycle of dev", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(first, ({ iam }) =>
      iam.send(
        new CreateRoleCommand({
          RoleName: NOTEBOOKS,
          AssumeRolePolicyDocument: JSON.stringify(DENY_EVERY_PRINCIPAL),
        }),
      ),
    );
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  it(
    "has exactly the resources in the state after the first apply",
    async () => {
      // Act
      succeeded(await deployment.project.deploy("dev"));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(made).toEqual(
        expect.arrayContaining([
          "endpoint dev-ticket-urgency",
          "function dev-ticket-urgency",
          "role dev-ticket-urgency-endpoint",
        ]),
      );
      expect(await deployment.lostResources()).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "grants exactly the synthesized permissions",
    async () => {
      // Act
      const deployed = await deployment.deployed();

      // Assess
      const synthesized = await deployment.synthesized();
      expect(Object.keys(deployed.roles)).toHaveLength(8);
      expect(Object.keys(deployed.apis["dev-inference"]?.methods ?? {})).toHaveLength(8);
      expect(deployed).toEqual(synthesized);
    },
    TIMEOUT_IN_MS,
  );

  describe("finds a difference from the synthesized permissions after a manual change:", () => {
    const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const RoleName = "dev-ticket-urgency-function";
    const FunctionName = "dev-ticket-urgency";
    const StatementId = "ByHand";

    it.each([
      [
        "a policy of a role",
        () =>
          deployment.clients.iam.send(
            new PutRolePolicyCommand({ RoleName, PolicyName: "by-hand", PolicyDocument }),
          ),
        () => deployment.clients.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "by-hand" })),
      ],
      [
        "a managed policy attached to a role",
        () =>
          deployment.clients.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: callerPolicy() })),
        () =>
          deployment.clients.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: callerPolicy() })),
      ],
      [
        "a permission of a function",
        () =>
          deployment.clients.lambda.send(
            new AddPermissionCommand({
              FunctionName,
              StatementId,
              Action: "lambda:InvokeFunction",
              Principal: "*",
            }),
          ),
        () => deployment.clients.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId })),
      ],
    ])(
      "%s",
      async (_, add, takeAway) => {
        // Prepare
        const synthesized = await deployment.synthesized();
        await add();

        // Act
        const deployed = await deployment.deployed();

        // Assess
        await takeAway();
        expect(deployed).not.toEqual(synthesized);
        expect(await deployment.deployed()).toEqual(synthesized);
      },
      TIMEOUT_IN_MS,
    );

    it(
      "a statement in a role's own policy",
      async () => {
        // Prepare
        const synthesized = await deployment.synthesized();
        const { iam } = deployment.clients;
        const PolicyName = "function";
        const { PolicyDocument: encoded = "" } = await iam.send(
          new GetRolePolicyCommand({ RoleName, PolicyName }),
        );
        const policy = JSON.parse(decodeURIComponent(encoded)) as { Statement: object[] };
        const put = (document: object) =>
          iam.send(
            new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }),
          );
        await put({ ...policy, Statement: [...policy.Statement, statement] });

        // Act
        const deployed = await deployment.deployed();

        // Assess
        await put(policy);
        expect(deployed).not.toEqual(synthesized);
        expect(await deployment.deployed()).toEqual(synthesized);
      },
      TIMEOUT_IN_MS,
    );

    function callerPolicy(): string {
      return `arn:aws:iam::${deployment.emulator.accountId}:policy/dev-notebooks-caller`;
    }
  });

  it(
    "has an empty plan after the apply",
    async () => {
      // Act
      const plan = await deployment.project.plan("dev");

      // Assess
      expect(plan).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  describe("with new artifacts", () => {
    let outputs: Readonly<Record<string, string>>;

    it(
      "plans only the rollout",
      async () => {
        // Prepare
        ({ outputs } = await deployment.project.state("dev"));
        deployment.project.setEnvironments(newArtifacts);

        // Act
        const plan = await deployment.project.plan("dev");

        // Assess
        expect(plan.map(({ address, action }) => `${withoutHashes(address)}: ${action}`).sort()).toEqual(
          [
            ...["energy-demand", "loan-default"].flatMap((model) => [
              `aws_iam_role_policy.${model}_endpoint_policy: create then delete`,
              `aws_sagemaker_endpoint.${model}_endpoint: update`,
              `aws_sagemaker_endpoint_configuration.${model}_endpoint_configuration: create then delete`,
              `aws_sagemaker_model.${model}_endpoint_model: create then delete`,
              `terraform_data.${model}_endpoint_configuration-revision: create then delete`,
              `terraform_data.${model}_endpoint_model-revision: create then delete`,
              `terraform_data.${model}_endpoint_policy-revision: create then delete`,
            ]),
            "aws_s3_object.artifacts_loan-default: create",
            "aws_s3_object.artifacts_loan-default: delete",
          ].sort(),
        );
      },
      TIMEOUT_IN_MS,
    );

    it(
      "serves the new artifacts with the same endpoint names, and deletes the old resources",
      async () => {
        // Prepare
        const before = await liveModel("energy-demand");

        // Act
        succeeded(await deployment.project.deploy("dev"));

        // Assess
        const after = await liveModel("energy-demand");
        expect(before.artifact).toBe(artifactOf(first, "energy-demand"));
        expect(after.artifact).toBe(artifactOf(newArtifacts, "energy-demand"));
        expect(after.configuration).not.toBe(before.configuration);
        expect((await deployment.project.state("dev")).outputs).toEqual(outputs);
        expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
        expect(await deployment.deployed()).toEqual(await deployment.synthesized());
        expect(await deployment.project.plan("dev")).toEqual([]);
      },
      TIMEOUT_IN_MS,
    );
  });

  it(
    "deploys the API again when the access of a route changes, and the stage always has a deployment",
    async () => {
      // Prepare
      const before = await stage();
      deployment.project.setEnvironments(opened);
      const plan = await deployment.project.plan("dev");

      // Act
      const operations = await deployment.operationsOf(async () =>
        succeeded(await deployment.project.deploy("dev")),
      );

      // Assess
      expect(plan.map(({ address, action }) => `${withoutHashes(address)}: ${action}`)).toEqual([
        "aws_api_gateway_deployment.stage_deployment: create then delete",
        "aws_api_gateway_rest_api.stage_api: update",
        "aws_api_gateway_stage.stage: update",
      ]);
      const writes = operations.map(({ operation }) => operation).filter((name) => !name.startsWith("Get"));
      expect(writes.filter((name) => /Deployment|Stage|RestApi/.test(name))).toEqual([
        "PutRestApi",
        "CreateDeployment",
        "UpdateStage",
        "DeleteDeployment",
      ]);
      const after = await stage();
      expect(after.deploymentId).not.toBe(before.deploymentId);
      const deployed = await deployment.deployed();
      expect(deployed.apis["dev-inference"]?.methods["POST /loan-default"]?.apiKeyRequired).toBe(false);
      expect(deployed).toEqual(await deployment.synthesized());
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
    },
    TIMEOUT_IN_MS,
  );

  describe("when SageMaker rolls back an update", () => {
    let before: Awaited<ReturnType<typeof liveModel>>;

    it(
      "fails with the cause, and deletes no resource of the serving model",
      async () => {
        // Prepare
        before = await liveModel("ticket-urgency");
        const policies = await deployment.createdResources();
        await deployment.emulator.rollEndpointUpdatesBack(true);
        deployment.project.setEnvironments(broken);

        // Act
        const { status, output } = await deployment.project.deploy("dev");

        // Assess
        expect(status).not.toBe(0);
        expect(squashed(output)).toContain("SageMakerrolledbacktheupdateoftheendpointdev-ticket-urgency");
        expect(await liveModel("ticket-urgency")).toEqual(before);
        // The role may read the old artifact while the endpoint serves it.
        expect(await deployment.createdResources()).toEqual(expect.arrayContaining([...policies]));
      },
      TIMEOUT_IN_MS,
    );

    it(
      "succeeds after the change is reverted, and deletes the resources that the change created",
      async () => {
        // Prepare
        await deployment.emulator.rollEndpointUpdatesBack(false);
        deployment.project.setEnvironments(opened);

        // Act
        succeeded(await deployment.project.deploy("dev"));

        // Assess
        expect((await liveModel("ticket-urgency")).artifact).toBe(before.artifact);
        expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
        expect(await deployment.deployed()).toEqual(await deployment.synthesized());
        expect(await deployment.project.plan("dev")).toEqual([]);
      },
      TIMEOUT_IN_MS,
    );
  });

  it(
    "changes settings in place, and keeps its URLs",
    async () => {
      // Prepare
      const { outputs } = await deployment.project.state("dev");
      deployment.project.setEnvironments(resized);

      // Act
      succeeded(await deployment.project.deploy("dev"));

      // Assess
      expect((await deployment.project.state("dev")).outputs).toEqual(outputs);
      expect(await deployment.createdResources()).toEqual(await deployment.resourcesInState());
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(await deployment.project.plan("dev")).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "destroys all its resources, and no other",
    async () => {
      // Act
      succeeded(await deployment.project.destroy("dev"));

      // Assess
      expect(await deployment.createdResources()).toEqual([]);
      expect(await deployment.lostResources()).toEqual([]);
      expect(await deployment.resourcesInState()).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it("needs exactly the recorded IAM authorizations", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    requireRecorded("dev", recording);
  });

  /** The configuration and the artifact of an endpoint. */
  async function liveModel(
    model: ModelName,
  ): Promise<{ configuration: string; artifact: string | undefined }> {
    const { sagemaker } = deployment.clients;
    const { EndpointConfigName = "" } = await sagemaker.send(
      new DescribeEndpointCommand({ EndpointName: `dev-${model}` }),
    );
    const { ProductionVariants = [] } = await sagemaker.send(
      new DescribeEndpointConfigCommand({ EndpointConfigName }),
    );
    const { PrimaryContainer } = await sagemaker.send(
      new DescribeModelCommand({ ModelName: ProductionVariants[0]?.ModelName }),
    );
    return { configuration: EndpointConfigName, artifact: PrimaryContainer?.ModelDataUrl };
  }

  async function stage(): Promise<{ deploymentId?: string | undefined }> {
    const { apiGateway } = deployment.clients;
    const { items: apis = [] } = await apiGateway.send(new GetRestApisCommand({}));
    const { item: stages = [] } = await apiGateway.send(new GetStagesCommand({ restApiId: apis[0]?.id }));
    expect(stages).toHaveLength(1);
    return stages[0] ?? {};
  }
});

/** An address without the hashes of CDKTF and of artifacts. */
function withoutHashes(address: string): string {
  return address.replace(/(-[0-9a-f]{16})?_[0-9A-F]{8}$/, "");
}
