import {
  AppautoscalingPolicy,
  type AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification as CustomizedMetric,
} from "@cdktf/provider-aws/lib/appautoscaling-policy";
import { AppautoscalingScheduledAction } from "@cdktf/provider-aws/lib/appautoscaling-scheduled-action";
import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { dependable, type ITerraformDependable, type TerraformMetaArguments } from "cdktf";
import { Construct } from "constructs";
import { BACKLOG_ALARM, backlogScalingOf } from "../../environment/async-requests";
import type {
  InstanceSettings,
  ParsedNewEndpoint,
  ScalingSettings,
  ServerlessSettings,
} from "../../environment/model-settings";
import type { ScheduleSettings } from "../../environment/settings/endpoint/schedule";
import { omitUndefined } from "../../lib/omit-undefined";
import { Revision } from "./revision";

/** Props of {@link EndpointScaling}. */
export interface EndpointScalingProps {
  readonly endpointName: string;
  readonly variantName: string;
  /** The dimension that scales, and its target. */
  readonly scaling: Scaling;
  /** The endpoint: AWS registers targets only for existing variants. */
  readonly endpoint: ITerraformDependable;
  /** Tags beyond the provider's default tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The scaling of one dimension: by target tracking, by a schedule, or by both. */
export interface Scaling {
  readonly capacity: Pick<ScalingSettings, "minCapacity" | "maxCapacity">;
  readonly dimension: string;
  /** Target tracking by one metric; `undefined` without autoscaling. */
  readonly tracking: Tracking | undefined;
  /** Whether the endpoint has no instances while no request waits. @default false */
  readonly startsFromZero?: boolean;
  /** Scheduled changes of the capacity; `undefined` without a schedule. */
  readonly schedule: ScheduleSettings | undefined;
  /** Settings of the variant that cannot change while the variant is a scalable target. */
  readonly fixed: Readonly<Record<string, string>> | undefined;
}

/** Target tracking by one metric. */
export interface Tracking {
  readonly settings: ScalingSettings;
  /** The name of a predefined metric, or of a metric of SageMaker with the dimension `EndpointName`. */
  readonly metric: string;
  /** Whether Application Auto Scaling has no predefined metric of this name. @default false */
  readonly isCustomized?: boolean;
  readonly targetValue: number;
}

/** The scaling of a new endpoint; `undefined` for an endpoint without scaling. */
export function scalingOf(settings: ParsedNewEndpoint): Scaling | undefined {
  const scaling =
    "serverless" in settings ? ofServerless(settings.serverless) : ofInstances(settings.instances);
  if (scaling.schedule === undefined) return scaling.tracking === undefined ? undefined : scaling;
  // The actions of the schedule change the capacity of the target, so that Terraform ignores this change. A new capacity in
  // the settings replaces the target.
  const { minCapacity, maxCapacity } = scaling.capacity;
  const capacity = { minCapacity: String(minCapacity), maxCapacity: String(maxCapacity) };
  return { ...scaling, fixed: { ...scaling.fixed, ...capacity } };
}

function ofServerless({ autoscaling, schedule, provisionedConcurrency = 1 }: ServerlessSettings): Scaling {
  return {
    capacity: autoscaling ?? constant(provisionedConcurrency),
    dimension: "sagemaker:variant:DesiredProvisionedConcurrency",
    tracking: autoscaling && {
      settings: autoscaling,
      metric: "SageMakerVariantProvisionedConcurrencyUtilization",
      targetValue: autoscaling.targetUtilization,
    },
    schedule,
    fixed: undefined,
  };
}

function ofInstances(settings: InstanceSettings): Scaling {
  const { autoscaling, schedule, instanceType, initialInstanceCount } = settings;
  const backlog = backlogScalingOf(settings);
  if (backlog !== undefined) {
    return {
      capacity: backlog,
      dimension: "sagemaker:variant:DesiredInstanceCount",
      // The only metric for the scaling of asynchronous endpoints
      // (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html).
      tracking: {
        settings: backlog,
        metric: "ApproximateBacklogSizePerInstance",
        isCustomized: true,
        targetValue: backlog.targetBacklogPerInstance,
      },
      startsFromZero: backlog.minCapacity === 0,
      schedule: undefined,
      // A change from or to real-time requests replaces the endpoint, and AWS deletes the target with the endpoint.
      fixed: { instanceType, requests: "asynchronous" },
    };
  }
  return {
    capacity: autoscaling ?? constant(initialInstanceCount),
    dimension: "sagemaker:variant:DesiredInstanceCount",
    tracking: autoscaling && {
      settings: autoscaling,
      metric: "SageMakerVariantInvocationsPerInstance",
      targetValue: autoscaling.targetInvocationsPerInstance,
    },
    schedule,
    // AWS refuses to update a target's instance type
    // (https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html).
    fixed: { instanceType },
  };
}

function constant(capacity: number): Scaling["capacity"] {
  return { minCapacity: capacity, maxCapacity: capacity };
}

/**
 * The scaling of an endpoint's variant: target tracking, scheduled scaling, or both. Application Auto Scaling uses its
 * service-linked role, which AWS creates with the account's first target. The environment passes no role.
 */
export class EndpointScaling extends Construct {
  constructor(scope: Construct, id: string, props: EndpointScalingProps) {
    super(scope, id);
    const { endpointName, variantName, scaling } = props;
    const { capacity, tracking, schedule } = scaling;
    // Policies and actions are replaced with the target, because AWS deletes them with the target. Terraform deletes all of
    // them before it updates the endpoint, and creates them again afterwards.
    const replaced =
      scaling.fixed === undefined
        ? {}
        : { replaceTriggeredBy: [dependable(new Revision(this, "fixed", scaling.fixed))] };
    const lifecycle = scaling.fixed === undefined ? {} : { lifecycle: replaced };
    const target = new AppautoscalingTarget(this, "target", {
      serviceNamespace: "sagemaker",
      resourceId: `endpoint/${endpointName}/variant/${variantName}`,
      scalableDimension: scaling.dimension,
      minCapacity: capacity.minCapacity,
      maxCapacity: capacity.maxCapacity,
      tags: props.tags,
      dependsOn: [props.endpoint],
      ...(schedule === undefined
        ? lifecycle
        : { lifecycle: { ...replaced, ignoreChanges: ["min_capacity", "max_capacity"] } }),
    });
    const ofTarget = {
      serviceNamespace: target.serviceNamespace,
      resourceId: target.resourceId,
      scalableDimension: target.scalableDimension,
    };
    // Application Auto Scaling refuses concurrent changes of one target with a ConcurrentUpdateException
    // (https://github.com/hashicorp/terraform-provider-aws/issues/17915): Terraform changes one after the other.
    let previous: ITerraformDependable = target;
    if (tracking !== undefined) {
      previous = new AppautoscalingPolicy(this, "policy", {
        name: `${endpointName}-target-tracking`,
        policyType: "TargetTrackingScaling",
        ...ofTarget,
        targetTrackingScalingPolicyConfiguration: omitUndefined({
          predefinedMetricSpecification:
            tracking.isCustomized === true ? undefined : { predefinedMetricType: tracking.metric },
          customizedMetricSpecification:
            tracking.isCustomized === true ? backlogMetric(tracking.metric, endpointName) : undefined,
          targetValue: tracking.targetValue,
          scaleInCooldown: tracking.settings.scaleInCooldownInSeconds,
          scaleOutCooldown: tracking.settings.scaleOutCooldownInSeconds,
        }),
        ...lifecycle,
      });
    }
    if (scaling.startsFromZero === true) {
      previous = this.startFromZero(endpointName, ofTarget, previous, lifecycle, props.tags);
    }
    for (const [name, { cron, minCapacity, maxCapacity }] of Object.entries(schedule?.actions ?? {})) {
      previous = new AppautoscalingScheduledAction(this, `schedule-${name}`, {
        name: `${endpointName}-${name}`,
        ...ofTarget,
        schedule: `cron(${cron})`,
        timezone: schedule?.timezone ?? "UTC",
        scalableTargetAction: { minCapacity: String(minCapacity), maxCapacity: String(maxCapacity) },
        ...(previous === target ? {} : { dependsOn: [previous] }),
        ...lifecycle,
      });
    }
  }

