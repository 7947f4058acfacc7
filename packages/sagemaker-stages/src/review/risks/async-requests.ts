import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import { NONE, valueText } from "../rendering/phrases/values";
import type { Finding } from "./risk";
import { isUpdated, servedEndpoints } from "./served-endpoints";

const CONFIGURATION = "aws_sagemaker_endpoint_configuration";
const ATTRIBUTE = "async_inference_config";

/**
 * A configuration whose endpoint stores inputs and results of callers, or which changes the kind of requests of an existing model.
 * SageMaker refuses to update an asynchronous endpoint: "The AsyncInferenceConfig parameter cannot be removed from this endpoint"
 * (https://github.com/aws/sagemaker-python-sdk/pull/3124). The source shows the removal; AWS documents neither direction. A plan of the
 * project's stacks replaces the endpoint; another plan must.
 */
export function asyncRisks(resource: PlannedResource, plan: Plan): Finding[] {
  if (resource.type !== CONFIGURATION) return [];
  const { before, after } = deployedValues(resource);
  if (after === undefined) return [];
  const [was, is] = [before, after].map(placeOf);
  const values = { attribute: ATTRIBUTE, before: was ?? NONE, after: is ?? NONE };
  const risks: Finding[] = [];
  if (before !== undefined && (was === undefined) !== (is === undefined)) {
    risks.push({
      ...values,
      kind: "outage",
      direction: "worse",
      // The endpoint is replaced, or must be replaced: an apply without the replacement fails in the middle.
      gates: ["destroy", "outage"],
      ...(is === undefined
        ? realTimeRisk(servedEndpoints(resource, plan).filter(isUpdated))
        : { risk: "asynchronous endpoint", endsWithApply: true }),
    });
  }
  if (is !== undefined && is !== was) {
    risks.push({
      ...values,
      kind: "exposure",
      direction: "worse",
      gates: ["widen"],
      risk: "asynchronous data",
      details: { kind: "names", names: [is] },
    });
  }
  return risks;
}

/** @param updated - the asynchronous endpoints that the plan updates in place */
function realTimeRisk(
  updated: readonly PlannedResource[],
): Pick<Finding, "risk" | "details" | "endsWithApply"> {
  return updated.length === 0
    ? { risk: "real-time endpoint", endsWithApply: true }
    : {
        risk: "asynchronous kind",
        details: { kind: "names", names: updated.map(({ address }) => `-replace=${address}`) },
      };
}

/** The place of results; `undefined` for a configuration of an endpoint that answers in real time. */
function placeOf(values: Values | undefined): string | undefined {
  const config: Value | undefined = at(values, ATTRIBUTE);
  if (config === UNKNOWN) return valueText(config);
  if (at(config, 0) === undefined) return undefined;
  const place = at(config, 0, "output_config", 0, "s3_output_path");
  return textOf(place) ?? valueText(place ?? null);
}
