import { ProductionVariantInstanceType } from "@aws-sdk/client-sagemaker";
import { describe, expect, it } from "@jest/globals";
import { InvalidEnvironments } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import type {
  DataCaptureSettings,
  DeploymentSettings,
  InstanceScaling,
  InstanceSettings,
  ProvisionedConcurrencyScaling,
  RollbackSettings,
  ServerlessSettings,
} from "../../src/environment/model-settings";
import { checkEnvironments } from "../support/app";
import {
  type Broken,
  environmentOf,
  FILE,
  INSTANCES,
  KEY_ARN,
  long,
  NETWORK,
  SERVERLESS,
} from "./support/environments";

const API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg";
const AUTO_SCALING = "https://docs.aws.amazon.com/autoscaling/application/APIReference";
const CONTAINER = `${API}/API_ContainerDefinition.html`;
const SIZE = `${API}/API_ProductionVariantServerlessConfig.html`;
const VARIANT = `${API}/API_ProductionVariant.html`;
const TRACKING = `${AUTO_SCALING}/API_TargetTrackingScalingPolicyConfiguration.html`;
const TARGET = `${AUTO_SCALING}/API_RegisterScalableTarget.html`;
const CAPTURE = `${API}/API_DataCaptureConfig.html`;
const BLUE_GREEN = `${API}/API_BlueGreenUpdatePolicy.html`;
const TRAFFIC = `${API}/API_TrafficRoutingConfig.html`;
const ROLLBACK = `${API}/API_AutoRollbackConfig.html`;

const REPOSITORY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/loan-default";
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const MULTI_REGION_KEY_ARN = "arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";

function serverless(part: Partial<ServerlessSettings>): object {
  return { ...SERVERLESS, serverless: { ...SERVERLESS.serverless, ...part } };
}

/** A serverless endpoint with provisioned concurrency 2 of 5, which scales from 1 to 5. */
function warm(
  part: Partial<ProvisionedConcurrencyScaling>,
  settings: Partial<ServerlessSettings> = {},
): object {
  const autoscaling = { minCapacity: 1, maxCapacity: 5, targetUtilization: 0.7, ...part };
  return serverless({ provisionedConcurrency: 2, autoscaling, ...settings });
}

function instances(part: Partial<InstanceSettings>): object {
  return { ...INSTANCES, instances: { ...INSTANCES.instances, ...part } };
}

/** Two instances, which scale from one to five. */
function scaled(part: Partial<InstanceScaling>, settings: Partial<InstanceSettings> = {}): object {
  const autoscaling = { minCapacity: 1, maxCapacity: 5, targetInvocationsPerInstance: 600, ...part };
  return instances({ autoscaling, ...settings });
}

/** Instances that scale from 1 to 5, with other ranges by day and at night. */
function byDayAndNight(
  day: { readonly minCapacity: number; readonly maxCapacity: number },
  night: { readonly minCapacity: number; readonly maxCapacity: number },
): object {
  const actions = { day: { cron: "0 7 * * ? *", ...day }, night: { cron: "0 19 * * ? *", ...night } };
  return scaled({}, { schedule: { actions } });
}

function captured(part: Partial<Record<keyof DataCaptureSettings, unknown>>): object {
  return {
    ...INSTANCES,
    dataCapture: { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 5, ...part },
  };
}

function deployed(deployment: DeploymentSettings): object {
  return { ...INSTANCES, deployment };
}

function canary(percent: number, waitInSeconds: number, part: DeploymentSettings = {}): object {
  return deployed({ trafficShift: { canary: { percent, waitInSeconds } }, ...part });
}

function linear(percent: number, waitInSeconds: number, part: DeploymentSettings = {}): object {
  return deployed({ trafficShift: { linear: { percent, waitInSeconds } }, ...part });
}

const ONE_MORE = { terminationWaitInSeconds: 1 };

/** A deployment that alarms roll back, with these waits. */
function withRollback(model: object): object {
  const { deployment } = model as { deployment: DeploymentSettings };
  return { ...model, deployment: { ...deployment, rollbackOn: { serverErrorsPerMinute: 1 } } };
}

function rolledBack(rollbackOn: RollbackSettings): object {
  return deployed({ terminationWaitInSeconds: 120, rollbackOn });
}

function alarms(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `alarm-${index}`);
}

/** `count` variables. The name and the value of each variable have `bytes` bytes in total. */
function variables(count: number, bytes = 10): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`NAME_${1000 + index}`, "v".repeat(bytes - 9)]),
  );
}

const wholeNumber = (least: number, most: number) => `a whole number from ${least} to ${most}`;

const brokenArtifacts: Broken[] = [
  ...[
    "",
    "models/iris.zip",
    "../iris.tar.gz",
    "/models/iris.tar.gz",
    "C:\\models\\iris.tar.gz",
    "https://amzn-s3-demo-bucket.s3.amazonaws.com/model.tar.gz",
    "s3://amzn-s3-demo-bucket",
    "s3://amzn-s3-demo-bucket/model",
    "s3://amzn-s3-demo-bucket/model.zip",
    "s3://Bucket/model.tar.gz",
    "s3:///model.tar.gz",
    "as3://amzn-s3-demo-bucket/model.tar.gz",
    "s3://amzn-s3-demo-bucket/model.tar.gz.zip",
  ].map((artifact) => ({
    what: `the artifact ${JSON.stringify(artifact)}`,
    model: { ...SERVERLESS, artifact },
    field: "artifact",
    got: JSON.stringify(artifact),
    allowed:
      "s3://<bucket>/<key>.tar.gz, s3://<bucket>/<prefix>/, or a file of the project such as models/<name>.tar.gz",
    because: CONTAINER,
  })),
  {
    what: "an artifact of 1,025 characters",
    model: { ...SERVERLESS, artifact: long("s3://amzn-s3-demo-bucket/", 1025, ".tar.gz") },
    field: "artifact",
    got: "1025 characters",
    allowed: "at most 1024 characters",
    because: CONTAINER,
  },
  {
    what: "an artifact that is a missing file",
    model: { ...SERVERLESS, artifact: "models/iris.tar.gz" },
    field: "artifact",
    got: '"models/iris.tar.gz"',
    allowed: "an existing file of the app, or s3://<bucket>/<key>.tar.gz",
    because: "the path begins at the app's folder, and Terraform uploads the file",
  },
  {
    what: "artifactKeyArn together with a file of the project",
    model: { ...SERVERLESS, artifact: FILE, artifactKeyArn: KEY_ARN },
    field: "artifactKeyArn",
    got: `artifactKeyArn together with the file ${FILE} as artifact`,
    allowed: "no key, or an artifact in S3",
    because: "the environment's bucket encrypts a file of the project",
  },
];

