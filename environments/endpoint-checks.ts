import { existsSync } from "node:fs";
import { join } from "node:path";
import { domainOf, type Environment, partitionOf } from "./environment";
import {
  CAPTURE_MODES,
  type DataCaptureSettings,
  type DeploymentSettings,
  type ExistingEndpoint,
  type InstanceEndpoint,
  type InstanceSettings,
  type NewEndpoint,
  type NewEndpointBase,
  type RollbackSettings,
  type ScalingSettings,
  type ServerlessEndpoint,
  type ServerlessSettings,
} from "./model-settings";
import { isProjectFile, PROJECT } from "./paths";
import { BUCKET } from "./patterns";
import { MOST_CONCURRENCY } from "./quotas";
import { type Report, show } from "./report";

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
const SCALING_SOURCE =
  "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html";
const DATA_CAPTURE_SOURCE = `${SAGEMAKER_API}/API_DataCaptureConfig.html`;
const BLUE_GREEN_SOURCE = `${SAGEMAKER_API}/API_BlueGreenUpdatePolicy.html`;
const TRAFFIC_SOURCE = `${SAGEMAKER_API}/API_TrafficRoutingConfig.html`;
const ROLLBACK_SOURCE = `${SAGEMAKER_API}/API_AutoRollbackConfig.html`;
const CONTAINER_SOURCE = `${SAGEMAKER_API}/API_ContainerDefinition.html`;

const MEMORY_SIZES_IN_MB = [1024, 2048, 3072, 4096, 5120, 6144];
const MOST_VARIABLES = 100;
const MOST_CHARACTERS = 1024;
const MOST_ALARMS = 10;
const LONGEST_EXECUTION_IN_SECONDS = 28_800;

/** No `*`, which S3 allows and IAM reads as a wildcard: the key becomes the resource of a policy. */
const ARTIFACT = /^s3:\/\/([^/]+)\/[A-Za-z0-9/!_.'()-]+\.tar\.gz$/;
/** A prefix, for the same reason without `*`; no slash at its end. */
const DESTINATION = /^s3:\/\/([^/]+)\/(?:[A-Za-z0-9!_.'()-]+\/)*[A-Za-z0-9!_.'()-]+$/;
const ENDPOINT_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;
const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)\/[a-z0-9]+(?:[._/-][a-z0-9]+)*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;
const REPOSITORY = /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/;
const TAG = /^[\w][\w.-]{0,127}$/;
const VARIABLE = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const INSTANCE_TYPE = /^ml\.[a-z][a-z0-9-]*\.(?:[a-z0-9]+|metal)$/;
const BURSTABLE = /^ml\.t\d/;
const INF1 = /^ml\.inf1\./;
/** The `d` of a family says so, as in `m5d`, `g4dn`, `p4de`; these have it without. */
const LOCAL_STORAGE = /^ml\.(?:[a-z]+\d+[a-z]*d[a-z]*|g5|g6|g6e|gr6|p5|p5e|p5en|trn\d\w*|i\d\w*)\./;
const ALARM_NAME = /^[^:]{1,255}$/;

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
      ENDPOINT_NAME.test(all.existingEndpoint),
      "existingEndpoint",
      all.existingEndpoint,
      "1–63 letters, digits and -, neither first nor last a -",
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
  if (all.deployment !== undefined) checkDeployment(all.deployment, all, report.in("deployment"));
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
      VARIABLE.test(name) && name.length <= MOST_CHARACTERS,
      "containerEnvironment",
      name,
      `a name of 1–${MOST_CHARACTERS} letters, digits and _, not starting with a digit`,
      CONTAINER_SOURCE,
    );
    // Its length, and not itself, in case it is a secret after all.
    report.require(
      value.length <= MOST_CHARACTERS,
      `containerEnvironment.${name}`,
      `${value.length} characters`,
      `at most ${MOST_CHARACTERS} characters`,
      CONTAINER_SOURCE,
    );
  }
}

