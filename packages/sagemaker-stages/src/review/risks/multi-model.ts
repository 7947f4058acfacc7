import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, UNKNOWN, type Value, type Values } from "../reading/values";
import { NONE, valueText } from "../rendering/phrases/values";
import type { Finding } from "./risk";
import { isUpdated, servedEndpoints } from "./served-endpoints";

const MODEL = "aws_sagemaker_model";
const ATTRIBUTE = "primary_container.mode";
/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html */
const MANY = "MultiModel";

/**
 * A model of an endpoint that stays, which serves many models instead of one, or the reverse. The function and its policy change at
 * once, and UpdateEndpoint keeps the old instances until the new instances are in service
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html): an endpoint with one model refuses a request
 * that names a model, and a multi-model endpoint refuses a request that names none.
 */
export function multiModelRisks(resource: PlannedResource, plan: Plan): Finding[] {
  if (resource.type !== MODEL) return [];
  const { before, after } = deployedValues(resource);
  if (before === undefined || after === undefined) return [];
  const was = modeOf(before);
  const is = modeOf(after);
  if (was === UNKNOWN || is === UNKNOWN || (was === MANY) === (is === MANY)) return [];
  if (!servedEndpoints(resource, plan).some(isUpdated)) return [];
  return [
    {
      kind: "outage",
      direction: "worse",
      gates: ["outage"],
      endsWithApply: true,
      risk: is === MANY ? "many models" : "one model",
      attribute: ATTRIBUTE,
      before: was === undefined ? NONE : valueText(was),
      after: is === undefined ? NONE : valueText(is),
    },
  ];
}

function modeOf(values: Values): Value | undefined {
  return at(values, "primary_container", 0, "mode");
}