/** Texts with a character that IAM refuses in policies, and the character's name in the message. */
const STRAY: readonly [text: string, name: string][] = [
  ["Łódź", '"Ł" (U+0141)'],
  ["a→b", '"→" (U+2192)'],
  ["🚀", '"🚀" (U+1F680)'],
  ["a\nb", '"\\n" (U+000A)'],
  ["a\u0000b", '"\\u0000" (U+0000)'],
  ["a\u007Fb", '"\u007F" (U+007F)'],
  ["a\u0085b", '"\u0085" (U+0085)'],
];

const brokenCharacters: Broken[] = STRAY.flatMap(([text, name]) =>
  [
    { field: "artifact", value: `s3://amzn-s3-demo-bucket/${text}/model.tar.gz` },
    { field: "dataCapture.destination", value: `s3://amzn-s3-demo-bucket/${text}` },
    { field: "deployment.rollbackOn.alarmNames", value: text },
  ].map(({ field, value }) => ({
    what: `the character ${name} in ${field}`,
    model: {
      artifact: { ...SERVERLESS, artifact: value },
      "dataCapture.destination": captured({ destination: value }),
      "deployment.rollbackOn.alarmNames": rolledBack({ alarmNames: [value] }),
    }[field] as object,
    field,
    got: `the character ${name} in ${JSON.stringify(value)}`,
    allowed: "characters from U+0020 to U+00FF, except control characters",
    because:
      "policies contain the value, and IAM accepts no other character: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
  })),
);

const brokenKeyLengths: Broken[] = [
  {
    what: "an S3 key of 1,025 bytes in fewer characters",
    model: { ...SERVERLESS, artifact: `s3://amzn-s3-demo-bucket/${"é".repeat(509)}.tar.gz` },
    field: "artifact",
    got: "a key of 1025 bytes",
    allowed: "a key of at most 1024 bytes",
    because: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html",
  },
];

const brokenImages: Broken[] = [
  ...[
    "",
    "linear-learner:1",
    "docker.io/library/python:3.12",
    REPOSITORY,
    `${REPOSITORY}:`,
    `${REPOSITORY}@sha256:0123`,
    `${REPOSITORY.replace("eu-central-1", "us-east-1")}:1`,
    `${REPOSITORY.replace("111122223333", "1111")}:1`,
    `${REPOSITORY.replace("amazonaws.com", "amazonaws.com.cn")}:1`,
    `${REPOSITORY.toUpperCase()}:1`,
    `1${REPOSITORY}:1`,
    `${REPOSITORY}:1 `,
  ].map((uri) => ({
    what: `the image ${JSON.stringify(uri)}`,
    model: { ...SERVERLESS, image: { uri } },
    field: "image.uri",
    got: JSON.stringify(uri),
    allowed: "<account>.dkr.ecr.eu-central-1.amazonaws.com/<repository>:<tag> or …@sha256:<digest>",
    because: CONTAINER,
  })),
  {
    what: "an image of 256 characters",
    model: { ...SERVERLESS, image: { uri: long(REPOSITORY, 256, ":1") } },
    field: "image.uri",
    got: "256 characters",
    allowed: "at most 255 characters",
    because: CONTAINER,
  },
  ...["", "Linear-Learner", "linear learner", "linear-learner:1", "-learner"].map((algorithm) => ({
    what: `the algorithm ${JSON.stringify(algorithm)}`,
    model: { ...SERVERLESS, image: { algorithm, tag: "1" } },
    field: "image.algorithm",
    got: JSON.stringify(algorithm),
    allowed: "a repository such as linear-learner or sagemaker-xgboost",
    because:
      "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sagemaker_prebuilt_ecr_image",
  })),
  ...["", ".1", "-1", "1 0", "1:0", "t".repeat(129)].map((tag) => ({
    what: `the image tag ${JSON.stringify(tag.slice(0, 20))}`,
    model: { ...SERVERLESS, image: { algorithm: "linear-learner", tag } },
    field: "image.tag",
    got: JSON.stringify(tag),
    allowed: "an image tag such as 1 or 1.7-1",
    because: `${GUIDE}-ecr-paths/sagemaker-algo-docker-registry-paths.html`,
  })),
];

const BYTES = `names and values have at most 1024 bytes each, and 32768 in total: ${CONTAINER}`;

const brokenVariables: Broken[] = [
  {
    what: "101 variables",
    model: { ...SERVERLESS, containerEnvironment: variables(101) },
    field: "containerEnvironment",
    got: "101",
    allowed: "at most 100 variables",
    because: CONTAINER,
  },
  ...["", "1ST", "MY-NAME", "MY NAME", "GRÖSSE", "NAME\n", "N".repeat(1025)].map((name) => ({
    what: `a variable named ${JSON.stringify(name.slice(0, 20))}`,
    model: { ...SERVERLESS, containerEnvironment: { [name]: "value" } },
    field: "containerEnvironment",
    got: JSON.stringify(name),
    allowed: "a name of 1–1024 letters, digits and _, not starting with a digit",
    because: CONTAINER,
  })),
  ...[
    { what: "a value of 1,025 bytes", value: "v".repeat(1025), bytes: 1025 },
    { what: "a value of 513 characters that are 1,026 bytes", value: "ö".repeat(513), bytes: 1026 },
  ].map(({ what, value, bytes }) => ({
    what,
    model: { ...SERVERLESS, containerEnvironment: { LONG: value } },
    field: "containerEnvironment.LONG",
    got: `${bytes} bytes`,
    allowed: "at most 1024 bytes",
    because: BYTES,
  })),
  {
    what: "one byte more than 32 KB of variables",
    model: { ...SERVERLESS, containerEnvironment: { ...variables(32, 1024 - 20), A: "v".repeat(640) } },
    field: "containerEnvironment",
    got: "32769 bytes",
    allowed: "at most 32768 bytes",
    because: BYTES,
  },
];

