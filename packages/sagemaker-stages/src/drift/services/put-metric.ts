import type { Credentials } from "aws4";
import { DRIFT_METRIC, METRICS_NAMESPACE, metricDimensions } from "../../aws/metrics";
import { serviceDomain } from "../../aws/partition";
import { percentEncode } from "../../aws/percent-encode";
import { elementOf, endpointUrl, sendSigned } from "../../aws/signed-request";
import { DriftError } from "../errors";

/** A value of the metric. */
export interface DriftValue {
  /** The environment's `namePrefix`. */
  readonly environment: string;
  readonly model: string;
  readonly driftingFeatures: number;
}

/**
 * Sends a value to CloudWatch (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html).
 *
 * @throws DriftError if CloudWatch refuses the value
 */
export async function putMetric(value: DriftValue, region: string, credentials: Credentials): Promise<void> {
  const { origin } = endpointUrl("CLOUDWATCH", serviceDomain("monitoring", region));
  const answer = await sendSigned(
    {
      service: "monitoring",
      region,
      method: "POST",
      url: new URL(`${origin}/`),
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: formOf(value),
    },
    credentials,
  );
  const xml = await answer.text();
  if (answer.ok) return;
  throw new DriftError(
    `The metric ${DRIFT_METRIC} of ${value.model} cannot be sent: ${elementOf(xml, "Code") ?? `HTTP ${answer.status}`}. The credentials need cloudwatch:PutMetricData in the namespace ${METRICS_NAMESPACE}: docs/drift.md`,
  );
}

function formOf({ environment, model, driftingFeatures }: DriftValue): string {
  const datum = "MetricData.member.1";
  const dimensions = Object.entries(metricDimensions(environment, model)).flatMap(([name, value], index) => [
    [`${datum}.Dimensions.member.${index + 1}.Name`, name],
    [`${datum}.Dimensions.member.${index + 1}.Value`, value],
  ]);
  const fields = [
    ["Action", "PutMetricData"],
    ["Version", "2010-08-01"],
    ["Namespace", METRICS_NAMESPACE],
    [`${datum}.MetricName`, DRIFT_METRIC],
    [`${datum}.Unit`, "Count"],
    [`${datum}.Value`, String(driftingFeatures)],
    ...dimensions,
  ];
  return fields.map(([name = "", value = ""]) => `${name}=${percentEncode(value)}`).join("&");
}
