import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, textOf, UNKNOWN, type Value, type Values } from "../reading/values";
import { NONE, valueText } from "../rendering/phrases/values";
import type { Finding } from "./risk";

const MODEL = "aws_sagemaker_model";
const CONFIGURATION = "aws_sagemaker_endpoint_configuration";
const ENDPOINT = "aws_sagemaker_endpoint";
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
  if (!isServed(before, plan)) return [];
  return [
    {
      kind: "outage",
      direction: "worse",
      gates: [],
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

/** Whether an endpoint that the plan updates in place serves a model before the plan. */
function isServed({ name }: Values, { resources }: Plan): boolean {
  const model = textOf(name);
  const configurations = resources
    .filter(({ type, before }) => {
      const variants = type === CONFIGURATION ? at(before, "production_variants") : undefined;
      return (
        Array.isArray(variants) &&
        variants.some((_, index) => textOf(at(variants, index, "model_name")) === model)
      );
    })
    .map(({ before }) => textOf(before?.name));
  return resources.some(
    ({ type, actions, before }) =>
      type === ENDPOINT &&
      actions.join() === "update" &&
      configurations.includes(textOf(before?.endpoint_config_name)),
  );
}
