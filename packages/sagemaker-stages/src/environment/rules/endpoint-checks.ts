import { existsSync } from "node:fs";
import { join } from "node:path";
import { describeWrongArtifact } from "../artifact-file";
import { domainOf, type Environment, partitionOf } from "../environment";
import {
  CAPTURE_MODES,
  type CanaryShift,
  type DataCaptureSettings,
  type DeploymentSettings,
  type ExistingEndpoint,
  type InstanceEndpoint,
  type InstanceSettings,
  type LinearShift,
  type NewEndpoint,
  type NewEndpointBase,
  type RollbackSettings,
  type ScalingSettings,
  type ServerlessEndpoint,
  type ServerlessSettings,
} from "../model-settings";
import { appFolder, isProjectFile } from "../paths";
import { BUCKET } from "../patterns";
import { POLICY_TEXT_ALLOWED, POLICY_TEXT_SOURCE, strayCharacter } from "../policy-text";
import { inWords, type Report, UNLIMITED } from "../report";
import { MOST_CONCURRENCY } from "./quotas";

/** Every setting of an endpoint, as somebody may have written them side by side. */
type AnyEndpoint = Partial<ServerlessEndpoint & InstanceEndpoint & ExistingEndpoint>;

/** Where the endpoint is. */
export type EndpointPlace = Pick<Environment, "region"> & {
  /** Whether there is a network for what says `inNetwork`. */
  readonly hasNetwork: boolean;
};

const SAGEMAKER_API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const SAGEMAKER_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg";
const SERVERLESS_SOURCE = `${SAGEMAKER_API}/API_ProductionVariantServerlessConfig.html`;
const EXCLUSIONS_SOURCE = `${SAGEMAKER_GUIDE}/serverless-endpoints.html`;
const VARIANT_SOURCE = `${SAGEMAKER_API}/API_ProductionVariant.html`;
const AUTO_SCALING_API = "https://docs.aws.amazon.com/autoscaling/application/APIReference";
const SCALING_SOURCE = `${AUTO_SCALING_API}/API_TargetTrackingScalingPolicyConfiguration.html`;
const CAPACITY_SOURCE = `${AUTO_SCALING_API}/API_RegisterScalableTarget.html`;
const DATA_CAPTURE_SOURCE = `${SAGEMAKER_API}/API_DataCaptureConfig.html`;
const BLUE_GREEN_SOURCE = `${SAGEMAKER_API}/API_BlueGreenUpdatePolicy.html`;
const TRAFFIC_SOURCE = `${SAGEMAKER_API}/API_TrafficRoutingConfig.html`;
const ROLLBACK_SOURCE = `${SAGEMAKER_API}/API_AutoRollbackConfig.html`;
const CONTAINER_SOURCE = `${SAGEMAKER_API}/API_ContainerDefinition.html`;

const MEMORY_SIZES_IN_MB = [1024, 2048, 3072, 4096, 5120, 6144];
const MOST_VARIABLES = 100;
const MOST_BYTES = 1024;
const MOST_BYTES_TOGETHER = 32 * 1024;
const MOST_CHARACTERS_OF = { artifact: 1024, image: 255, destination: 512 } as const;
const LONGEST_ENDPOINT_NAME = 63;
const MOST_ALARMS = 10;
const MOST_PERCENT_A_STEP = 50;
const LONGEST_WAIT_IN_SECONDS = 3600;
const SHORTEST_EXECUTION_IN_SECONDS = 600;
/** Terraform waits an hour for an endpoint, of which the new configuration needs a part to come up. */
const LONGEST_WAITS_IN_SECONDS = 2_700;
const PROVIDER_SOURCE =
  "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sagemaker/wait.go";
/** Alarms are watched during the waits alone, and need a whole minute and the time to be worked out. */
const SHORTEST_WATCH_IN_SECONDS = 120;
/** AWS takes as much as an update may last; Terraform's AWS provider does not know it yet. */
const LONGEST_TIMEOUT_IN_SECONDS = 14_400;