function checkArtifact(artifact: string, keyArn: string | undefined, report: Report): void {
  const bucket = ARTIFACT.exec(artifact)?.[1];
  const isFile = !artifact.includes(":") && isProjectFile(artifact) && artifact.endsWith(".tar.gz");
  report.require(
    isFile || (bucket !== undefined && BUCKET.test(bucket)),
    "artifact",
    artifact,
    "s3://<bucket>/<key>.tar.gz, or a file of the project such as models/<name>.tar.gz",
    CONTAINER_SOURCE,
  );
  report.require(
    !isFile || existsSync(join(PROJECT, artifact)),
    "artifact",
    artifact,
    "a file that is there",
    "it is uploaded from the project's folder",
  );
  report.require(
    !isFile || keyArn === undefined,
    "artifactKeyArn",
    keyArn,
    `nothing beside the artifact ${show(artifact)}`,
    "a file of the project is encrypted by the environment's bucket",
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
      `${SAGEMAKER_GUIDE}/your-algorithms-containers-inference-private.html`,
    );
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
  report.requireWholeNumber(maxConcurrency, "maxConcurrency", 1, MOST_CONCURRENCY, SERVERLESS_SOURCE);
  const most = Math.min(maxConcurrency, MOST_CONCURRENCY);
  if (provisionedConcurrency !== undefined) {
    report.requireWholeNumber(provisionedConcurrency, "provisionedConcurrency", 1, most, SERVERLESS_SOURCE);
  }
  if (autoscaling === undefined) return;
  report.require(
    provisionedConcurrency !== undefined,
    "autoscaling",
    autoscaling,
    "nothing without provisionedConcurrency",
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
  checkScaling(autoscaling, provisionedConcurrency, "provisionedConcurrency", most, scaling);
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
  report.requireWholeNumber(
    initialInstanceCount,
    "initialInstanceCount",
    1,
    Number.MAX_SAFE_INTEGER,
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
    `autoscaling beside instanceType ${instanceType}`,
    "no autoscaling, or a type that is not burstable",
    `SageMaker does not scale burstable types: ${SAGEMAKER_GUIDE}/endpoint-auto-scaling-add-console.html`,
  );
  const { targetInvocationsPerInstance } = autoscaling;
  const scaling = report.in("autoscaling");
  scaling.require(
    targetInvocationsPerInstance > 0 && Number.isFinite(targetInvocationsPerInstance),
    "targetInvocationsPerInstance",
    targetInvocationsPerInstance,
    "a number above 0",
    SCALING_SOURCE,
  );
  checkScaling(autoscaling, initialInstanceCount, "initialInstanceCount", Number.MAX_SAFE_INTEGER, scaling);
}

function checkScaling(
  settings: ScalingSettings,
  start: number | undefined,
  startField: string,
  most: number,
  report: Report,
): void {
  const { minCapacity, maxCapacity } = settings;
  report.requireWholeNumber(minCapacity, "minCapacity", 1, most, SCALING_SOURCE);
  report.requireWholeNumber(maxCapacity, "maxCapacity", Math.max(1, minCapacity), most, SCALING_SOURCE);
  report.require(
    start === undefined || minCapacity > maxCapacity || (start >= minCapacity && start <= maxCapacity),
    "minCapacity",
    `${minCapacity}–${maxCapacity} beside ${startField} ${start}`,
    `a range with ${startField} in it`,
    "each new configuration starts from there",
  );
  for (const field of ["scaleInCooldownInSeconds", "scaleOutCooldownInSeconds"] as const) {
    const value = settings[field];
    if (value !== undefined) report.requireWholeNumber(value, field, 0, 3600, SCALING_SOURCE);
  }
}

function checkInstanceParts(settings: AnyEndpoint, place: EndpointPlace, report: Report): void {
  const { instances, inNetwork, volumeKeyArn, dataCapture } = settings;
  report.require(
    inNetwork !== true || place.hasNetwork,
    "inNetwork",
    "inNetwork without network",
    "nothing, or a network of the environment",
    "there is no VPC to run in",
  );
  checkKey(volumeKeyArn, "volumeKeyArn", place, report);
  report.require(
    volumeKeyArn === undefined || instances === undefined || !LOCAL_STORAGE.test(instances.instanceType),
    "volumeKeyArn",
    `volumeKeyArn beside instances.instanceType ${instances?.instanceType}`,
    "no key, or a type without storage of its own",
    `AWS refuses a key for types whose storage encrypts itself: ${SAGEMAKER_API}/API_CreateEndpointConfig.html`,
  );
  if (dataCapture !== undefined) checkDataCapture(dataCapture, place, report.in("dataCapture"));
}

function checkDataCapture(
  { destination, samplingPercentage, captureModes, kmsKeyArn }: DataCaptureSettings,
  place: EndpointPlace,
  report: Report,
): void {
  const bucket = DESTINATION.exec(destination)?.[1];
  report.require(
    bucket !== undefined && BUCKET.test(bucket),
    "destination",
    destination,
    "s3://<bucket>/<prefix>, without a slash at the end",
    DATA_CAPTURE_SOURCE,
  );
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
    arn.startsWith(prefix) && /^\d{12}:key\/[a-z0-9-]{1,64}$/.test(arn.slice(prefix.length)),
    field,
    arn,
    `${prefix}<account>:key/<id>`,
    "policies name keys by their ARNs, and S3 and SageMaker use keys of their own region",
  );
}