const brokenServerless: Broken[] = [
  ...[0, 512, 1000, 1025, 7168, 2048.5].map((memorySizeInMb) => ({
    what: `${memorySizeInMb} MB of memory`,
    model: serverless({ memorySizeInMb }),
    field: "serverless.memorySizeInMb",
    got: String(memorySizeInMb),
    allowed: "1024, 2048, 3072, 4096, 5120, 6144",
    because: SIZE,
  })),
  ...[0, -1, 1.5, 201].map((maxConcurrency) => ({
    what: `maxConcurrency ${maxConcurrency}`,
    model: serverless({ maxConcurrency, provisionedConcurrency: 200 }),
    field: "serverless.maxConcurrency",
    got: String(maxConcurrency),
    allowed: wholeNumber(1, 200),
    because: SIZE,
  })),
  ...[0, -1, 1.5, 6].map((provisionedConcurrency) => ({
    what: `provisionedConcurrency ${provisionedConcurrency} with maxConcurrency 5`,
    model: warm({}, { provisionedConcurrency }),
    field: "serverless.provisionedConcurrency",
    got: String(provisionedConcurrency),
    allowed: wholeNumber(1, 5),
    because: `maxConcurrency is the upper limit: ${SIZE}`,
  })),
  {
    what: "autoscaling without provisionedConcurrency",
    model: serverless({ autoscaling: { minCapacity: 1, maxCapacity: 5, targetUtilization: 0.7 } }),
    field: "serverless.autoscaling",
    got: "autoscaling without provisionedConcurrency",
    allowed: "no autoscaling, or provisionedConcurrency as well",
    because: `autoscaling changes the provisioned concurrency: ${GUIDE}/serverless-endpoints-autoscale.html`,
  },
  ...[0, -0.5, 1.01, 70].map((targetUtilization) => ({
    what: `targetUtilization ${targetUtilization}`,
    model: warm({ targetUtilization }),
    field: "serverless.autoscaling.targetUtilization",
    got: String(targetUtilization),
    allowed: "a number above 0, at most 1",
    because: TRACKING,
  })),
  ...[0, -1, 2.5, 6].map((minCapacity) => ({
    what: `minCapacity ${minCapacity} with maxConcurrency 5`,
    model: warm({ minCapacity }),
    field: "serverless.autoscaling.minCapacity",
    got: String(minCapacity),
    allowed: wholeNumber(1, 5),
    because: `maxConcurrency is the upper limit: ${SIZE}`,
  })),
  ...[0, 1, 6, 2.5].map((maxCapacity) => ({
    what: `maxCapacity ${maxCapacity} with maxConcurrency 5`,
    model: warm({ minCapacity: 2, maxCapacity }),
    field: "serverless.autoscaling.maxCapacity",
    got: String(maxCapacity),
    allowed: wholeNumber(2, 5),
    because: `maxConcurrency is the upper limit: ${SIZE}`,
  })),
  ...[
    { minCapacity: 3, maxCapacity: 5 },
    { minCapacity: 1, maxCapacity: 1 },
  ].map(({ minCapacity, maxCapacity }) => ({
    what: `scaling from ${minCapacity} to ${maxCapacity}, without the initial capacity 2`,
    model: warm({ minCapacity, maxCapacity }),
    field: "serverless.autoscaling.minCapacity",
    got: `${minCapacity} to ${maxCapacity} with provisionedConcurrency 2`,
    allowed: "a range from minCapacity to maxCapacity that contains provisionedConcurrency",
    because: "each new configuration starts with provisionedConcurrency",
  })),
  ...(["scaleInCooldownInSeconds", "scaleOutCooldownInSeconds"] as const).flatMap((field) =>
    [-1, 0.5].map((seconds) => ({
      what: `${field} of ${seconds}`,
      model: warm({ [field]: seconds }),
      field: `serverless.autoscaling.${field}`,
      got: String(seconds),
      allowed: "a whole number from 0",
      because: TRACKING,
    })),
  ),
];

const NO_SCALING_TO_ZERO = `real-time instances without inference components do not scale to zero; serverless and instances.async do: ${GUIDE}/endpoint-auto-scaling-zero-instances.html`;

const brokenInstances: Broken[] = [
  ...[
    "",
    "m5.large",
    "xml.m5.large",
    "ml.m5",
    "ml.m5.",
    "ml..large",
    "ml.M5.large",
    "ml.m5.large ",
    "ml.m5.large.x",
    "ml.5m.large",
    "ml.m5.xxlarge",
    "ml.m5.0xlarge",
    "ml.m5.1xlarge",
    "ml.m5.2large",
    "ml.m5.2xl",
  ].map((instanceType) => ({
    what: `the instance type ${JSON.stringify(instanceType)}`,
    model: instances({ instanceType }),
    field: "instances.instanceType",
    got: JSON.stringify(instanceType),
    allowed: "a type such as ml.m5.large or ml.m5.2xlarge",
    because: VARIANT,
  })),
  ...[0, -1, 1.5].map((initialInstanceCount) => ({
    what: `initialInstanceCount ${initialInstanceCount}`,
    model: scaled({}, { initialInstanceCount }),
    field: "instances.initialInstanceCount",
    got: String(initialInstanceCount),
    allowed: "a whole number from 1",
    because: VARIANT,
  })),
  ...(["modelDataDownloadTimeoutInSeconds", "containerStartupHealthCheckTimeoutInSeconds"] as const).flatMap(
    (field) =>
      [59, 3601, 60.5].map((seconds) => ({
        what: `${field} of ${seconds}`,
        model: instances({ [field]: seconds }),
        field: `instances.${field}`,
        got: String(seconds),
        allowed: wholeNumber(60, 3600),
        because: VARIANT,
      })),
  ),
  ...["ml.t2.medium", "ml.t3.large"].map((instanceType) => ({
    what: `scaling of ${instanceType}, which is burstable`,
    model: scaled({}, { instanceType }),
    field: "instances.autoscaling",
    got: `autoscaling together with instanceType ${instanceType}`,
    allowed: "no autoscaling, or an instance type that is not burstable",
    because: `SageMaker does not scale burstable instance types: ${GUIDE}/endpoint-auto-scaling-add-console.html`,
  })),
  ...[0, -1].map((targetInvocationsPerInstance) => ({
    what: `targetInvocationsPerInstance ${targetInvocationsPerInstance}`,
    model: scaled({ targetInvocationsPerInstance }),
    field: "instances.autoscaling.targetInvocationsPerInstance",
    got: String(targetInvocationsPerInstance),
    allowed: "a number above 0",
    because: TRACKING,
  })),
  ...[-1, 2.5].map((minCapacity) => ({
    what: `scaling from ${minCapacity}`,
    model: scaled({ minCapacity }),
    field: "instances.autoscaling.minCapacity",
    got: String(minCapacity),
    allowed: "a whole number from 1",
    because: TARGET,
  })),
  {
    what: "scaling from 0, with the endpoints that scale to zero",
    model: scaled({ minCapacity: 0 }),
    field: "instances.autoscaling.minCapacity",
    got: "0",
    allowed: "a whole number from 1",
    because: NO_SCALING_TO_ZERO,
  },
  {
    what: "a schedule with the capacity 0, with the endpoints that scale to zero",
    model: byDayAndNight({ minCapacity: 1, maxCapacity: 5 }, { minCapacity: 0, maxCapacity: 5 }),
    field: "instances.schedule.actions.night.minCapacity",
    got: "0",
    allowed: "a whole number from 1",
    because: NO_SCALING_TO_ZERO,
  },
  {
    what: "half an instance in one action, with the source of capacities",
    model: byDayAndNight({ minCapacity: 1, maxCapacity: 2.5 }, { minCapacity: 1, maxCapacity: 5 }),
    field: "instances.schedule.actions.day.maxCapacity",
    got: "2.5",
    allowed: "a whole number from 1",
    because: TARGET,
  },
  ...[1, 2.5].map((maxCapacity) => ({
    what: `scaling from 2 to ${maxCapacity}`,
    model: scaled({ minCapacity: 2, maxCapacity }),
    field: "instances.autoscaling.maxCapacity",
    got: String(maxCapacity),
    allowed: "a whole number from 2",
    because: TARGET,
  })),
  ...[
    { minCapacity: 3, maxCapacity: 5 },
    { minCapacity: 1, maxCapacity: 1 },
  ].map(({ minCapacity, maxCapacity }) => ({
    what: `scaling from ${minCapacity} to ${maxCapacity}, without the initial capacity 2`,
    model: scaled({ minCapacity, maxCapacity }),
    field: "instances.autoscaling.minCapacity",
    got: `${minCapacity} to ${maxCapacity} with initialInstanceCount 2`,
    allowed: "a range from minCapacity to maxCapacity that contains initialInstanceCount",
    because: "each new configuration starts with initialInstanceCount",
  })),
  ...(["scaleInCooldownInSeconds", "scaleOutCooldownInSeconds"] as const).map((field) => ({
    what: `${field} of -1`,
    model: scaled({ [field]: -1 }),
    field: `instances.autoscaling.${field}`,
    got: "-1",
    allowed: "a whole number from 0",
    because: TRACKING,
  })),
];