/**
 * A bucket and a key. The key becomes the resource of a policy, which holds every character of `policy-text.ts`: what
 * IAM or Terraform reads as its own is escaped (`stacks/policies/arn-text.ts`, `stacks/constructs/terraform-json.ts`).
 */
const ARTIFACT = /^s3:\/\/([^/]+)\/(.+\.tar\.gz)$/s;
/** A bucket and a prefix, without a slash at its end. */
const DESTINATION = /^s3:\/\/([^/]+)\/(.*[^/])$/s;
/** Of a key in S3, in UTF-8 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html). */
const MAX_KEY_BYTES = 1024;
const ENDPOINT_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;
const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)\/[a-z0-9]+(?:[._/-][a-z0-9]+)*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;
const REPOSITORY = /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const VARIABLE = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const INSTANCE_TYPE = /^ml\.[a-z][a-z0-9-]*\.[a-z0-9]+$/;
const BURSTABLE = /^ml\.t\d/;
const INF1 = /^ml\.inf1\./;
/**
 * The `d` of a family says so, as in `m5d`, `g4dn`, `p4de`; accelerated ones of later generations have it without
 * (https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html).
 */
const LOCAL_STORAGE =
  /^ml\.(?:[a-z]+\d+[a-z]*d[a-z]*|dl1|gr?[5-9][a-z]*|p5[a-z]*|p[6-9][a-z]*(?:-[a-z0-9]+)?|trn\d[a-z]*)\./;
/** Its ARN becomes the resource of a policy, as a key in S3 does. */
const ALARM_NAME = /^(?!arn:)(?!\s*$).{1,255}$/su;
const KEY = /^\d{12}:key\/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What only an endpoint on instances has, and AWS's reason. */
const NOT_SERVERLESS = {
  inNetwork: "SageMaker takes no VPC for a serverless endpoint",
  networkIsolation: "SageMaker takes no network isolation for a serverless endpoint",
  dataCapture: "SageMaker does not capture the data of a serverless endpoint",
  volumeKeyArn: "a serverless endpoint has no volumes to encrypt",
} as const satisfies Partial<Record<keyof InstanceEndpoint, string>>;

/** Every setting that a new endpoint can have. */
const OF_NEW_ENDPOINTS = [
  "artifact",
  "artifactKeyArn",
  "image",
  "containerEnvironment",
  "deployment",
  "serverless",
  "instances",
  "inNetwork",
  "networkIsolation",
  "volumeKeyArn",
  "dataCapture",
] as const satisfies readonly (keyof ServerlessEndpoint | keyof InstanceEndpoint)[];

/** Rules of an endpoint, new or existing. @param report - above its settings */
export function checkEndpoint(
  settings: NewEndpoint | ExistingEndpoint,
  place: EndpointPlace,
  report: Report,
): void {
  const all: AnyEndpoint = settings;
  if (!report.requireApart(all, "existingEndpoint", OF_NEW_ENDPOINTS, "an endpoint is there, or is made")) {
    return;
  }
  if (all.existingEndpoint !== undefined) {
    report.require(
      all.existingEndpoint.length <= LONGEST_ENDPOINT_NAME && ENDPOINT_NAME.test(all.existingEndpoint),
      "existingEndpoint",
      all.existingEndpoint,
      "1–63 letters, digits and -, the first and the last no -",
      `${SAGEMAKER_API}/API_CreateEndpoint.html`,
    );
    return;
  }
  for (const field of ["artifact", "image"] as const) {
    report.require(
      all[field] !== undefined,
      field,
      all[field],
      `the ${field} of a new endpoint, or existingEndpoint instead`,
      "an endpoint is there, or is made",
    );
  }
  report.require(
    all.serverless !== undefined || all.instances !== undefined,
    "serverless",
    undefined,
    "serverless or instances, or existingEndpoint instead",
    "an endpoint runs on one or the other",
  );
  report.requireApart(all, "serverless", ["instances"], "an endpoint runs on one or the other");
  for (const [field, reason] of Object.entries(NOT_SERVERLESS)) {
    report.requireApart(all, field, ["serverless"], `${reason}: ${EXCLUSIONS_SOURCE}`);
  }

  checkModelParts(all, place, report);
  if (all.serverless !== undefined) checkServerless(all.serverless, report.in("serverless"));
  if (all.instances !== undefined) checkInstances(all.instances, report.in("instances"));
  checkInstanceParts(all, place, report);
  if (all.deployment === undefined) return;
  report.require(
    all.instances === undefined || !INF1.test(all.instances.instanceType),
    "deployment",
    inWords(`deployment beside instances.instanceType ${all.instances?.instanceType}`),
    "no deployment, or another type",
    `AWS leaves deployment guardrails out for ml.inf1: ${SAGEMAKER_GUIDE}/deployment-guardrails-exclusions.html`,
  );
  report.require(
    all.deployment.trafficShift === undefined || all.instances?.initialInstanceCount !== 1,
    "deployment.trafficShift",
    inWords("trafficShift beside instances.initialInstanceCount 1"),
    "no trafficShift, or at least 2 instances",
    `a part of the capacity is at most half of the instances: ${TRAFFIC_SOURCE}`,
  );
  checkDeployment(all.deployment, report.in("deployment"));
}