  /**
   * Starts the first instance. Target tracking alone starts no instance before the backlog exceeds the target: a single request
   * would wait until more requests arrive. The alarm and the policy have the values of AWS's example
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html).
   *
   * @param previous - the last change of the target, see above
   */
  private startFromZero(
    endpointName: string,
    ofTarget: Pick<AppautoscalingTarget, "serviceNamespace" | "resourceId" | "scalableDimension">,
    previous: ITerraformDependable,
    lifecycle: Pick<TerraformMetaArguments, "lifecycle">,
    tags: EndpointScalingProps["tags"],
  ): ITerraformDependable {
    const policy = new AppautoscalingPolicy(this, "start-policy", {
      name: `${endpointName}-start`,
      policyType: "StepScaling",
      ...ofTarget,
      stepScalingPolicyConfiguration: {
        adjustmentType: "ChangeInCapacity",
        metricAggregationType: "Average",
        cooldown: START_COOLDOWN_IN_SECONDS,
        stepAdjustment: [{ metricIntervalLowerBound: "0", scalingAdjustment: 1 }],
      },
      dependsOn: [previous],
      ...lifecycle,
    });
    new CloudwatchMetricAlarm(this, "start-alarm", {
      alarmName: `${endpointName}-${BACKLOG_ALARM}`,
      alarmDescription: `Requests of ${endpointName} wait, and the endpoint has no instance: starts one`,
      namespace: "AWS/SageMaker",
      metricName: "HasBacklogWithoutCapacity",
      statistic: "Average",
      dimensions: { EndpointName: endpointName },
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      period: 60,
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      treatMissingData: "missing",
      alarmActions: [policy.arn],
      tags,
    });
    return policy;
  }
}

/** Seconds between two starts: one instance needs some minutes to start. AWS's example has the same value. */
const START_COOLDOWN_IN_SECONDS = 300;

/** A metric of an asynchronous endpoint: these metrics have no variant. */
function backlogMetric(metricName: string, endpointName: string): CustomizedMetric {
  return {
    metricName,
    namespace: "AWS/SageMaker",
    dimensions: [{ name: "EndpointName", value: endpointName }],
    statistic: "Average",
  };
}
