import { averageOf, parseCron } from "../../aws/cron";
import { asyncOf, backlogScalingOf } from "../../environment/async-requests";
import { VARIANT_NAME } from "../../environment/captured-requests";
import type { ParsedModelSettings } from "../../environment/model-settings";
import type { ScheduleSettings } from "../../environment/settings/endpoint/schedule";
import { FUNCTION_ARCHITECTURE } from "../function/new-function";
import type { Compute, DashboardEndpoint, DashboardFunction, DashboardModel } from "./model-metrics";

/** The parts of a deployed model that a dashboard shows. */
export interface ShownModel {
  readonly model: string;
  readonly title: string;
  readonly settings: ParsedModelSettings;
  /** `undefined` if API Gateway invokes the endpoint without a function. */
  readonly functionName: string | undefined;
  /** Whether the function prints the metrics of `src/aws/metrics.ts`. */
  readonly hasMetrics: boolean;
  readonly endpointName: string;
}

/** A model for a dashboard, with the sizes of its function and its endpoint. */
export function dashboardModel({ model, title, settings, ...deployed }: ShownModel): DashboardModel {
  const { functionName: name, hasMetrics, endpointName } = deployed;
  return {
    model,
    title,
    function: name === undefined ? undefined : { name, hasMetrics, size: sizeOf(settings) },
    endpoint: endpointOf(endpointName, settings),
  };
}

function sizeOf({ existingFunction, function: fn }: ParsedModelSettings): DashboardFunction["size"] {
  if (existingFunction !== undefined) return undefined;
  const { memorySizeInMb, architecture = FUNCTION_ARCHITECTURE } = fn;
  return { memorySizeInMb, architecture };
}

function endpointOf(name: string, settings: ParsedModelSettings): DashboardEndpoint {
  if ("existingEndpoint" in settings) return { name, variant: settings.targetVariant };
  const endpoint = { name, variant: VARIANT_NAME, compute: computeOf(settings) };
  return asyncOf(settings) === undefined ? endpoint : { ...endpoint, isAsync: true };
}

function computeOf(settings: Exclude<ParsedModelSettings, { readonly existingEndpoint: string }>): Compute {
  if ("serverless" in settings) {
    const { memorySizeInMb, provisionedConcurrency = 0, autoscaling, schedule } = settings.serverless;
    return {
      kind: "serverless",
      memorySizeInMb,
      provisionedConcurrency: averageMinimum(schedule) ?? autoscaling?.minCapacity ?? provisionedConcurrency,
    };
  }
  const { instanceType, initialInstanceCount, autoscaling, schedule } = settings.instances;
  const scaling = autoscaling ?? backlogScalingOf(settings.instances);
  const count = averageMinimum(schedule) ?? scaling?.minCapacity ?? initialInstanceCount;
  return { kind: "instances", instanceType, count };
}

/** The smallest capacity of a schedule, on average. */
function averageMinimum(schedule: ScheduleSettings | undefined): number | undefined {
  return averageOf(
    Object.values(schedule?.actions ?? {}).flatMap(({ cron: expression, minCapacity: value }) => {
      const cron = parseCron(expression);
      return cron === undefined ? [] : [{ cron, value }];
    }),
  );
}
