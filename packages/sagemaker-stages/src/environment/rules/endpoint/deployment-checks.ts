import { type FaultCollector, raw } from "../../fault-collector";
import { keepsRules } from "../../settings/check-rules";
import {
  canarySettings,
  type DeploymentSettings,
  deploymentSettings,
  linearSettings,
  type RollbackSettings,
  type TrafficShift,
} from "../../settings/endpoint/deployment";
import type { InstanceSettings } from "../../settings/endpoint/instances";
import { propertiesOf } from "../../settings/setting";

const SAGEMAKER_API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference";
const SAGEMAKER_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg";
const PROVIDER_SOURCE =
  "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/sagemaker/wait.go";

const MAX_ALARMS = 10;
const MIN_EXECUTION_IN_SECONDS = 600;
/** Terraform waits one hour for an endpoint, and the new configuration must also start within this hour. */
const MAX_TOTAL_WAIT_IN_SECONDS = 2_700;
/** SageMaker watches alarms only during the waits. An alarm needs a full minute, and time for its evaluation. */
const MIN_WATCH_IN_SECONDS = 120;
/** AWS accepts a larger value, but Terraform's AWS provider does not. */
const MAX_TIMEOUT_IN_SECONDS = 14_400;

const INF1 = /^ml\.inf1\./;

/**
 * Checks the settings for updates of an endpoint.
 *
 * @param instances - the endpoint's instances; `undefined` for a serverless endpoint
 * @param above - the collector for the settings of the endpoint
 */
export function checkDeployment(
  settings: DeploymentSettings,
  instances: InstanceSettings | undefined,
  above: FaultCollector,
): void {
  const { trafficShift, maximumExecutionTimeoutInSeconds, rollbackOn } = settings;
  checkInstances(settings, instances, above);
  const collector = above.in("deployment");
  const waits = [
    ...(trafficShift === undefined ? [] : checkTrafficShift(trafficShift, collector.in("trafficShift"))),
    ...terminationWaitOf(settings),
  ];
  const total = waits.reduce((sum, wait) => sum + wait, 0);
  const isInTime = total <= MAX_TOTAL_WAIT_IN_SECONDS;
  collector.require(
    isInTime,
    "trafficShift",
    raw(`waits of ${total} seconds in total`),
    `at most ${MAX_TOTAL_WAIT_IN_SECONDS} seconds in total, including terminationWaitInSeconds`,
    `Terraform's AWS provider waits one hour for an update, and the new configuration must also start within this hour: ${PROVIDER_SOURCE}`,
  );
  if (maximumExecutionTimeoutInSeconds !== undefined && isInTime) {
    checkTimeout(maximumExecutionTimeoutInSeconds, total, collector);
  }
  if (rollbackOn !== undefined) checkRollback(rollbackOn, Math.max(...waits, 0), collector);
}

function checkInstances(
  { trafficShift }: DeploymentSettings,
  instances: InstanceSettings | undefined,
  collector: FaultCollector,
): void {
  collector.require(
    instances === undefined || !INF1.test(instances.instanceType),
    "deployment",
    raw(`deployment together with instances.instanceType ${instances?.instanceType}`),
    "no deployment, or another instance type",
    `deployment guardrails do not support ml.inf1: ${SAGEMAKER_GUIDE}/deployment-guardrails-exclusions.html`,
  );
  collector.require(
    trafficShift === undefined || instances?.initialInstanceCount !== 1,
    "deployment.trafficShift",
    raw("trafficShift together with instances.initialInstanceCount 1"),
    "no trafficShift, or at least 2 instances",
    `one step moves at most half of the instances: ${SAGEMAKER_API}/API_TrafficRoutingConfig.html`,
  );
}

/** @returns the seconds of each wait; an invalid wait is omitted, because it already has a fault */
function checkTrafficShift(shift: TrafficShift, collector: FaultCollector): number[] {
  const because = "traffic shifts either as a canary or linearly";
  if (!collector.requireExclusive(shift, "canary", ["linear"], because)) return [];
  const { canary, linear } = shift;
  if (canary !== undefined) return keepsRules(canarySettings, canary) ? [canary.waitInSeconds] : [];
  if (linear === undefined || !keepsRules(linearSettings, linear)) return [];
  return Array<number>(Math.ceil(100 / linear.percent) - 1).fill(linear.waitInSeconds);
}

/** The last wait, as a list. The list is empty if the wait is invalid. */
function terminationWaitOf({ terminationWaitInSeconds }: DeploymentSettings): number[] {
  const schema = propertiesOf(deploymentSettings).terminationWaitInSeconds;
  const wait = schema.parse(terminationWaitInSeconds);
  return keepsRules(schema.unwrap(), wait) ? [wait] : [];
}

function checkTimeout(timeout: number, totalWait: number, collector: FaultCollector): void {
  collector.requireWholeNumber(
    timeout,
    "maximumExecutionTimeoutInSeconds",
    Math.max(MIN_EXECUTION_IN_SECONDS, totalWait + 1),
    MAX_TIMEOUT_IN_SECONDS,
    `more than the total of all waits, ${totalWait} seconds, and at most the maximum of Terraform's AWS provider: ${SAGEMAKER_API}/API_BlueGreenUpdatePolicy.html`,
  );
}

function checkRollback(settings: RollbackSettings, longestWait: number, collector: FaultCollector): void {
  collector.require(
    longestWait >= MIN_WATCH_IN_SECONDS,
    "rollbackOn",
    raw(`rollbackOn with waits of at most ${longestWait} seconds`),
    `a terminationWaitInSeconds or a waitInSeconds of at least ${MIN_WATCH_IN_SECONDS}`,
    `SageMaker watches alarms only during the waits, and an alarm needs a full minute: ${SAGEMAKER_GUIDE}/deployment-guardrails-configuration.html`,
  );
  const { serverErrorsPerMinute, modelLatencyInMs, alarmNames = [] } = settings;
  const dedicated = [serverErrorsPerMinute, modelLatencyInMs].filter((value) => value !== undefined);
  const count = dedicated.length + alarmNames.length;
  collector.require(
    count >= 1 && count <= MAX_ALARMS,
    "rollbackOn.alarmNames",
    raw(`${count} alarms`),
    `1–${MAX_ALARMS} alarms; serverErrorsPerMinute and modelLatencyInMs count as one alarm each`,
    `${SAGEMAKER_API}/API_AutoRollbackConfig.html`,
  );
}
