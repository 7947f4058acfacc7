import type { RoutedModel } from "../../../models";
import { type FaultCollector, raw } from "../../fault-collector";
import { isViaGateway, type ModelSettings } from "../../model-settings";
import {
  type EndpointTarget,
  INVOKE_ENDPOINT_SOURCE,
  TARGETS,
  targetOf,
} from "../../settings/endpoint/targets";

const COMPONENT_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateInferenceComponent.html";

/** The settings of a model that the rules of targets read. */
interface TargetedModel extends EndpointTarget {
  readonly existingEndpoint?: string;
  readonly existingFunction?: string;
  /** Whether the new endpoint is a multi-model endpoint. */
  readonly multiModel?: boolean | undefined;
}

/** The targets of a new multi-model endpoint. */
const OF_MULTI_MODEL: readonly string[] = ["targetModel", "targetModels"];

/**
 * Checks the target of an endpoint.
 *
 * @param settings - without properties that are `undefined`
 * @param collector - collects the faults of the object with the settings
 */
export function checkTarget(settings: TargetedModel, collector: FaultCollector): void {
  const given = TARGETS.filter((name) => targetOf(settings)[name] !== undefined);
  for (const name of given) {
    collector.require(
      // `model-source/container-checks.ts` checks the target of a new endpoint with several containers.
      settings.existingEndpoint !== undefined ||
        name === "targetContainer" ||
        (settings.multiModel === true && OF_MULTI_MODEL.includes(name)),
      name,
      raw(`${name} without existingEndpoint`),
      OF_MULTI_MODEL.includes(name)
        ? `no ${name}; or existingEndpoint or multiModel as well`
        : `no ${name}, or existingEndpoint as well`,
      OF_MULTI_MODEL.includes(name)
        ? "a new endpoint without multiModel has one variant with one model"
        : "a new endpoint has one variant with one model",
    );
    collector.require(
      settings.existingFunction === undefined,
      name,
      raw(`${name} together with existingFunction`),
      `no ${name}, or no existingFunction`,
      "an existing function chooses the target itself, and its owner grants its role the permission",
    );
  }
  collector.requireExclusive(
    settings,
    "inferenceComponent",
    given.filter((name) => name !== "inferenceComponent"),
    `an inference component has one model in one variant: ${COMPONENT_SOURCE}`,
  );
  collector.requireExclusive(
    settings,
    "targetModel",
    ["targetModels"],
    `a request has one target model, which either the environment or the contract chooses: ${INVOKE_ENDPOINT_SOURCE}`,
  );
}

/**
 * Checks that the contract of a model with `targetModels` can set the header `targetModel` in `encode`. The function's role
 * may invoke only these models, and a request without the header names no model.
 *
 * @param model - the model; `undefined` for an unknown model, which has another fault
 * @param collector - collects the faults of the model
 */
export function checkChoiceOfTarget(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  collector: FaultCollector,
): void {
  // `checkVia` checks a route without a function.
  if (targetOf(settings).targetModels === undefined || isViaGateway(settings)) return;
  const without =
    model?.passThrough !== undefined
      ? "a contract with passThrough"
      : model?.readyMade !== undefined && "a ready-made contract";
  collector.require(
    without === false,
    "targetModels",
    raw(`targetModels together with ${without}`),
    "targetModel, or a hand-written contract in functions/, whose encode() sets headers.targetModel",
    `no request would have a target model, and the function's role may invoke only these models: ${INVOKE_ENDPOINT_SOURCE}`,
  );
}
