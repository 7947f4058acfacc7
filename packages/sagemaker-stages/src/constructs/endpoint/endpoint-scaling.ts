import { AppautoscalingPolicy } from "@cdktf/provider-aws/lib/appautoscaling-policy";
import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import { dependable, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type {
  InstanceSettings,
  ParsedNewEndpoint,
  ScalingSettings,
  ServerlessSettings,
} from "../../environment/model-settings";
import { omitUndefined } from "../../environment/omit-undefined";
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

/** Target tracking of one dimension by one metric. */
export interface Scaling {
  readonly capacity: ScalingSettings;
  readonly dimension: string;
  readonly metric: string;
  readonly targetValue: number;
  /** Settings of the variant that cannot change while the variant is a scalable target. */
  readonly fixed: Readonly<Record<string, string>> | undefined;
}

/** The scaling of a new endpoint; `undefined` for an endpoint without scaling. */
export function scalingOf(settings: ParsedNewEndpoint): Scaling | undefined {
  return "serverless" in settings ? ofServerless(settings.serverless) : ofInstances(settings.instances);
}

function ofServerless({ autoscaling }: ServerlessSettings): Scaling | undefined {
  return (
    autoscaling && {
      capacity: autoscaling,
      dimension: "sagemaker:variant:DesiredProvisionedConcurrency",
      metric: "SageMakerVariantProvisionedConcurrencyUtilization",
      targetValue: autoscaling.targetUtilization,
      fixed: undefined,
    }
  );
}

function ofInstances({ autoscaling, instanceType }: InstanceSettings): Scaling | undefined {
  return (
    autoscaling && {
      capacity: autoscaling,
      dimension: "sagemaker:variant:DesiredInstanceCount",
      metric: "SageMakerVariantInvocationsPerInstance",
      targetValue: autoscaling.targetInvocationsPerInstance,
      // AWS refuses to update a target's instance type
      // (https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html).
      fixed: { instanceType },
    }
  );
}

/**
 * Target tracking of an endpoint's variant. Application Auto Scaling uses its service-linked role, which AWS creates with
 * the account's first target. The environment passes no role.
 */
export class EndpointScaling extends Construct {
  constructor(scope: Construct, id: string, props: EndpointScalingProps) {
    super(scope, id);
    const { endpointName, variantName, scaling } = props;
    const { capacity } = scaling;
    // The policy is replaced with the target, because AWS deletes a target's policies with the target. Terraform deletes
    // both before it updates the endpoint, and creates both again afterwards.
    const lifecycle =
      scaling.fixed === undefined
        ? {}
        : { lifecycle: { replaceTriggeredBy: [dependable(new Revision(this, "fixed", scaling.fixed))] } };
    const target = new AppautoscalingTarget(this, "target", {
      serviceNamespace: "sagemaker",
      resourceId: `endpoint/${endpointName}/variant/${variantName}`,
      scalableDimension: scaling.dimension,
      minCapacity: capacity.minCapacity,
      maxCapacity: capacity.maxCapacity,
      tags: props.tags,
      dependsOn: [props.endpoint],
      ...lifecycle,
    });
    new AppautoscalingPolicy(this, "policy", {
      name: `${endpointName}-target-tracking`,
      policyType: "TargetTrackingScaling",
      serviceNamespace: target.serviceNamespace,
      resourceId: target.resourceId,
      scalableDimension: target.scalableDimension,
      targetTrackingScalingPolicyConfiguration: omitUndefined({
        predefinedMetricSpecification: { predefinedMetricType: scaling.metric },
        targetValue: scaling.targetValue,
        scaleInCooldown: capacity.scaleInCooldownInSeconds,
        scaleOutCooldown: capacity.scaleOutCooldownInSeconds,
      }),
      ...lifecycle,
    });
  }
}