const brokenKeys: Broken[] = (
  [
    ["artifactKeyArn", (artifactKeyArn: string) => ({ ...SERVERLESS, artifactKeyArn })],
    ["volumeKeyArn", (volumeKeyArn: string) => ({ ...INSTANCES, volumeKeyArn })],
    ["dataCapture.kmsKeyArn", (kmsKeyArn: string) => captured({ kmsKeyArn })],
  ] as const
).flatMap(([field, modelOf]) =>
  [
    "",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "alias/models",
    "arn:aws:kms:eu-central-1:111122223333:alias/models",
    KEY_ARN.replace("eu-central-1", "us-east-1"),
    KEY_ARN.replace("eu-central-1", "eu-central-2"),
    KEY_ARN.replace("aws", "aws-cn"),
    KEY_ARN.replace("111122223333", "1111"),
    KEY_ARN.replace("111122223333", "1111222233334"),
    KEY_ARN.replace("111122223333", "*"),
    `${KEY_ARN}0`,
    `${KEY_ARN}\n`,
    KEY_ARN.replace("1234abcd-", "*-"),
    KEY_ARN.toUpperCase(),
    MULTI_REGION_KEY_ARN.slice(0, -1),
  ].map((arn) => ({
    what: `${field} ${JSON.stringify(arn)}`,
    model: modelOf(arn),
    field,
    got: JSON.stringify(arn),
    allowed: "arn:aws:kms:eu-central-1:<account>:key/<id>, not an alias",
    because: "policies name keys by their ARNs, and S3 and SageMaker use only keys of the same region",
  })),
);

const brokenCaptures: Broken[] = [
  ...[
    "",
    "captured",
    "https://amzn-s3-demo-bucket.s3.amazonaws.com/captured",
    "s3://amzn-s3-demo-bucket",
    "s3://amzn-s3-demo-bucket/",
    "s3://amzn-s3-demo-bucket/captured/",
    "s3://Bucket/captured",
    "as3://amzn-s3-demo-bucket/captured",
  ].map((destination) => ({
    what: `the destination ${JSON.stringify(destination)}`,
    model: captured({ destination }),
    field: "dataCapture.destination",
    got: JSON.stringify(destination),
    allowed: "s3://<bucket>/<prefix>, without a slash at the end",
    because: CAPTURE,
  })),
  {
    what: "a destination of 513 characters",
    model: captured({ destination: long("s3://amzn-s3-demo-bucket/", 513) }),
    field: "dataCapture.destination",
    got: "513 characters",
    allowed: "at most 512 characters",
    because: CAPTURE,
  },
  ...[0, -1, 101, 0.5].map((samplingPercentage) => ({
    what: `samplingPercentage ${samplingPercentage}`,
    model: captured({ samplingPercentage }),
    field: "dataCapture.samplingPercentage",
    got: String(samplingPercentage),
    allowed: wholeNumber(1, 100),
    because: CAPTURE,
  })),
  ...[[], ["input"], ["Input", "Inputs"], ["InputAndOutput"], ["Input", "Input"]].map((captureModes) => ({
    what: `captureModes ${JSON.stringify(captureModes)}`,
    model: captured({ captureModes }),
    field: "dataCapture.captureModes",
    got: JSON.stringify(captureModes),
    allowed: "Input, Output, or both, each once",
    because: CAPTURE,
  })),
];