function checkDeployment(settings: DeploymentSettings, { instances }: AnyEndpoint, report: Report): void {
  const {
    trafficShift,
    terminationWaitInSeconds = 0,
    maximumExecutionTimeoutInSeconds,
    rollbackOn,
  } = settings;
  report.require(
    instances === undefined || !INF1.test(instances.instanceType),
    "trafficShift",
    `deployment beside instances.instanceType ${instances?.instanceType}`,
    "no deployment, or another type",
    `AWS leaves deployment guardrails out for ml.inf1: ${SAGEMAKER_GUIDE}/deployment-guardrails-exclusions.html`,
  );
  report.requireWholeNumber(terminationWaitInSeconds, "terminationWaitInSeconds", 0, 3600, BLUE_GREEN_SOURCE);
  let waits = terminationWaitInSeconds;
  if (trafficShift !== undefined) {
    report.requireApart(trafficShift, "canary", ["linear"], "traffic moves in one way or the other");
    const [field, [least, most], { percent, waitInSeconds }] =
      "canary" in trafficShift
        ? (["trafficShift.canary", [1, 50], trafficShift.canary] as const)
        : (["trafficShift.linear", [10, 50], trafficShift.linear] as const);
    report.requireWholeNumber(percent, `${field}.percent`, least, most, TRAFFIC_SOURCE);
    report.requireWholeNumber(waitInSeconds, `${field}.waitInSeconds`, 0, 3600, TRAFFIC_SOURCE);
    waits += ("canary" in trafficShift ? 1 : Math.ceil(100 / percent) - 1) * waitInSeconds;
  }
  report.require(
    waits <= LONGEST_EXECUTION_IN_SECONDS,
    "trafficShift",
    `waits of ${waits} seconds together`,
    `at most ${LONGEST_EXECUTION_IN_SECONDS} seconds`,
    BLUE_GREEN_SOURCE,
  );
  if (maximumExecutionTimeoutInSeconds !== undefined) {
    report.requireWholeNumber(
      maximumExecutionTimeoutInSeconds,
      "maximumExecutionTimeoutInSeconds",
      Math.max(600, Math.min(waits + 1, LONGEST_EXECUTION_IN_SECONDS)),
      LONGEST_EXECUTION_IN_SECONDS,
      `it has to be longer than all waits together, ${waits} seconds: ${BLUE_GREEN_SOURCE}`,
    );
  }
  if (rollbackOn !== undefined) checkRollback(rollbackOn, report.in("rollbackOn"));
}

function checkRollback(settings: RollbackSettings, report: Report): void {
  const { serverErrorsPerMinute, modelLatencyInMs, alarmNames = [] } = settings;
  if (serverErrorsPerMinute !== undefined) {
    report.requireWholeNumber(
      serverErrorsPerMinute,
      "serverErrorsPerMinute",
      1,
      Number.MAX_SAFE_INTEGER,
      "fewer than one answer cannot be counted",
    );
  }
  report.require(
    modelLatencyInMs === undefined || (modelLatencyInMs > 0 && Number.isFinite(modelLatencyInMs)),
    "modelLatencyInMs",
    modelLatencyInMs,
    "a number above 0",
    "an alarm that always sounds takes every update back",
  );
  const own = [serverErrorsPerMinute, modelLatencyInMs].filter((value) => value !== undefined).length;
  report.require(
    own + alarmNames.length >= 1 && own + alarmNames.length <= MOST_ALARMS,
    "alarmNames",
    `${own + alarmNames.length} alarms`,
    `1–${MOST_ALARMS} alarms, of which serverErrorsPerMinute and modelLatencyInMs are one each`,
    ROLLBACK_SOURCE,
  );
  for (const name of alarmNames) {
    report.require(
      ALARM_NAME.test(name),
      "alarmNames",
      name,
      "1–255 characters without a colon",
      `${SAGEMAKER_API}/API_Alarm.html`,
    );
  }
  report.require(
    new Set(alarmNames).size === alarmNames.length,
    "alarmNames",
    alarmNames,
    "each alarm once",
    ROLLBACK_SOURCE,
  );
}