function checkModelParts(
  { artifact, artifactKeyArn, image, containerEnvironment }: Partial<NewEndpointBase>,
  place: EndpointPlace,
  report: Report,
): void {
  if (artifact !== undefined) checkArtifact(artifact, artifactKeyArn, report);
  checkKey(artifactKeyArn, "artifactKeyArn", place, report);
  if (image !== undefined) checkImage(image, place, report.in("image"));

  const variables = Object.entries(containerEnvironment ?? {});
  report.require(
    variables.length <= MOST_VARIABLES,
    "containerEnvironment",
    variables.length,
    `at most ${MOST_VARIABLES} variables`,
    CONTAINER_SOURCE,
  );
  for (const [name, value] of variables) {
    report.require(
      VARIABLE.test(name) && name.length <= MOST_BYTES,
      "containerEnvironment",
      name,
      `a name of 1–${MOST_BYTES} letters, digits and _, not starting with a digit`,
      CONTAINER_SOURCE,
    );
    // Its length, and not itself, in case it is a secret after all.
    requireBytes(byteLength(value), MOST_BYTES, `containerEnvironment.${name}`, report);
  }
  const together = variables.flat().reduce((sum, text) => sum + byteLength(text), 0);
  requireBytes(together, MOST_BYTES_TOGETHER, "containerEnvironment", report);
}

/** In UTF-8. */
function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

function requireBytes(bytes: number, most: number, field: string, report: Report): void {
  report.require(
    bytes <= most,
    field,
    inWords(`${bytes} bytes`),
    `at most ${most} bytes`,
    `names and values have at most ${MOST_BYTES} bytes each, and ${MOST_BYTES_TOGETHER} together: ${CONTAINER_SOURCE}`,
  );
}

function requireLength(
  text: string,
  what: keyof typeof MOST_CHARACTERS_OF,
  field: string,
  source: string,
  report: Report,
): void {
  const most = MOST_CHARACTERS_OF[what];
  report.require(
    text.length <= most,
    field,
    inWords(`${text.length} characters`),
    `at most ${most} characters`,
    source,
  );
}

/** The error names the character, which a person may not see. */
function requirePolicyText(text: string, field: string, report: Report): void {
  const stray = strayCharacter(text);
  report.require(
    stray === undefined,
    field,
    inWords(`the character ${stray} in ${JSON.stringify(text)}`),
    POLICY_TEXT_ALLOWED,
    POLICY_TEXT_SOURCE,
  );
}