const brokenDeployments: Broken[] = [
  ...["ml.inf1.xlarge", "ml.inf1.24xlarge"].map((instanceType) => ({
    what: `a deployment together with the instance type ${instanceType}`,
    model: { ...instances({ instanceType }), deployment: {} },
    field: "deployment",
    got: `deployment together with instances.instanceType ${instanceType}`,
    allowed: "no deployment, or another instance type",
    because: `deployment guardrails do not support ml.inf1: ${GUIDE}/deployment-guardrails-exclusions.html`,
  })),
  ...[0, 51, 1.5].map((percent) => ({
    what: `a canary of ${percent} percent`,
    model: canary(percent, 60),
    field: "deployment.trafficShift.canary.percent",
    got: String(percent),
    allowed: wholeNumber(1, 50),
    because: TRAFFIC,
  })),
  ...[0, 9, 51, 10.5].map((percent) => ({
    what: `steps of ${percent} percent`,
    model: linear(percent, 60),
    field: "deployment.trafficShift.linear.percent",
    got: String(percent),
    allowed: wholeNumber(10, 50),
    because: TRAFFIC,
  })),
  ...[-1, 3601, 100_000, 0.5].flatMap((seconds) => [
    {
      what: `a canary's wait of ${seconds} seconds`,
      model: canary(10, seconds),
      field: "deployment.trafficShift.canary.waitInSeconds",
      got: String(seconds),
      allowed: wholeNumber(0, 3600),
      because: TRAFFIC,
    },
    {
      what: `waits of ${seconds} seconds between steps`,
      model: linear(10, seconds),
      field: "deployment.trafficShift.linear.waitInSeconds",
      got: String(seconds),
      allowed: wholeNumber(0, 3600),
      because: TRAFFIC,
    },
    {
      what: `a termination wait of ${seconds} seconds`,
      model: deployed({ terminationWaitInSeconds: seconds }),
      field: "deployment.terminationWaitInSeconds",
      got: String(seconds),
      allowed: wholeNumber(0, 3600),
      because: BLUE_GREEN,
    },
  ]),
  ...[
    { what: "one wait of a second more than 45 minutes", model: canary(10, 2701), seconds: 2701 },
    { what: "9 waits of 300 seconds and one second more", model: linear(10, 300, ONE_MORE), seconds: 2701 },
    {
      what: "9 waits of 2,800 seconds and one wait of 3,600, even with a longer timeout",
      model: linear(11, 2800, { terminationWaitInSeconds: 3600, maximumExecutionTimeoutInSeconds: 14_401 }),
      seconds: 28_800,
    },
  ].map(({ what, model, seconds }) => ({
    what,
    model,
    field: "deployment.trafficShift",
    got: `waits of ${seconds} seconds in total`,
    allowed: "at most 2700 seconds in total, including terminationWaitInSeconds",
    because:
      "Terraform's AWS provider waits one hour for an update, and the new configuration must also start within this hour: https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sagemaker/wait.go",
  })),
  ...[
    {
      what: "599 seconds",
      model: deployed({ maximumExecutionTimeoutInSeconds: 599 }),
      got: 599,
      least: 600,
      waits: 0,
    },
    {
      what: "14,401 seconds",
      model: deployed({ maximumExecutionTimeoutInSeconds: 14_401 }),
      got: 14_401,
      least: 600,
      waits: 0,
    },
    {
      what: "600.5 seconds",
      model: deployed({ maximumExecutionTimeoutInSeconds: 600.5 }),
      got: 600.5,
      least: 600,
      waits: 0,
    },
    {
      what: "the total of a canary's wait and the termination wait",
      model: canary(10, 600, { terminationWaitInSeconds: 300, maximumExecutionTimeoutInSeconds: 900 }),
      got: 900,
      least: 901,
      waits: 900,
    },
    {
      what: "the total of the three waits between four steps",
      model: linear(25, 300, { maximumExecutionTimeoutInSeconds: 900 }),
      got: 900,
      least: 901,
      waits: 900,
    },
    {
      what: "the total of the three waits between four steps, if the last step is smaller",
      model: linear(30, 300, { maximumExecutionTimeoutInSeconds: 900 }),
      got: 900,
      least: 901,
      waits: 900,
    },
  ].map(({ what, model, got, least, waits }) => ({
    what: `a timeout of ${what}`,
    model,
    field: "deployment.maximumExecutionTimeoutInSeconds",
    got: String(got),
    allowed: wholeNumber(least, 14_400),
    because: `more than the total of all waits, ${waits} seconds, and at most the maximum of Terraform's AWS provider: ${BLUE_GREEN}`,
  })),
  ...[
    { shift: canary(10, 119), longest: 119 },
    { shift: linear(10, 60, { terminationWaitInSeconds: 119 }), longest: 119 },
    { shift: deployed({}), longest: 0 },
  ].map(({ shift, longest }) => ({
    what: `rollbackOn with waits of at most ${longest} seconds`,
    model: withRollback(shift),
    field: "deployment.rollbackOn",
    got: `rollbackOn with waits of at most ${longest} seconds`,
    allowed: "a terminationWaitInSeconds or a waitInSeconds of at least 120",
    because:
      "SageMaker watches alarms only during the waits, and an alarm needs a full minute: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html",
  })),
  {
    what: "trafficShift together with one instance",
    model: {
      ...instances({ initialInstanceCount: 1 }),
      deployment: { trafficShift: { canary: { percent: 50, waitInSeconds: 60 } } },
    },
    field: "deployment.trafficShift",
    got: "trafficShift together with instances.initialInstanceCount 1",
    allowed: "no trafficShift, or at least 2 instances",
    because: `one step moves at most half of the instances: ${TRAFFIC}`,
  },
];

const ALARM_COUNT = "1–10 alarms; serverErrorsPerMinute and modelLatencyInMs count as one alarm each";

const brokenRollbacks: Broken[] = [
  ...[0, -1, 0.5].map((serverErrorsPerMinute) => ({
    what: `serverErrorsPerMinute ${serverErrorsPerMinute}`,
    model: rolledBack({ serverErrorsPerMinute }),
    field: "deployment.rollbackOn.serverErrorsPerMinute",
    got: String(serverErrorsPerMinute),
    allowed: "a whole number from 1",
    because: "the alarm counts whole answers",
  })),
  ...[0, -1].map((modelLatencyInMs) => ({
    what: `modelLatencyInMs ${modelLatencyInMs}`,
    model: rolledBack({ modelLatencyInMs }),
    field: "deployment.rollbackOn.modelLatencyInMs",
    got: String(modelLatencyInMs),
    allowed: "a number above 0",
    because: "an alarm that is always in the state ALARM rolls back every update",
  })),
  ...[
    { rollback: {}, count: 0 },
    { rollback: { alarmNames: [] }, count: 0 },
    { rollback: { alarmNames: alarms(11) }, count: 11 },
    { rollback: { serverErrorsPerMinute: 1, alarmNames: alarms(10) }, count: 11 },
    { rollback: { serverErrorsPerMinute: 1, modelLatencyInMs: 1, alarmNames: alarms(9) }, count: 11 },
  ].map(({ rollback, count }) => ({
    what: `${count} alarms: ${Object.keys(rollback).join(", ")}`,
    model: rolledBack(rollback),
    field: "deployment.rollbackOn.alarmNames",
    got: `${count} alarms`,
    allowed: ALARM_COUNT,
    because: ROLLBACK,
  })),
  ...["", " ", "a".repeat(256), "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:errors"].map((name) => ({
    what: `an alarm named ${JSON.stringify(name.slice(0, 20))}`,
    model: rolledBack({ alarmNames: ["errors", name] }),
    field: "deployment.rollbackOn.alarmNames",
    got: JSON.stringify(name),
    allowed: "a name of 1–255 characters, not an ARN",
    because: `${API}/API_Alarm.html`,
  })),
  {
    what: "an alarm twice",
    model: rolledBack({ alarmNames: ["errors", "slow", "errors"] }),
    field: "deployment.rollbackOn.alarmNames",
    got: '["errors","slow","errors"]',
    allowed: "each alarm once",
    because: ROLLBACK,
  },
];

const brokenNames: Broken[] = [
  "",
  "-name",
  "name-",
  "my_name",
  "my name",
  "name\n",
  "*",
  "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/name",
  "n".repeat(64),
  `n${"-".repeat(62)}n`,
].map((existingEndpoint) => ({
  what: `the existing endpoint ${JSON.stringify(existingEndpoint.slice(0, 20))}`,
  model: { existingEndpoint },
  field: "existingEndpoint",
  got: JSON.stringify(existingEndpoint),
  allowed: "1–63 letters, digits and -, not starting or ending with -",
  because: `${API}/API_CreateEndpoint.html`,
}));

const EXCLUSIONS = `${GUIDE}/serverless-endpoints.html`;
const { artifact: _artifact, ...withoutArtifact } = SERVERLESS;
const { image: _image, ...withoutImage } = SERVERLESS;
const { serverless: _serverless, ...withoutSize } = SERVERLESS;
const ONE_ENDPOINT = "the endpoint either exists or is created";
const ONE_COMPUTE = "an endpoint is either serverless or runs on instances";

