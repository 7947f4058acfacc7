import { existsSync } from "node:fs";
import { join } from "node:path";
import { regionalArnPrefix } from "../../aws/arn";
import { domainOf } from "../../aws/partition";
import { appFolder } from "../../lib/app-folder";
import { describeWrongArtifact } from "../artifact-file";
import type { Environment } from "../environment";
import type { ExistingEndpoint, ModelImageSettings, NewEndpoint } from "../model-settings";
import { isProjectFile } from "../paths";
import { inWords, type Report, UNLIMITED } from "../report";
import { keepsRules } from "../settings/check-rules";
import {
  canarySettings,
  type DeploymentSettings,
  deploymentSettings,
  linearSettings,
  type RollbackSettings,
  type TrafficShift,
} from "../settings/deployment";
import type { InstanceEndpoint, ServerlessEndpoint } from "../settings/endpoint";
import { type InstanceSettings, instanceSettings } from "../settings/instances";
import { isInBucket } from "../settings/s3-place";
import type { ScalingSettings } from "../settings/scaling";
import {
  MAX_CONCURRENCY,
  SERVERLESS_SOURCE,
  type ServerlessSettings,
  serverlessSettings,
} from "../settings/serverless";
import { propertiesOf } from "../settings/setting";

/** Every setting of an endpoint, as somebody may have written them side by side. */
type AnyEndpoint = Partial<ServerlessEndpoint & InstanceEndpoint & ExistingEndpoint>;

/** Where the endpoint is. */
export type EndpointPlace = Pick<Environment, "region"> & {
  /** Whether there is a network for what says `inNetwork`. */
  readonly hasNetwork: boolean;
};

const SAGEMAKER_API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const SAGEMAKER_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg";
const EXCLUSIONS_SOURCE = `${SAGEMAKER_GUIDE}/serverless-endpoints.html`;
const CAPACITY_SOURCE =
  "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html";
const BLUE_GREEN_SOURCE = `${SAGEMAKER_API}/API_BlueGreenUpdatePolicy.html`;
const TRAFFIC_SOURCE = `${SAGEMAKER_API}/API_TrafficRoutingConfig.html`;
const ROLLBACK_SOURCE = `${SAGEMAKER_API}/API_AutoRollbackConfig.html`;
const CONTAINER_SOURCE = `${SAGEMAKER_API}/API_ContainerDefinition.html`;
const PROVIDER_SOURCE =
  "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sagemaker/wait.go";

const MAX_ALARMS = 10;
const MIN_EXECUTION_IN_SECONDS = 600;
/** Terraform waits an hour for an endpoint, in which the new configuration must also start. */
const MAX_WAITS_IN_SECONDS = 2_700;
/** SageMaker watches alarms during the waits only, and an alarm needs a whole minute and time to be evaluated. */
const MIN_WATCH_IN_SECONDS = 120;
/** AWS takes more; Terraform's AWS provider does not. */
const MAX_TIMEOUT_IN_SECONDS = 14_400;

/**
 * A bucket and a key. The key becomes the resource of a policy, which holds every character of `policy-text.ts`:
 * characters that IAM or Terraform interprets are escaped (`aws/wildcards.ts`, `constructs/terraform/terraform-json.ts`).
 */
const ARTIFACT = /^s3:\/\/([^/]+)\/(.+\.tar\.gz)$/s;
const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)\/[a-z0-9]+(?:[._/-][a-z0-9]+)*(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;
const BURSTABLE = /^ml\.t\d/;
const INF1 = /^ml\.inf1\./;
/**
 * The letter `d` in a family's name means local storage, as in `m5d`, `g4dn`, `p4de`; accelerated families of later
 * generations have local storage without the letter (https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html).
 */
const LOCAL_STORAGE =
  /^ml\.(?:[a-z]+\d+[a-z]*d[a-z]*|dl1|gr?[5-9][a-z]*|p5[a-z]*|p[6-9][a-z]*(?:-[a-z0-9]+)?|trn\d[a-z]*)\./;
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
  if (all.existingEndpoint !== undefined) return;
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
  { artifact, artifactKeyArn, image }: AnyEndpoint,
  place: EndpointPlace,
  report: Report,
): void {
  if (artifact !== undefined) checkArtifact(artifact, artifactKeyArn, report);
  checkKey(artifactKeyArn, "artifactKeyArn", place, report);
  if (image !== undefined) checkImage(image, place, report.in("image"));
}