function requireKeyBytes(key: string, field: string, report: Report): void {
  const bytes = byteLength(key);
  report.require(
    bytes <= MAX_KEY_BYTES,
    field,
    inWords(`a key of ${bytes} bytes`),
    `a key of at most ${MAX_KEY_BYTES} bytes`,
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html",
  );
}

function checkArtifact(artifact: string, keyArn: string | undefined, report: Report): void {
  const [, bucket, key = ""] = ARTIFACT.exec(artifact) ?? [];
  const isFile = !artifact.includes(":") && isProjectFile(artifact) && artifact.endsWith(".tar.gz");
  report.require(
    isFile || (bucket !== undefined && BUCKET.test(bucket)),
    "artifact",
    artifact,
    "s3://<bucket>/<key>.tar.gz, or a file of the project such as models/<name>.tar.gz",
    CONTAINER_SOURCE,
  );
  requireLength(artifact, "artifact", "artifact", CONTAINER_SOURCE, report);
  requirePolicyText(artifact, "artifact", report);
  requireKeyBytes(key, "artifact", report);
  if (isFile) checkArtifactFile(artifact, report);
  report.require(
    !isFile || keyArn === undefined,
    "artifactKeyArn",
    inWords(`artifactKeyArn beside the file ${artifact} as artifact`),
    "no key, or an artifact in S3",
    "a file of the project is encrypted by the environment's bucket",
  );
}

function checkArtifactFile(artifact: string, report: Report): void {
  const file = join(appFolder(), artifact);
  if (!existsSync(file)) {
    report.require(
      false,
      "artifact",
      artifact,
      "a file that is there",
      "it is uploaded from the project's folder",
    );
    return;
  }
  const wrong = describeWrongArtifact(file);
  report.require(
    wrong === undefined,
    "artifact",
    inWords(`${artifact}, which is ${wrong}`),
    "a gzip-compressed tar archive, as made by: tar -czf model.tar.gz -C <folder of the model> .",
    CONTAINER_SOURCE,
  );
}

function checkImage(image: NewEndpointBase["image"], { region }: EndpointPlace, report: Report): void {
  if ("uri" in image) {
    const [, imageRegion, domain] = ECR_IMAGE.exec(image.uri) ?? [];
    report.require(
      imageRegion === region && domain === domainOf(region),
      "uri",
      image.uri,
      `<account>.dkr.ecr.${region}.${domainOf(region)}/<repository>:<tag> or …@sha256:<digest>`,
      CONTAINER_SOURCE,
    );
    requireLength(image.uri, "image", "uri", CONTAINER_SOURCE, report);
    return;
  }
  report.require(
    REPOSITORY.test(image.algorithm),
    "algorithm",
    image.algorithm,
    "a repository such as linear-learner or sagemaker-xgboost",
    "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/sagemaker_prebuilt_ecr_image",
  );
  report.require(
    TAG.test(image.tag),
    "tag",
    image.tag,
    "an image tag such as 1 or 1.7-1",
    `${SAGEMAKER_GUIDE}-ecr-paths/sagemaker-algo-docker-registry-paths.html`,
  );
}

function checkServerless(settings: ServerlessSettings, report: Report): void {
  const { memorySizeInMb, maxConcurrency, provisionedConcurrency, autoscaling } = settings;
  report.require(
    MEMORY_SIZES_IN_MB.includes(memorySizeInMb),
    "memorySizeInMb",
    memorySizeInMb,
    MEMORY_SIZES_IN_MB.join(", "),
    SERVERLESS_SOURCE,
  );
  const most = report.requireWholeNumber(
    maxConcurrency,
    "maxConcurrency",
    1,
    MOST_CONCURRENCY,
    SERVERLESS_SOURCE,
  )
    ? maxConcurrency
    : MOST_CONCURRENCY;
  const because = `at most maxConcurrency: ${SERVERLESS_SOURCE}`;
  const starts =
    provisionedConcurrency !== undefined &&
    report.requireWholeNumber(provisionedConcurrency, "provisionedConcurrency", 1, most, because);
  if (autoscaling === undefined) return;
  report.require(
    provisionedConcurrency !== undefined,
    "autoscaling",
    inWords("autoscaling without provisionedConcurrency"),
    "no autoscaling, or provisionedConcurrency beside it",
    `what scales is the provisioned concurrency: ${SAGEMAKER_GUIDE}/serverless-endpoints-autoscale.html`,
  );
  const { targetUtilization } = autoscaling;
  const scaling = report.in("autoscaling");
  scaling.require(
    targetUtilization > 0 && targetUtilization <= 1,
    "targetUtilization",
    targetUtilization,
    "a number above 0, at most 1",
    SCALING_SOURCE,
  );
  const scales = checkScaling(autoscaling, most, because, scaling);
  if (starts && scales) checkStart(autoscaling, provisionedConcurrency, "provisionedConcurrency", scaling);
}

