import {
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CreateRoleCommand } from "@aws-sdk/client-iam";
import { GetBucketLifecycleConfigurationCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { DescribeEndpointCommand, DescribeEndpointConfigCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { functionRoleTrust } from "../../src/iam/workload/function-role";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import { beforeAsync, withAsync, withOtherAsync } from "./support/environments";
import { succeeded } from "./support/project";
import { requireRecorded } from "./support/recordings";

const TIMEOUT_IN_MS = 600_000;

const BUCKET = "async-async-111122223333-eu-central-1";

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
    "keeps waiting requests and results when instances, days and the range of the scaling change",
    async () => {
      // Prepare
      const Key = "async-energy-demand/results/0123.out";
      await deployment.clients.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "1" }));
      deployment.project.setEnvironments(withOtherAsync);

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
      expect(await deployment.project.plan(withAsync.name)).toEqual([]);
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