const brokenCombinations: Broken[] = [
  ...(
    [
      ["inNetwork", true, "a serverless endpoint supports no VPC"],
      ["networkIsolation", true, "a serverless endpoint supports no network isolation"],
      [
        "dataCapture",
        { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 5 },
        "a serverless endpoint supports no data capture",
      ],
      ["volumeKeyArn", KEY_ARN, "a serverless endpoint has no volumes to encrypt"],
    ] as const
  ).map(([field, value, reason]) => ({
    what: `${field} together with serverless`,
    model: { ...SERVERLESS, [field]: value },
    environment: { network: NETWORK },
    field,
    got: `${field} together with serverless`,
    allowed: `either ${field} or serverless`,
    because: `${reason}: ${EXCLUSIONS}`,
  })),
  {
    what: "serverless together with instances",
    model: { ...SERVERLESS, ...INSTANCES },
    field: "serverless",
    got: "serverless together with instances",
    allowed: "either serverless or instances",
    because: ONE_COMPUTE,
  },
  ...Object.entries({
    artifact: SERVERLESS.artifact,
    artifactKeyArn: KEY_ARN,
    image: SERVERLESS.image,
    containerEnvironment: { LEVEL: "1" },
    deployment: {},
    serverless: SERVERLESS.serverless,
    instances: INSTANCES.instances,
    inNetwork: true,
    networkIsolation: true,
    volumeKeyArn: KEY_ARN,
    dataCapture: { destination: "s3://amzn-s3-demo-bucket/captured", samplingPercentage: 5 },
  }).map(([other, value]) => ({
    what: `existingEndpoint together with ${other}`,
    model: { existingEndpoint: "name", [other]: value },
    field: "existingEndpoint",
    got: `existingEndpoint together with ${other}`,
    allowed: `either existingEndpoint or ${other}`,
    because: ONE_ENDPOINT,
  })),
  {
    what: "existingEndpoint together with all settings of a new endpoint",
    model: { existingEndpoint: "name", ...SERVERLESS },
    field: "existingEndpoint",
    got: "existingEndpoint together with artifact, image and serverless",
    allowed: "either existingEndpoint or artifact, image and serverless",
    because: ONE_ENDPOINT,
  },
  {
    what: "no artifact",
    model: withoutArtifact,
    field: "artifact",
    got: "no artifact for the image linear-learner",
    allowed: "an artifact, or an image that contains or downloads its model",
    because: `the image contains no model: ${CONTAINER}`,
  },
  {
    what: "no image",
    model: withoutImage,
    field: "image",
    got: "nothing",
    allowed: "the image of a new endpoint, modelPackage, or existingEndpoint",
    because: "a new endpoint needs an image",
  },
  {
    what: "neither serverless nor instances",
    model: withoutSize,
    field: "serverless",
    got: "nothing",
    allowed: "serverless, instances or existingEndpoint",
    because: ONE_COMPUTE,
  },
  {
    what: "inNetwork without a network",
    model: { ...INSTANCES, inNetwork: true },
    field: "inNetwork",
    got: "inNetwork without the environment's network",
    allowed: "no inNetwork, or the setting network in the environment",
    because: "there is no VPC for the endpoint",
  },
  {
    what: "a canary together with a linear shift",
    model: deployed({
      trafficShift: {
        canary: { percent: 10, waitInSeconds: 60 },
        linear: { percent: 10, waitInSeconds: 60 },
      } as NonNullable<DeploymentSettings["trafficShift"]>,
    }),
    field: "deployment.trafficShift.canary",
    got: "canary together with linear",
    allowed: "either canary or linear",
    because: "traffic shifts either as a canary or linearly",
  },
];

describe("a model with one invalid setting of its endpoint has exactly one fault", () => {
  it.each([
    ["a serverless endpoint", SERVERLESS],
    ["an endpoint on instances", INSTANCES],
    ["a serverless endpoint that scales its provisioned concurrency", warm({})],
    ["an endpoint that scales its instances", scaled({})],
    ["an endpoint with data capture", captured({})],
    ["an endpoint with a canary", canary(10, 60)],
    ["an endpoint with a linear shift", linear(10, 60)],
  ])("and has no fault before the change: %s", (_what, model) => {
    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults).toEqual([]);
  });

  describe.each([
    { part: "artifact", broken: [...brokenArtifacts, ...brokenKeyLengths] },
    { part: "characters", broken: brokenCharacters },
    { part: "image", broken: brokenImages },
    { part: "containerEnvironment", broken: brokenVariables },
    { part: "serverless", broken: brokenServerless },
    { part: "instances", broken: brokenInstances },
    { part: "keys", broken: brokenKeys },
    { part: "dataCapture", broken: brokenCaptures },
    { part: "deployment", broken: brokenDeployments },
    { part: "rollbackOn", broken: brokenRollbacks },
    { part: "existingEndpoint", broken: brokenNames },
    { part: "combinations", broken: brokenCombinations },
  ])("$part", ({ broken }) => {
    it.each(broken)("$what", ({ model, environment, field, got, allowed, because }) => {
      // Act
      const faults = checkEnvironments([environmentOf(model, environment)]);

      // Assess
      expect(faults).toEqual([
        { environment: "test", field: `models.loan-default.${field}`, got, allowed, because },
      ]);
    });
  });
});

describe("two faults of an endpoint", () => {
  it("have their own reasons when autoscaling starts at 0 and ends at half an instance", () => {
    // Act
    const faults = checkEnvironments([environmentOf(scaled({ minCapacity: 0, maxCapacity: 2.5 }))]);

    // Assess
    expect(faults.map(({ got, because }) => [got, because])).toEqual([
      ["0", NO_SCALING_TO_ZERO],
      ["2.5", TARGET],
    ]);
  });

  it("have their own reasons when an action has half an instance and another action has 0", () => {
    // Prepare
    const model = byDayAndNight({ minCapacity: 1, maxCapacity: 2.5 }, { minCapacity: 0, maxCapacity: 5 });

    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults.map(({ got, because }) => [got, because])).toEqual([
      ["2.5", TARGET],
      ["0", NO_SCALING_TO_ZERO],
    ]);
  });

  it("are one fault when an instance type does not exist, because an image for CPUs depends on the type", () => {
    // Prepare
    const image = { framework: "pytorch", version: "2.6.0", python: "py312" };
    const model = { ...instances({ instanceType: "ml.g5.xxlarge" }), image };

    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults.map(({ field }) => field)).toEqual(["models.loan-default.instances.instanceType"]);
  });
});