function checkInstances(settings: InstanceSettings, report: Report): void {
  const { instanceType, initialInstanceCount, autoscaling } = settings;
  report.require(
    INSTANCE_TYPE.test(instanceType),
    "instanceType",
    instanceType,
    "a type such as ml.m5.large",
    VARIANT_SOURCE,
  );
  const starts = report.requireWholeNumber(
    initialInstanceCount,
    "initialInstanceCount",
    1,
    UNLIMITED,
    VARIANT_SOURCE,
  );
  for (const field of [
    "modelDataDownloadTimeoutInSeconds",
    "containerStartupHealthCheckTimeoutInSeconds",
  ] as const) {
    const value = settings[field];
    if (value !== undefined) report.requireWholeNumber(value, field, 60, 3600, VARIANT_SOURCE);
  }
  if (autoscaling === undefined) return;
  report.require(
    !BURSTABLE.test(instanceType),
    "autoscaling",
    inWords(`autoscaling beside instanceType ${instanceType}`),
    "no autoscaling, or a type that is not burstable",
    `SageMaker does not scale burstable types: ${SAGEMAKER_GUIDE}/endpoint-auto-scaling-add-console.html`,
  );
  const { targetInvocationsPerInstance } = autoscaling;
  const scaling = report.in("autoscaling");
  scaling.require(
    targetInvocationsPerInstance > 0,
    "targetInvocationsPerInstance",
    targetInvocationsPerInstance,
    "a number above 0",
    SCALING_SOURCE,
  );
  const scales = checkScaling(autoscaling, UNLIMITED, CAPACITY_SOURCE, scaling);
  if (starts && scales) checkStart(autoscaling, initialInstanceCount, "initialInstanceCount", scaling);
}

/** @returns whether its range is one */
function checkScaling(settings: ScalingSettings, most: number, because: string, report: Report): boolean {
  const { minCapacity, maxCapacity } = settings;
  const hasLeast = report.requireWholeNumber(minCapacity, "minCapacity", 1, most, because);
  const least = hasLeast ? minCapacity : 1;
  const hasMost = report.requireWholeNumber(maxCapacity, "maxCapacity", least, most, because);
  for (const field of ["scaleInCooldownInSeconds", "scaleOutCooldownInSeconds"] as const) {
    const value = settings[field];
    if (value !== undefined) report.requireWholeNumber(value, field, 0, UNLIMITED, SCALING_SOURCE);
  }
  return hasLeast && hasMost;
}

function checkStart(
  { minCapacity, maxCapacity }: ScalingSettings,
  start: number,
  field: string,
  report: Report,
): void {
  report.require(
    start >= minCapacity && start <= maxCapacity,
    "minCapacity",
    inWords(`${minCapacity} to ${maxCapacity} beside ${field} ${start}`),
    `minCapacity and maxCapacity with ${field} between them`,
    "each new configuration starts from there",
  );
}