function checkArtifact(artifact: string, keyArn: string | undefined, report: Report): void {
  const isFile = !artifact.includes(":") && isProjectFile(artifact) && artifact.endsWith(".tar.gz");
  report.require(
    isFile || isInBucket(artifact, ARTIFACT),
    "artifact",
    artifact,
    "s3://<bucket>/<key>.tar.gz, or a file of the project such as models/<name>.tar.gz",
    CONTAINER_SOURCE,
  );
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

function checkImage(image: ModelImageSettings, { region }: EndpointPlace, report: Report): void {
  if (!("uri" in image)) return;
  const [, imageRegion, domain] = ECR_IMAGE.exec(image.uri) ?? [];
  report.require(
    imageRegion === region && domain === domainOf(region),
    "uri",
    image.uri,
    `<account>.dkr.ecr.${region}.${domainOf(region)}/<repository>:<tag> or …@sha256:<digest>`,
    CONTAINER_SOURCE,
  );
}

function checkServerless(settings: ServerlessSettings, report: Report): void {
  const { maxConcurrency, provisionedConcurrency, autoscaling } = settings;
  const hasMost = keepsRules(propertiesOf(serverlessSettings).maxConcurrency, maxConcurrency);
  const most = hasMost ? maxConcurrency : MAX_CONCURRENCY;
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
  const scaling = report.in("autoscaling");
  const scales = checkScaling(autoscaling, most, because, scaling);
  if (starts && scales) checkStart(autoscaling, provisionedConcurrency, "provisionedConcurrency", scaling);
}

function checkInstances(settings: InstanceSettings, report: Report): void {
  const { instanceType, initialInstanceCount, autoscaling } = settings;
  if (autoscaling === undefined) return;
  report.require(
    !BURSTABLE.test(instanceType),
    "autoscaling",
    inWords(`autoscaling beside instanceType ${instanceType}`),
    "no autoscaling, or a type that is not burstable",
    `SageMaker does not scale burstable types: ${SAGEMAKER_GUIDE}/endpoint-auto-scaling-add-console.html`,
  );
  const scaling = report.in("autoscaling");
  const scales = checkScaling(autoscaling, UNLIMITED, CAPACITY_SOURCE, scaling);
  const starts = keepsRules(propertiesOf(instanceSettings).initialInstanceCount, initialInstanceCount);
  if (starts && scales) checkStart(autoscaling, initialInstanceCount, "initialInstanceCount", scaling);
}

/** @returns whether its range is one */
function checkScaling(settings: ScalingSettings, most: number, because: string, report: Report): boolean {
  const { minCapacity, maxCapacity } = settings;
  const hasLeast = report.requireWholeNumber(minCapacity, "minCapacity", 1, most, because);
  const least = hasLeast ? minCapacity : 1;
  const hasMost = report.requireWholeNumber(maxCapacity, "maxCapacity", least, most, because);
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
  checkKey(dataCapture?.kmsKeyArn, "dataCapture.kmsKeyArn", place, report);
}

function checkKey(
  arn: string | undefined,
  field: string,
  { region }: Pick<EndpointPlace, "region">,
  report: Report,
): void {
  if (arn === undefined) return;
  const prefix = regionalArnPrefix("kms", region);
  report.require(
    arn.startsWith(prefix) && KEY.test(arn.slice(prefix.length)),
    field,
    arn,
    `${prefix}<account>:key/<id>, and no alias`,
    "policies name keys by their ARNs, and S3 and SageMaker use keys of their own region",
  );
}

function checkDeployment(settings: DeploymentSettings, report: Report): void {
  const { trafficShift, terminationWaitInSeconds, maximumExecutionTimeoutInSeconds, rollbackOn } = settings;
  const termination =
    propertiesOf(deploymentSettings).terminationWaitInSeconds.parse(terminationWaitInSeconds);
  const terminates = keepsRules(
    propertiesOf(deploymentSettings).terminationWaitInSeconds.unwrap(),
    termination,
  );
  const shifting =
    trafficShift === undefined ? [] : checkTrafficShift(trafficShift, report.in("trafficShift"));
  const each = [...shifting, ...(terminates ? [termination] : [])];
  const waits = each.reduce((sum, wait) => sum + wait, 0);
  const canEnd = waits <= MAX_WAITS_IN_SECONDS;
  report.require(
    canEnd,
    "trafficShift",
    inWords(`waits of ${waits} seconds together`),
    `at most ${MAX_WAITS_IN_SECONDS} seconds together, terminationWaitInSeconds among them`,
    `Terraform's AWS provider waits an hour for an update, in which the new configuration comes up, too: ${PROVIDER_SOURCE}`,
  );
  if (maximumExecutionTimeoutInSeconds !== undefined && canEnd) {
    checkTimeout(maximumExecutionTimeoutInSeconds, waits, report);
  }
  if (rollbackOn === undefined) return;
  const longest = Math.max(...each, 0);
  report.require(
    longest >= MIN_WATCH_IN_SECONDS,
    "rollbackOn",
    inWords(`rollbackOn beside waits of at most ${longest} seconds`),
    `a terminationWaitInSeconds or a waitInSeconds of at least ${MIN_WATCH_IN_SECONDS}`,
    `SageMaker watches alarms during the waits alone, and an alarm needs a whole minute: ${SAGEMAKER_GUIDE}/deployment-guardrails-configuration.html`,
  );
  checkRollback(rollbackOn, report.in("rollbackOn"));
}

function checkTimeout(timeout: number, waits: number, report: Report): void {
  const field = "maximumExecutionTimeoutInSeconds";
  const because = `more than all waits together, which are ${waits} seconds, and no more than Terraform's AWS provider takes: ${BLUE_GREEN_SOURCE}`;
  const least = Math.max(MIN_EXECUTION_IN_SECONDS, waits + 1);
  report.requireWholeNumber(timeout, field, least, MAX_TIMEOUT_IN_SECONDS, because);
}

/** @returns seconds of each wait, as far as the settings keep their rules */
function checkTrafficShift(shift: TrafficShift, report: Report): number[] {
  if (!report.requireApart(shift, "canary", ["linear"], "traffic moves in one way or the other")) return [];
  const { canary, linear } = shift;
  if (canary !== undefined) return keepsRules(canarySettings, canary) ? [canary.waitInSeconds] : [];
  if (linear === undefined || !keepsRules(linearSettings, linear)) return [];
  return Array<number>(Math.ceil(100 / linear.percent) - 1).fill(linear.waitInSeconds);
}

function checkRollback(settings: RollbackSettings, report: Report): void {
  const { serverErrorsPerMinute, modelLatencyInMs, alarmNames = [] } = settings;
  const own = [serverErrorsPerMinute, modelLatencyInMs].filter((value) => value !== undefined).length;
  report.require(
    own + alarmNames.length >= 1 && own + alarmNames.length <= MAX_ALARMS,
    "alarmNames",
    inWords(`${own + alarmNames.length} alarms`),
    `1–${MAX_ALARMS} alarms, of which serverErrorsPerMinute and modelLatencyInMs are one each`,
    ROLLBACK_SOURCE,
  );
}
