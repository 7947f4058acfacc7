import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CreateRoleCommand, GetRolePolicyCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { DescribeEndpointCommand, DescribeEndpointConfigCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { PolicyDocument } from "../../src/iam/policy-document";
import { functionRoleTrust } from "../../src/iam/workload/function-role";
import { readPlan } from "../../src/review/reading/plan";
import { reportOf } from "../../src/review/report";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import type { Operation } from "./support/emulator";
import { beforeAsync, withAsync, withOtherAsync, withoutAsync } from "./support/environments";
import { isAllowed } from "./support/evaluation";
import { succeeded } from "./support/project";
import { requireRecorded } from "./support/recordings";

const TIMEOUT_IN_MS = 600_000;

const BUCKET = "async-async-111122223333-eu-central-1";

/** A block `moved` of a stack. */
interface Move {
  readonly from: string;
  readonly to: string;
}

/** Requests for the key of the bucket, as AWS KMS evaluates them. */
const KEY_REQUESTS = {
  "decrypts an object of the bucket": { action: "kms:Decrypt", service: "s3", bucket: BUCKET },
  "encrypts an object of the bucket": { action: "kms:GenerateDataKey", service: "s3", bucket: BUCKET },
  "decrypts an object of another bucket": { action: "kms:Decrypt", service: "s3", bucket: "another" },
  "decrypts through another service": { action: "kms:Decrypt", service: "dynamodb", bucket: BUCKET },
  "schedules the key's deletion": { action: "kms:ScheduleKeyDeletion", service: "s3", bucket: BUCKET },
};

/** The changes of an endpoint and of its configurations that Terraform requested, in their order. */
function changesOf(endpoint: string, operations: readonly Operation[]): string[] {
  return operations
    .filter(({ parameters: { EndpointName, EndpointConfigName } }) =>
      [EndpointName, EndpointConfigName].some((name) => String(name ?? "").startsWith(endpoint)),
    )
    .map(({ operation }) => operation)
    .filter((operation) => /^(?:Create|Update|Delete)/.test(operation));
}

// The tests run in order: each test continues with the deployment of the test before.
describe("the lifecycle of an environment with asynchronous models", () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await Deployment.start(withAsync, async ({ iam }) => {
      const AssumeRolePolicyDocument = JSON.stringify(functionRoleTrust({ accountId: "111122223333" }));
      await iam.send(new CreateRoleCommand({ RoleName: "planning-service", AssumeRolePolicyDocument }));
    });
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment.stop(), TIMEOUT_IN_MS);

  async function configurationOf(EndpointName: string) {
    const { sagemaker } = deployment.clients;
    const { EndpointConfigName } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
    return await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
  }

  async function daysByPrefix(): Promise<unknown> {
    const { Rules = [] } = await deployment.clients.s3.send(
      new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }),
    );
    return Rules.map(({ Filter, Expiration }) => [Filter?.Prefix ?? "", Expiration?.Days]);
  }

  /** The scaling of an endpoint: its range, and the targets of its alarm. */
  async function scalingOf(endpoint: string): Promise<unknown> {
    const { applicationAutoScaling, cloudWatch } = deployment.clients;
    const ResourceId = `endpoint/${endpoint}/variant/AllTraffic`;
    const ofSagemaker = { ServiceNamespace: "sagemaker" as const };
    const { ScalableTargets: [target] = [] } = await applicationAutoScaling.send(
      new DescribeScalableTargetsCommand({ ...ofSagemaker, ResourceIds: [ResourceId] }),
    );
    const { ScalingPolicies: policies = [] } = await applicationAutoScaling.send(
      new DescribeScalingPoliciesCommand({ ...ofSagemaker, ResourceId }),
    );
    const { MetricAlarms: [alarm] = [] } = await cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [`${endpoint}-backlog-without-capacity`] }),
    );
    const starts = policies.find(({ PolicyType }) => PolicyType === "StepScaling");
    return {
      range: [target?.MinCapacity, target?.MaxCapacity],
      policies: policies.map(({ PolicyName }) => PolicyName).sort(),
      alarmStartsPolicy: starts?.PolicyARN !== undefined && alarm?.AlarmActions?.includes(starts.PolicyARN),
    };
  }

  /** Creates a key of AWS KMS. @returns its ARN */
  async function createKey(): Promise<string> {
    const { KeyMetadata } = (await deployment.clients.call("kms", "TrentService.CreateKey", {})) as {
      KeyMetadata: { Arn: string };
    };
    return KeyMetadata.Arn;
  }

  /** The encryption of the bucket's new objects. */
  async function encryptionOf(Bucket: string): Promise<unknown> {
    const { ServerSideEncryptionConfiguration: { Rules: [rule] = [] } = {} } =
      await deployment.clients.s3.send(new GetBucketEncryptionCommand({ Bucket }));
    const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
    return { algorithm: SSEAlgorithm, key: KMSMasterKeyID, hasBucketKey: rule?.BucketKeyEnabled };
  }

  /** The requests for a key that a role's own policies allow. */
  async function allowedRequests(RoleName: string, resource: string): Promise<string[]> {
    const { iam } = deployment.clients;
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    const documents = await Promise.all(
      PolicyNames.map(async (PolicyName) => {
        const { PolicyDocument = "" } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
        return JSON.parse(decodeURIComponent(PolicyDocument)) as PolicyDocument;
      }),
    );
    return Object.entries(KEY_REQUESTS).flatMap(([request, { action, service, bucket }]) => {
      const context = {
        "kms:ViaService": `${service}.eu-central-1.amazonaws.com`,
        "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucket}`,
      };
      return isAllowed(documents, { action, resource, context }) ? [request] : [];
    });
  }

  /** The times at which the endpoints were created. */
  async function createdAt(): Promise<(Date | undefined)[]> {
    const { sagemaker } = deployment.clients;
    const endpoints = ["async-energy-demand", "async-loan-default"].map((EndpointName) =>
      sagemaker.send(new DescribeEndpointCommand({ EndpointName })),
    );
    return (await Promise.all(endpoints)).map(({ CreationTime }) => CreationTime);
  }

  it(
    "replaces an endpoint that becomes asynchronous, without a further argument",
    async () => {
      // Prepare
      deployment.project.setEnvironments(beforeAsync);
      succeeded(await deployment.project.deploy(withAsync.name));
      const [before, other] = await createdAt();
      deployment.project.setEnvironments(withAsync);

      // Act
      succeeded(await deployment.project.deploy(withAsync.name));

      // Assess
      const [after, unchanged] = await createdAt();
      expect(before).toBeDefined();
      expect(after?.getTime()).toBeGreaterThan(before?.getTime() ?? Number.POSITIVE_INFINITY);
      expect(unchanged).toEqual(other);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "has asynchronous endpoints that scale from zero after the apply",
    async () => {
      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(made.filter((entry) => entry.startsWith("bucket "))).toEqual([`bucket ${BUCKET}`]);
      expect(await daysByPrefix()).toEqual([
        ["async-energy-demand/", 7],
        ["async-loan-default/", 1],
        ["", 7],
      ]);
      expect((await configurationOf("async-loan-default")).AsyncInferenceConfig).toEqual({
        ClientConfig: { MaxConcurrentInvocationsPerInstance: 1 },
        OutputConfig: {
          S3OutputPath: `s3://${BUCKET}/async-loan-default/results`,
          S3FailurePath: `s3://${BUCKET}/async-loan-default/failures`,
          NotificationConfig: {
            SuccessTopic: "arn:aws:sns:eu-central-1:111122223333:loan-results",
            ErrorTopic: "arn:aws:sns:eu-central-1:111122223333:loan-failures",
          },
        },
      });
      expect(await scalingOf("async-energy-demand")).toEqual({
        range: [0, 1],
        policies: ["async-energy-demand-start", "async-energy-demand-target-tracking"],
        alarmStartsPolicy: true,
      });
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(await deployment.project.plan(withAsync.name)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "keeps the endpoint in place when its state has the address of a real-time endpoint",
    async () => {
      // Prepare
      const { resources } = await deployment.project.state(withAsync.name);
      const addresses = resources
        .filter(({ type }) => type === "aws_sagemaker_endpoint")
        .map(({ address }) => address);
      const { moved } = JSON.parse(deployment.project.synthesized(withAsync.name)) as { moved: Move[] };

      // Act
      for (const { from, to } of moved)
        await deployment.project.terraform(withAsync.name, "state", "mv", to, from);

      // Assess
      expect(moved.map(({ to }) => to).sort()).toEqual([...addresses].sort());
      expect(await deployment.project.plan(withAsync.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "keeps waiting requests and results when instances, days, the range of the scaling and the key change",
    async () => {
      // Prepare
      const kmsKeyArn = await createKey();
      const Key = "async-energy-demand/results/0123.out";
      await deployment.clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "1" }));
      deployment.project.setEnvironments(withOtherAsync(kmsKeyArn));

      // Act
      succeeded(await deployment.project.deploy(withAsync.name));

      // Assess
      expect(await deployment.createdResources()).toContain(`object ${Key} in ${BUCKET}`);
      expect(await daysByPrefix()).toEqual([
        ["async-energy-demand/", 2],
        ["async-loan-default/", 1],
        ["", 2],
      ]);
      expect((await configurationOf("async-energy-demand")).ProductionVariants).toMatchObject([
        { InstanceType: "ml.m5.xlarge" },
      ]);
      expect(await scalingOf("async-energy-demand")).toEqual({
        range: [1, 3],
        policies: ["async-energy-demand-target-tracking"],
        alarmStartsPolicy: false,
      });
      expect(await encryptionOf(BUCKET)).toEqual({
        algorithm: "aws:kms",
        key: kmsKeyArn,
        hasBucketKey: true,
      });
      for (const endpoint of ["async-energy-demand", "async-loan-default"]) {
        expect((await configurationOf(endpoint)).AsyncInferenceConfig?.OutputConfig?.KmsKeyId).toBe(
          kmsKeyArn,
        );
        for (const role of [`${endpoint}-endpoint`, `${endpoint}-function`]) {
          expect([role, await allowedRequests(role, kmsKeyArn)]).toEqual([
            role,
            ["decrypts an object of the bucket", "encrypts an object of the bucket"],
          ]);
          expect(await allowedRequests(role, `${kmsKeyArn}0`)).toEqual([]);
        }
      }
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(await deployment.project.plan(withAsync.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "replaces endpoints that answer in real time again, and deletes the bucket, without a further argument",
    async () => {
      // Prepare
      const before = await createdAt();
      deployment.project.setEnvironments(withoutAsync);
      const plan = readPlan(await deployment.project.shownPlan(withAsync.name), `${withAsync.name}.json`);

      // Act
      const {
        verdict,
        environments: [review],
      } = reportOf([plan]);
      const operations = await deployment.operationsOf(async () =>
        succeeded(await deployment.project.deploy(withAsync.name)),
      );

      // Assess
      expect(review?.flags).toMatchObject({ destroy: true, outage: true });
      expect(
        review?.outages.flatMap((one) =>
          one.cause === "setting" ? [[one.subject, one.lasts, one.setting.risk]] : [],
        ),
      ).toEqual(
        ["async-energy-demand", "async-loan-default"].map((name) => [
          { kind: "resource", type: "aws_sagemaker_endpoint", name },
          "apply",
          "real-time endpoint",
        ]),
      );
      expect(verdict).toContain("2 endpoint configurations change from asynchronous to real-time requests");
      for (const endpoint of ["async-energy-demand", "async-loan-default"]) {
        // Terraform deletes the endpoint before it creates the configuration of the endpoint with the same name.
        expect(changesOf(endpoint, operations)).toEqual([
          "DeleteEndpoint",
          "CreateEndpointConfig",
          "CreateEndpoint",
          "DeleteEndpointConfig",
        ]);
        expect((await configurationOf(endpoint)).AsyncInferenceConfig).toBeUndefined();
      }
      const after = await createdAt();
      expect(after.every((time, index) => (time?.getTime() ?? 0) > (before[index]?.getTime() ?? 0))).toBe(
        true,
      );
      expect(await scalingOf("async-energy-demand")).toEqual({
        range: [1, 2],
        policies: ["async-energy-demand-target-tracking"],
        alarmStartsPolicy: false,
      });
      const created = await deployment.createdResources();
      expect(created).toEqual(await deployment.resourcesInState());
      expect(created.filter((entry) => /^(?:bucket|object) /.test(entry))).toEqual([]);
      expect(await deployment.deployed()).toEqual(await deployment.synthesized());
      expect(await deployment.project.plan(withAsync.name)).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "destroys all its resources",
    async () => {
      // Act
      succeeded(await deployment.project.destroy(withAsync.name));

      // Assess
      expect(await deployment.createdResources()).toEqual([]);
      expect(await deployment.resourcesInState()).toEqual([]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );

  it("needs exactly the recorded IAM authorizations, which the deployer has", async () => {
    // Act
    const recording = await deployment.recording();

    // Assess
    expect(deniedToDeployer(withAsync, deployment.emulator.accountId, recording)).toEqual([]);
    requireRecorded("async", recording);
  });
});