function checkInstanceParts(settings: AnyEndpoint, place: EndpointPlace, report: Report): void {
  const { instances, inNetwork, volumeKeyArn, dataCapture } = settings;
  report.require(
    inNetwork !== true || place.hasNetwork,
    "inNetwork",
    inWords("inNetwork without the environment's network"),
    "no inNetwork, or network in the environment",
    "there is no VPC to run in",
  );
  checkKey(volumeKeyArn, "volumeKeyArn", place, report);
  report.require(
    volumeKeyArn === undefined || instances === undefined || !LOCAL_STORAGE.test(instances.instanceType),
    "volumeKeyArn",
    inWords(`volumeKeyArn beside instances.instanceType ${instances?.instanceType}`),
    "no key, or a type without storage of its own",
    `such a type's storage is encrypted by its hardware, and never with a key of yours: ${SAGEMAKER_API}/API_CreateEndpointConfig.html`,
  );
  if (dataCapture !== undefined) checkDataCapture(dataCapture, place, report.in("dataCapture"));
}

function checkDataCapture(
  { destination, samplingPercentage, captureModes, kmsKeyArn }: DataCaptureSettings,
  place: EndpointPlace,
  report: Report,
): void {
  const [, bucket, prefix = ""] = DESTINATION.exec(destination) ?? [];
  report.require(
    bucket !== undefined && BUCKET.test(bucket),
    "destination",
    destination,
    "s3://<bucket>/<prefix>, without a slash at the end",
    DATA_CAPTURE_SOURCE,
  );
  requireLength(destination, "destination", "destination", DATA_CAPTURE_SOURCE, report);
  requirePolicyText(destination, "destination", report);
  requireKeyBytes(prefix, "destination", report);
  report.requireWholeNumber(samplingPercentage, "samplingPercentage", 1, 100, DATA_CAPTURE_SOURCE);
  if (captureModes !== undefined) {
    report.require(
      captureModes.length > 0 &&
        captureModes.every((mode) => CAPTURE_MODES.includes(mode)) &&
        new Set(captureModes).size === captureModes.length,
      "captureModes",
      captureModes,
      `${CAPTURE_MODES.join(", ")}, or both, each once`,
      DATA_CAPTURE_SOURCE,
    );
  }
  checkKey(kmsKeyArn, "kmsKeyArn", place, report);
}

function checkKey(
  arn: string | undefined,
  field: string,
  { region }: Pick<EndpointPlace, "region">,
  report: Report,
): void {
  if (arn === undefined) return;
  const prefix = `arn:${partitionOf(region)}:kms:${region}:`;
  report.require(
    arn.startsWith(prefix) && KEY.test(arn.slice(prefix.length)),
    field,
    arn,
    `${prefix}<account>:key/<id>, and no alias`,
    "policies name keys by their ARNs, and S3 and SageMaker use keys of their own region",
  );
}

function checkDeployment(settings: DeploymentSettings, report: Report): void {
  const {
    trafficShift,
    terminationWaitInSeconds = 0,
    maximumExecutionTimeoutInSeconds,
    rollbackOn,
  } = settings;
  const terminates = report.requireWholeNumber(
    terminationWaitInSeconds,
    "terminationWaitInSeconds",
    0,
    LONGEST_WAIT_IN_SECONDS,
    BLUE_GREEN_SOURCE,
  );
  const shifting =
    trafficShift === undefined ? [] : checkTrafficShift(trafficShift, report.in("trafficShift"));
  const each = [...shifting, ...(terminates ? [terminationWaitInSeconds] : [])];
  const waits = each.reduce((sum, wait) => sum + wait, 0);
  const canEnd = waits <= LONGEST_WAITS_IN_SECONDS;
  report.require(
    canEnd,
    "trafficShift",
    inWords(`waits of ${waits} seconds together`),
    `at most ${LONGEST_WAITS_IN_SECONDS} seconds together, terminationWaitInSeconds among them`,
    `Terraform's AWS provider waits an hour for an update, in which the new configuration comes up, too: ${PROVIDER_SOURCE}`,
  );
  if (maximumExecutionTimeoutInSeconds !== undefined && canEnd) {
    checkTimeout(maximumExecutionTimeoutInSeconds, waits, report);
  }
  if (rollbackOn === undefined) return;
  const longest = Math.max(...each, 0);
  report.require(
    longest >= SHORTEST_WATCH_IN_SECONDS,
    "rollbackOn",
    inWords(`rollbackOn beside waits of at most ${longest} seconds`),
    `a terminationWaitInSeconds or a waitInSeconds of at least ${SHORTEST_WATCH_IN_SECONDS}`,
    `SageMaker watches alarms during the waits alone, and an alarm needs a whole minute: ${SAGEMAKER_GUIDE}/deployment-guardrails-configuration.html`,
  );
  checkRollback(rollbackOn, report.in("rollbackOn"));
}

