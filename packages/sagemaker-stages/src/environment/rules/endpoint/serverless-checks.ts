import { type FaultCollector, raw } from "../../fault-collector";
import { keepsRules } from "../../settings/check-rules";
import {
  MAX_CONCURRENCY,
  SERVERLESS_SOURCE,
  type ServerlessSettings,
  serverlessSettings,
} from "../../settings/endpoint/serverless";
import { propertiesOf } from "../../settings/setting";
import { checkInitialCapacity, checkScaling } from "./scaling-checks";
import { checkSchedule } from "./schedule-checks";

/** Checks the settings of a serverless endpoint. @param collector - collects the faults of `serverless` */
export function checkServerless(settings: ServerlessSettings, collector: FaultCollector): void {
  const { maxConcurrency, provisionedConcurrency, autoscaling, schedule } = settings;
  const hasValidMax = keepsRules(propertiesOf(serverlessSettings).maxConcurrency, maxConcurrency);
  const max = hasValidMax ? maxConcurrency : MAX_CONCURRENCY;
  const because = `maxConcurrency is the upper limit: ${SERVERLESS_SOURCE}`;
  const isProvisioned =
    provisionedConcurrency !== undefined &&
    collector.requireWholeNumber(provisionedConcurrency, "provisionedConcurrency", 1, max, because);
  if (schedule !== undefined) {
    collector.require(
      provisionedConcurrency !== undefined,
      "schedule",
      raw("schedule without provisionedConcurrency"),
      "no schedule, or provisionedConcurrency as well",
      "the schedule changes the provisioned concurrency: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html",
    );
    const start = { initial: provisionedConcurrency, initialField: "provisionedConcurrency" };
    checkSchedule(schedule, { autoscaling, max, because: () => because, ...start }, collector.in("schedule"));
  }
  if (autoscaling === undefined) return;
  collector.require(
    provisionedConcurrency !== undefined,
    "autoscaling",
    raw("autoscaling without provisionedConcurrency"),
    "no autoscaling, or provisionedConcurrency as well",
    "autoscaling changes the provisioned concurrency: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html",
  );
  const scaling = collector.in("autoscaling");
  if (checkScaling(autoscaling, max, () => because, scaling) && isProvisioned) {
    checkInitialCapacity(autoscaling, provisionedConcurrency, "provisionedConcurrency", scaling);
  }
}
