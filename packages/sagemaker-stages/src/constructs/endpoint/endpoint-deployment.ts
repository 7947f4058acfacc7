import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type {
  SagemakerEndpointDeploymentConfig,
  SagemakerEndpointDeploymentConfigBlueGreenUpdatePolicyTrafficRoutingConfiguration,
} from "@cdktf/provider-aws/lib/sagemaker-endpoint";
import { Construct } from "constructs";
import { literalInPattern } from "../../aws/wildcards";
import type {
  ParsedDeploymentSettings,
  ParsedRollbackSettings,
} from "../../environment/settings/endpoint/deployment";
import { omitUndefined } from "../../lib/omit-undefined";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformText } from "../terraform/terraform-json";

/** Props of {@link EndpointDeployment}. */
export interface EndpointDeploymentProps {
  readonly account: AwsScope;
  /** Name of the endpoint, and prefix of the names of its alarms. */
  readonly endpointName: string;
  readonly variantName: string;
  readonly settings: ParsedDeploymentSettings;
  /** Tags beyond the provider's default tags. */
  readonly tags: Readonly<Record<string, string>>;
}

const MINUTE_IN_SECONDS = 60;
const MICROSECONDS = 1000;

/** How SageMaker shifts traffic during an update, and the alarms that roll back the update. */
export class EndpointDeployment extends Construct {
  /** The argument of the endpoint. */
  readonly config: SagemakerEndpointDeploymentConfig;
  /** ARNs of the alarms that the endpoint's role must be able to describe; known before the deployment. */
  readonly alarmArns: readonly string[];

  constructor(scope: Construct, id: string, props: EndpointDeploymentProps) {
    super(scope, id);
    const { account, settings } = props;
    const { rollbackOn } = settings;
    const own = rollbackOn === undefined ? [] : this.addAlarms(rollbackOn, props);
    const others = rollbackOn?.alarmNames ?? [];
    // The endpoint contains references, so that it waits for the alarms. The policy contains names, so that a plan shows the
    // policy.
    const alarmNames = [...own.map(({ alarmName }) => alarmName), ...others.map(terraformText)];
    this.alarmArns = [...own.map(({ alarmNameInput = "" }) => alarmNameInput), ...others].map((name) =>
      account.arn("cloudwatch", `alarm:${literalInPattern(name)}`),
    );
    const alarms = alarmNames.map((alarmName) => ({ alarmName }));
    this.config = omitUndefined({
      blueGreenUpdatePolicy: omitUndefined({
        trafficRoutingConfiguration: trafficRouting(settings),
        terminationWaitInSeconds: settings.terminationWaitInSeconds,
        maximumExecutionTimeoutInSeconds: settings.maximumExecutionTimeoutInSeconds,
      }),
      autoRollbackConfiguration: alarms.length === 0 ? undefined : { alarms },
    });
  }

  private addAlarms(
    { serverErrorsPerMinute, modelLatencyInMs }: ParsedRollbackSettings,
    { endpointName, variantName, tags }: EndpointDeploymentProps,
  ): CloudwatchMetricAlarm[] {
    const alarms: CloudwatchMetricAlarm[] = [];
    const common = {
      namespace: "AWS/SageMaker",
      dimensions: { EndpointName: endpointName, VariantName: variantName },
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      evaluationPeriods: 1,
      period: MINUTE_IN_SECONDS,
      // An endpoint without requests is healthy.
      treatMissingData: "notBreaching",
      tags,
    };
    if (serverErrorsPerMinute !== undefined) {
      alarms.push(
        new CloudwatchMetricAlarm(this, "server-errors", {
          ...common,
          alarmName: `${endpointName}-server-errors`,
          alarmDescription: `5XX answers of the model behind ${endpointName}`,
          metricName: "Invocation5XXErrors",
          statistic: "Sum",
          threshold: serverErrorsPerMinute,
        }),
      );
    }
    if (modelLatencyInMs !== undefined) {
      alarms.push(
        new CloudwatchMetricAlarm(this, "model-latency", {
          ...common,
          alarmName: `${endpointName}-model-latency`,
          alarmDescription: `Latency of the model behind ${endpointName}, in microseconds`,
          metricName: "ModelLatency",
          statistic: "Average",
          threshold: modelLatencyInMs * MICROSECONDS,
        }),
      );
    }
    return alarms;
  }
}

function trafficRouting({
  trafficShift: { canary, linear } = {},
}: ParsedDeploymentSettings): SagemakerEndpointDeploymentConfigBlueGreenUpdatePolicyTrafficRoutingConfiguration {
  if (canary !== undefined) {
    return {
      type: "CANARY",
      waitIntervalInSeconds: canary.waitInSeconds,
      canarySize: { type: "CAPACITY_PERCENT", value: canary.percent },
    };
  }
  if (linear !== undefined) {
    return {
      type: "LINEAR",
      waitIntervalInSeconds: linear.waitInSeconds,
      linearStepSize: { type: "CAPACITY_PERCENT", value: linear.percent },
    };
  }
  return { type: "ALL_AT_ONCE", waitIntervalInSeconds: 0 };
}
