import type { Environment } from "../environment";
import type { ExistingEndpoint, NewEndpoint, ServingSettings } from "../model-settings";
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
import { SOURCE_FIELDS } from "../settings/model-source";
import type { ScalingSettings } from "../settings/scaling";
import {
  EXCLUSIONS_SOURCE,
  MAX_CONCURRENCY,
  SERVERLESS_SOURCE,
  type ServerlessSettings,
  serverlessSettings,
} from "../settings/serverless";
import { propertiesOf } from "../settings/setting";
import { checkKey } from "./kms-key-checks";
import type { ContainerPlace } from "./model-source/container-place";
import { checkContainers } from "./model-source/several-containers-checks";
import { checkSource } from "./model-source/source-checks";

/** Every setting of an endpoint, as somebody may have written them side by side. */
type AnyEndpoint = Partial<ServerlessEndpoint & InstanceEndpoint & ExistingEndpoint> &
  Pick<ServingSettings, "existingFunction">;

/** Where the endpoint is. */
export type EndpointPlace = Pick<Environment, "region"> & {
  /** Whether there is a network for what says `inNetwork`. */
  readonly hasNetwork: boolean;
  /** Whether that network is a VPC that is created, whose endpoints reach S3 alone. @default - not */
  readonly hasNewVpc?: boolean;
};

const SAGEMAKER_API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const SAGEMAKER_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg";
const CAPACITY_SOURCE =
  "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html";
const BLUE_GREEN_SOURCE = `${SAGEMAKER_API}/API_BlueGreenUpdatePolicy.html`;
const TRAFFIC_SOURCE = `${SAGEMAKER_API}/API_TrafficRoutingConfig.html`;
const ROLLBACK_SOURCE = `${SAGEMAKER_API}/API_AutoRollbackConfig.html`;
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

const BURSTABLE = /^ml\.t\d/;
const INF1 = /^ml\.inf1\./;
/**
 * The letter `d` in a family's name means local storage, as in `m5d`, `g4dn`, `p4de`; accelerated families of later
 * generations have local storage without the letter (https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html).
 */
const LOCAL_STORAGE =
  /^ml\.(?:[a-z]+\d+[a-z]*d[a-z]*|dl1|gr?[5-9][a-z]*|p5[a-z]*|p[6-9][a-z]*(?:-[a-z0-9]+)?|trn\d[a-z]*)\./;

/** What only an endpoint on instances has, and AWS's reason. */
const NOT_SERVERLESS = {
  containers: "SageMaker takes one container for a serverless endpoint",
  inNetwork: "SageMaker takes no VPC for a serverless endpoint",
  networkIsolation: "SageMaker takes no network isolation for a serverless endpoint",
  dataCapture: "SageMaker does not capture the data of a serverless endpoint",
  volumeKeyArn: "a serverless endpoint has no volumes to encrypt",
} as const satisfies Partial<Record<keyof InstanceEndpoint, string>>;

/** Every setting that a new endpoint can have. */
const OF_NEW_ENDPOINTS = [
  ...SOURCE_FIELDS,
  "containers",
  "invocation",
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

  const containerPlace = containerPlaceOf(all, place);
  checkContainers(all, containerPlace, report);
  if (all.containers === undefined) checkSource(all, containerPlace, report);
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

function containerPlaceOf(
  { serverless, instances, networkIsolation, inNetwork }: AnyEndpoint,
  { region, hasNewVpc = false }: EndpointPlace,
): ContainerPlace {
  return {
    region,
    instanceType: instances?.instanceType,
    isServerless: serverless !== undefined,
    isIsolated: networkIsolation === true,
    isInNewVpc: hasNewVpc && inNetwork === true,
  };
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
  checkKey(volumeKeyArn, "volumeKeyArn", place.region, report);
  report.require(
    volumeKeyArn === undefined || instances === undefined || !LOCAL_STORAGE.test(instances.instanceType),
    "volumeKeyArn",
    inWords(`volumeKeyArn beside instances.instanceType ${instances?.instanceType}`),
    "no key, or a type without storage of its own",
    `such a type's storage is encrypted by its hardware, and never with a key of yours: ${SAGEMAKER_API}/API_CreateEndpointConfig.html`,
  );
  checkKey(dataCapture?.kmsKeyArn, "dataCapture.kmsKeyArn", place.region, report);
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