function checkTimeout(timeout: number, waits: number, report: Report): void {
  const field = "maximumExecutionTimeoutInSeconds";
  const because = `more than all waits together, which are ${waits} seconds, and no more than Terraform's AWS provider takes: ${BLUE_GREEN_SOURCE}`;
  const least = Math.max(SHORTEST_EXECUTION_IN_SECONDS, waits + 1);
  report.requireWholeNumber(timeout, field, least, LONGEST_TIMEOUT_IN_SECONDS, because);
}

/** @returns seconds of each of its waits, as far as they are right */
function checkTrafficShift(shift: CanaryShift | LinearShift, report: Report): number[] {
  if (!report.requireApart(shift, "canary", ["linear"], "traffic moves in one way or the other")) return [];
  return "canary" in shift
    ? checkSteps(shift.canary, 1, () => 1, report.in("canary"))
    : checkSteps(shift.linear, 10, (percent) => Math.ceil(100 / percent) - 1, report.in("linear"));
}

function checkSteps(
  { percent, waitInSeconds }: CanaryShift["canary"] | LinearShift["linear"],
  leastPercent: number,
  waitsOf: (percent: number) => number,
  report: Report,
): number[] {
  const hasPercent = report.requireWholeNumber(
    percent,
    "percent",
    leastPercent,
    MOST_PERCENT_A_STEP,
    TRAFFIC_SOURCE,
  );
  const waits = report.requireWholeNumber(
    waitInSeconds,
    "waitInSeconds",
    0,
    LONGEST_WAIT_IN_SECONDS,
    TRAFFIC_SOURCE,
  );
  return hasPercent && waits ? Array<number>(waitsOf(percent)).fill(waitInSeconds) : [];
}

function checkRollback(settings: RollbackSettings, report: Report): void {
  const { serverErrorsPerMinute, modelLatencyInMs, alarmNames = [] } = settings;
  if (serverErrorsPerMinute !== undefined) {
    report.requireWholeNumber(
      serverErrorsPerMinute,
      "serverErrorsPerMinute",
      1,
      UNLIMITED,
      "fewer than one answer cannot be counted",
    );
  }
  report.require(
    modelLatencyInMs === undefined || modelLatencyInMs > 0,
    "modelLatencyInMs",
    modelLatencyInMs,
    "a number above 0",
    "an alarm that always sounds takes every update back",
  );
  const own = [serverErrorsPerMinute, modelLatencyInMs].filter((value) => value !== undefined).length;
  report.require(
    own + alarmNames.length >= 1 && own + alarmNames.length <= MOST_ALARMS,
    "alarmNames",
    inWords(`${own + alarmNames.length} alarms`),
    `1–${MOST_ALARMS} alarms, of which serverErrorsPerMinute and modelLatencyInMs are one each`,
    ROLLBACK_SOURCE,
  );
  for (const name of alarmNames) {
    report.require(
      ALARM_NAME.test(name),
      "alarmNames",
      name,
      "a name of 1–255 characters, not an ARN",
      `${SAGEMAKER_API}/API_Alarm.html`,
    );
    requirePolicyText(name, "alarmNames", report);
  }
  report.require(
    new Set(alarmNames).size === alarmNames.length,
    "alarmNames",
    alarmNames,
    "each alarm once",
    ROLLBACK_SOURCE,
  );
}