describe("a setting of an endpoint at a limit has no fault", () => {
  const inChina = { region: "cn-north-1" };
  const inNetwork = { network: NETWORK };

  const rows: [string, object, Partial<Environment>?][] = [
    ["an artifact that is a file of the project", { ...SERVERLESS, artifact: FILE }],
    [
      "an artifact in a deep folder",
      { ...SERVERLESS, artifact: "s3://amzn-s3-demo-bucket/a/b_c/d-e.f/(1)!/output/model.tar.gz" },
    ],
    ...[
      "models/name=churn/dt=2024-01-01/model.tar.gz",
      "a:b+c@d,e&f;g/my model.tar.gz",
      "*/what?.tar.gz",
      "$" + "{aws:username}/%" + "{if true}/$5.tar.gz",
      "//a//'\"\\<>[]{}|^`~#%20.tar.gz",
      "Größe ÿ.tar.gz",
      "../model.tar.gz",
      `${"é".repeat(508)}a.tar.gz`,
    ].map((key): [string, object] => [
      `an artifact with the key ${key.slice(0, 50)}`,
      { ...SERVERLESS, artifact: `s3://amzn-s3-demo-bucket/${key}` },
    ]),
    [
      "an artifact of 1,024 characters",
      { ...SERVERLESS, artifact: long("s3://amzn-s3-demo-bucket/", 1024, ".tar.gz") },
    ],
    ["artifactKeyArn of an artifact in S3", { ...SERVERLESS, artifactKeyArn: KEY_ARN }],
    ["a key of another account", { ...SERVERLESS, artifactKeyArn: KEY_ARN.replace("1111", "4444") }],
    ["a multi-Region key", { ...SERVERLESS, artifactKeyArn: MULTI_REGION_KEY_ARN }],
    [
      "a key in China",
      {
        ...SERVERLESS,
        artifactKeyArn: KEY_ARN.replace("aws", "aws-cn").replace("eu-central-1", "cn-north-1"),
      },
      inChina,
    ],
    ["an ECR image by tag", { ...SERVERLESS, image: { uri: `${REPOSITORY}:1.0-cpu_2` } }],
    ["an ECR image by digest", { ...SERVERLESS, image: { uri: `${REPOSITORY}@${DIGEST}` } }],
    ["an ECR image of 255 characters", { ...SERVERLESS, image: { uri: long(REPOSITORY, 255, ":1") } }],
    [
      "an ECR image in China",
      { ...SERVERLESS, image: { uri: "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/loan-default:1" } },
      inChina,
    ],
    [
      "an algorithm's tag of 128 characters",
      { ...SERVERLESS, image: { algorithm: "sagemaker-xgboost", tag: "t".repeat(128) } },
    ],
    ["no variables", { ...SERVERLESS, containerEnvironment: {} }],
    ["100 variables", { ...SERVERLESS, containerEnvironment: variables(100) }],
    [
      "variables with every kind of name, and with empty values",
      { ...SERVERLESS, containerEnvironment: { a: "", _: "", Az_09: "$" + "{x} *\n" } },
    ],
    [
      "a name and a value of 1,024 bytes",
      { ...SERVERLESS, containerEnvironment: { ["N".repeat(1024)]: "ö".repeat(512) } },
    ],
    ["32 KB of variables", { ...SERVERLESS, containerEnvironment: variables(32, 1024) }],
    ["1024 MB of memory", serverless({ memorySizeInMb: 1024 })],
    ["6144 MB of memory", serverless({ memorySizeInMb: 6144 })],
    ["one concurrent invocation", serverless({ maxConcurrency: 1 })],
    ["200 concurrent invocations", serverless({ maxConcurrency: 200 })],
    ["provisionedConcurrency 1 of 5", serverless({ provisionedConcurrency: 1 })],
    ["provisionedConcurrency 5 of 5", serverless({ provisionedConcurrency: 5 })],
    ["provisionedConcurrency 200 of 200", serverless({ maxConcurrency: 200, provisionedConcurrency: 200 })],
    ["targetUtilization 1", warm({ targetUtilization: 1 })],
    ["targetUtilization 0.01", warm({ targetUtilization: 0.01 })],
    ["scaling whose minimum and maximum are the initial capacity", warm({ minCapacity: 2, maxCapacity: 2 })],
    ["no cooldown", warm({ scaleInCooldownInSeconds: 0, scaleOutCooldownInSeconds: 0 })],
    ["cooldowns of a day", scaled({ scaleInCooldownInSeconds: 86_400, scaleOutCooldownInSeconds: 86_400 })],
    ["one instance", instances({ initialInstanceCount: 1 })],
    ["a thousand instances", instances({ initialInstanceCount: 1000 })],
    [
      "scaling of instances whose minimum is the initial number",
      scaled({ minCapacity: 2, maxCapacity: 1000 }),
    ],
    ["scaling of instances whose maximum is the initial number", scaled({ maxCapacity: 2 })],
    ["targetInvocationsPerInstance 0.5", scaled({ targetInvocationsPerInstance: 0.5 })],
    ["a burstable instance type without autoscaling", instances({ instanceType: "ml.t2.medium" })],
    ...[60, 3600].map((seconds): [string, object] => [
      `timeouts of ${seconds} seconds`,
      instances({
        modelDataDownloadTimeoutInSeconds: seconds,
        containerStartupHealthCheckTimeoutInSeconds: seconds,
      }),
    ]),
    ["instances in the network", { ...INSTANCES, inNetwork: true }, inNetwork],
    ["instances outside of the network", { ...INSTANCES, inNetwork: false }, inNetwork],
    ["isolated instances", { ...INSTANCES, networkIsolation: true }],
    ["volumeKeyArn", { ...INSTANCES, volumeKeyArn: KEY_ARN }],
    ["data capture of one percent", captured({ samplingPercentage: 1 })],
    [
      "data capture of all requests",
      captured({ samplingPercentage: 100, captureModes: ["Output", "Input"] }),
    ],
    ["data capture of requests only, with a key", captured({ captureModes: ["Input"], kmsKeyArn: KEY_ARN })],
    ...["name=churn/dt=2024-01-01", "a:b+c@d/my data", "*/$" + "{aws:username}?", "/a//b", "Größe"].map(
      (prefix): [string, object] => [
        `the destination ${prefix}`,
        captured({ destination: `s3://amzn-s3-demo-bucket/${prefix}` }),
      ],
    ),
    ["a destination of 512 characters", captured({ destination: long("s3://amzn-s3-demo-bucket/", 512) })],
    [
      "a destination in a deep folder",
      captured({ destination: "s3://amzn-s3-demo-bucket/a/b_c/d-e.f/(1)!" }),
    ],
    ["an empty deployment", deployed({})],
    [
      "a deployment of a serverless endpoint",
      { ...SERVERLESS, deployment: { terminationWaitInSeconds: 60 } },
    ],
    ["a deployment of ml.inf2", { ...instances({ instanceType: "ml.inf2.xlarge" }), deployment: {} }],
    ["ml.inf1 without a deployment", instances({ instanceType: "ml.inf1.xlarge" })],
    ["the smallest canary, without a wait", canary(1, 0)],
    ["the largest canary, with the longest wait", canary(50, 2700)],
    ["the smallest steps, without waits", linear(10, 0)],
    ["the largest step, with the longest wait", linear(50, 2700)],
    ["waits of 45 minutes in total", linear(10, 299, { terminationWaitInSeconds: 9 })],
    ["alarms with a canary's wait of two minutes", withRollback(canary(10, 120))],
    [
      "alarms with a termination wait of two minutes",
      withRollback(deployed({ terminationWaitInSeconds: 120 })),
    ],
    [
      "a deployment without trafficShift on one instance",
      { ...instances({ initialInstanceCount: 1 }), deployment: {} },
    ],
    [
      "a timeout of a second more than the total of all waits",
      linear(25, 300, { terminationWaitInSeconds: 60, maximumExecutionTimeoutInSeconds: 961 }),
    ],
    ["the shortest timeout", deployed({ maximumExecutionTimeoutInSeconds: 600 })],
    ["the longest timeout", deployed({ maximumExecutionTimeoutInSeconds: 14_400 })],
    ["the longest termination wait", deployed({ terminationWaitInSeconds: 2700 })],
    ["serverErrorsPerMinute 1", rolledBack({ serverErrorsPerMinute: 1 })],
    ["modelLatencyInMs 0.001", rolledBack({ modelLatencyInMs: 0.001 })],
    ["ten alarms", rolledBack({ alarmNames: alarms(10) })],
    [
      "ten alarms, including the dedicated alarms",
      rolledBack({ serverErrorsPerMinute: 1, modelLatencyInMs: 1, alarmNames: alarms(8) }),
    ],
    [
      "alarms with every kind of name",
      rolledBack({
        alarmNames: ["a".repeat(255), "Größe: 5 $ a % {day} [x]/y", "arn", "*?", "$" + "{a}%" + "{b}"],
      }),
    ],
    ["an existing endpoint of one character", { existingEndpoint: "n" }],
    ["an existing endpoint of 63 characters", { existingEndpoint: `n${"-".repeat(61)}N` }],
  ];

  // Objects, because Jest passes a callback as the last argument if a row is shorter than the test's parameters.
  it.each(rows.map(([what, model, environment]) => ({ what, model, environment })))(
    "$what",
    ({ model, environment }) => {
      // Act
      const faults = checkEnvironments([environmentOf(model, environment)]);

      // Assess
      expect(faults).toEqual([]);
    },
  );
});

