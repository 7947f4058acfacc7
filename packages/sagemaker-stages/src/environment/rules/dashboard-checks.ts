import type { Environment } from "../environment";
import { type FaultCollector, raw } from "../fault-collector";

/**
 * The maximum number of models on a dashboard. A dashboard has at most 2,500 metrics, and a graph has at most 500
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html). A test counts the metrics of the
 * largest dashboard.
 */
export const MAX_DASHBOARD_MODELS = 40;

/** Checks that a dashboard can show the models. @param collector - collects the faults of the environment */
export function checkDashboard({ dashboard, models }: Environment, collector: FaultCollector): void {
  const { length } = Object.keys(models);
  collector.require(
    dashboard !== true || length <= MAX_DASHBOARD_MODELS,
    "dashboard",
    raw(`a dashboard of ${length} models`),
    `no dashboard, or at most ${MAX_DASHBOARD_MODELS} models`,
    "a dashboard has at most 2,500 metrics: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html",
  );
}
