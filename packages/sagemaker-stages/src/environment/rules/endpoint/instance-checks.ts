import { type FaultCollector, raw, UNLIMITED } from "../../fault-collector";
import { keepsRules } from "../../settings/check-rules";
import type { InstanceEndpoint } from "../../settings/endpoint/endpoint";
import { type InstanceSettings, instanceSettings } from "../../settings/endpoint/instances";
import { propertiesOf } from "../../settings/setting";
import { checkKey } from "../kms-key-checks";
import { checkAsync } from "./async-checks";
import { checkInitialCapacity, checkScaling } from "./scaling-checks";
import { checkSchedule } from "./schedule-checks";

const CAPACITY_SOURCE =
  "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html";

/** Endpoints with inference components can scale to zero, and the engine creates no such endpoints. */
const NO_SCALING_TO_ZERO =
  "real-time instances without inference components do not scale to zero; serverless and instances.async do: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-zero-instances.html";

const BURSTABLE = /^ml\.t\d/;
/**
 * The letter `d` in a family's name means local storage, as in `m5d`, `g4dn`, `p4de`. Accelerated families of later
 * generations have local storage without the letter (https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html).
 */
const LOCAL_STORAGE =
  /^ml\.(?:[a-z]+\d+[a-z]*d[a-z]*|dl1|gr?[5-9][a-z]*|p5[a-z]*|p[6-9][a-z]*(?:-[a-z0-9]+)?|trn\d[a-z]*)\./;

/** Checks the settings of the instances of an endpoint. @param collector - collects the faults of `instances` */
export function checkInstances(settings: InstanceSettings, collector: FaultCollector): void {
  const { instanceType, initialInstanceCount, autoscaling, schedule } = settings;
  for (const field of ["autoscaling", "schedule"] as const) {
    collector.require(
      settings[field] === undefined || !BURSTABLE.test(instanceType),
      field,
      raw(`${field} together with instanceType ${instanceType}`),
      `no ${field}, or an instance type that is not burstable`,
      "SageMaker does not scale burstable instance types: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html",
    );
  }
  if (schedule !== undefined) {
    const limits = {
      autoscaling,
      max: UNLIMITED,
      because: sourceOfCapacity,
      initial: initialInstanceCount,
      initialField: "initialInstanceCount",
    };
    checkSchedule(schedule, limits, collector.in("schedule"));
  }
  checkAsync(settings, collector);
  if (autoscaling === undefined) return;
  const scaling = collector.in("autoscaling");
  const isRange = checkScaling(autoscaling, UNLIMITED, sourceOfCapacity, scaling);
  const hasValidCount = keepsRules(propertiesOf(instanceSettings).initialInstanceCount, initialInstanceCount);
  if (isRange && hasValidCount) {
    checkInitialCapacity(autoscaling, initialInstanceCount, "initialInstanceCount", scaling);
  }
}

/** The source of the range of a capacity. For the capacity 0, the source names the endpoints that scale to zero. */
function sourceOfCapacity(capacity: number): string {
  return capacity === 0 ? NO_SCALING_TO_ZERO : CAPACITY_SOURCE;
}

/** Checks the KMS key of the instances' volumes. @param collector - collects the faults of the settings of the endpoint */
export function checkVolumeKey(
  { instances, volumeKeyArn }: Partial<InstanceEndpoint>,
  region: string,
  collector: FaultCollector,
): void {
  checkKey(volumeKeyArn, "volumeKeyArn", region, collector);
  collector.require(
    volumeKeyArn === undefined || instances === undefined || !LOCAL_STORAGE.test(instances.instanceType),
    "volumeKeyArn",
    raw(`volumeKeyArn together with instances.instanceType ${instances?.instanceType}`),
    "no key, or an instance type without local storage",
    "the hardware encrypts local storage with its own key: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
  );
}