/** An instance type of every family for SageMaker endpoints, and a type of p3dn. */
const TYPES = {
  "without local storage":
    "ml.t2.medium ml.m4.xlarge ml.m5.large ml.m6g.large ml.m6i.large ml.m7i.large ml.m8g.medium ml.c4.large " +
    "ml.c5.large ml.c6g.large ml.c6gn.16xlarge ml.c6i.large ml.c6in.large ml.c7g.large ml.c7i.large ml.c8g.medium " +
    "ml.r5.large ml.r6g.large ml.r6i.large ml.r7i.large ml.r8g.medium ml.p2.xlarge ml.p3.2xlarge ml.inf1.xlarge " +
    "ml.inf2.xlarge ml.u-6tb1.112xlarge",
  "with local storage":
    "ml.m5d.large ml.m6gd.large ml.c5d.large ml.c6gd.large ml.r5d.large ml.r6gd.large ml.r7gd.large " +
    "ml.g4dn.xlarge ml.g5.xlarge ml.g6.xlarge ml.g6e.xlarge ml.gr6.4xlarge ml.g7.2xlarge ml.g7e.2xlarge " +
    "ml.p3dn.24xlarge ml.p4d.24xlarge ml.p4de.24xlarge ml.p5.4xlarge ml.p5.48xlarge ml.p5e.48xlarge " +
    "ml.p5en.48xlarge ml.p6-b200.48xlarge ml.p6-b300.48xlarge ml.p6e-gb200.36xlarge ml.trn1.2xlarge " +
    "ml.trn1n.32xlarge ml.trn2.48xlarge ml.dl1.24xlarge",
};

describe("instanceType", () => {
  it("is accepted for each type of SageMaker's API", () => {
    // Prepare
    const types = Object.values(ProductionVariantInstanceType);

    // Act
    const refused = types.filter((instanceType) =>
      checkEnvironments([environmentOf(instances({ instanceType }))]).some(({ field }) =>
        field.endsWith("instanceType"),
      ),
    );

    // Assess
    expect(types.length).toBeGreaterThan(200);
    expect(refused).toEqual([]);
  });
});

describe("volumeKeyArn", () => {
  it.each(TYPES["without local storage"].split(" "))("is accepted for %s", (instanceType) => {
    // Act
    const faults = checkEnvironments([
      environmentOf({ ...instances({ instanceType }), volumeKeyArn: KEY_ARN }),
    ]);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each(TYPES["with local storage"].split(" "))("is refused for %s", (instanceType) => {
    // Prepare
    const without = environmentOf(instances({ instanceType }));
    const beside = environmentOf({ ...instances({ instanceType }), volumeKeyArn: KEY_ARN });

    // Act
    const faults = { without: checkEnvironments([without]), beside: checkEnvironments([beside]) };

    // Assess
    expect(faults).toEqual({
      without: [],
      beside: [
        {
          environment: "test",
          field: "models.loan-default.volumeKeyArn",
          got: `volumeKeyArn together with instances.instanceType ${instanceType}`,
          allowed: "no key, or an instance type without local storage",
          because: `the hardware encrypts local storage with its own key: ${API}/API_CreateEndpointConfig.html`,
        },
      ],
    });
  });
});

describe("a setting with the value false or undefined", () => {
  it.each<[string, object]>([
    ["false together with serverless", { ...SERVERLESS, inNetwork: false, networkIsolation: false }],
    [
      "false together with an existing endpoint",
      { existingEndpoint: "name", inNetwork: false, networkIsolation: false },
    ],
    ["inNetwork: false without a network", { ...INSTANCES, inNetwork: false }],
    [
      "undefined together with serverless",
      {
        ...SERVERLESS,
        inNetwork: undefined,
        dataCapture: undefined,
        volumeKeyArn: undefined,
        instances: undefined,
      },
    ],
    [
      "undefined together with instances",
      { ...INSTANCES, serverless: undefined, existingEndpoint: undefined },
    ],
    [
      "undefined together with an existing endpoint",
      { existingEndpoint: "name", artifact: undefined, serverless: undefined },
    ],
    [
      "undefined in a deployment",
      deployed({
        trafficShift: { canary: undefined, linear: { percent: 10, waitInSeconds: 60 } },
        rollbackOn: undefined,
      } as unknown as DeploymentSettings),
    ],
    [
      "undefined in an image",
      { ...SERVERLESS, image: { algorithm: undefined, tag: undefined, uri: `${REPOSITORY}:1` } },
    ],
    ["undefined in the container", { ...SERVERLESS, containerEnvironment: { LEVEL: undefined } }],
  ])("counts as absent: %s", (_what, model) => {
    // Act
    const faults = checkEnvironments([environmentOf(model)]);

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("the message about two settings that exclude each other", () => {
  it("names both settings, the allowed settings and the reason", () => {
    // Prepare
    const faults = checkEnvironments([
      environmentOf({ ...SERVERLESS, inNetwork: true }, { network: NETWORK }),
    ]);

    // Act
    const { message } = new InvalidEnvironments(faults);

    // Assess
    expect(message).toBe(
      [
        "1 fault(s) in environments/:",
        "  test: models.loan-default.inNetwork: got inNetwork together with serverless; allowed: either inNetwork or serverless " +
          `(a serverless endpoint supports no VPC: ${EXCLUSIONS})`,
      ].join("\n"),
    );
  });
});
