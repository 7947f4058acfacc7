import { coversPattern } from "../../../aws/wildcards";
import { chosenArchives, type RoutedModel } from "../../../models";
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
 * Checks that the contract of a model and the target of the model's endpoint fit: the contract of a model with `targetModels`
 * can set the header `targetModel` in `encode`, and callers who name a model reach a multi-model endpoint.
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
  if (isViaGateway(settings)) return;
  const archives = model && chosenArchives(model);
  if (archives !== undefined) {
    // An existing function encodes the requests itself, and its owner grants its role the permission.
    if ("existingFunction" in settings && settings.existingFunction !== undefined) return;
    checkChosenArchives(archives, settings, collector);
    return;
  }
  if (targetOf(settings).targetModels === undefined) return;
  const without =
    model?.passThrough !== undefined
      ? "a contract with passThrough"
      : model?.readyMade !== undefined && "a ready-made contract";
  collector.require(
    without === false,
    "targetModels",
    raw(`targetModels together with ${without}`),
    "targetModel, rows() with the option targetModel, or a hand-written contract in functions/, whose encode() sets headers.targetModel",
    `no request would have a target model, and the function's role may invoke only these models: ${INVOKE_ENDPOINT_SOURCE}`,
  );
}

/** Checks the endpoint of a contract whose callers name a model. @param archives - the archives of these models, as a pattern */
function checkChosenArchives(archives: string, settings: ModelSettings, collector: FaultCollector): void {
  const { targetModel, targetModels } = targetOf(settings);
  const isMultiModel = "multiModel" in settings && settings.multiModel === true;
  const isExisting = "existingEndpoint" in settings && settings.existingEndpoint !== undefined;
  collector.require(
    isMultiModel || isExisting,
    "multiModel",
    raw("a new endpoint with one model, for a contract whose callers name the model"),
    "multiModel: true, existingEndpoint, or a contract without targetModel",
    `only a multi-model endpoint accepts the name of a model: ${INVOKE_ENDPOINT_SOURCE}`,
  );
  collector.require(
    targetModel === undefined,
    "targetModel",
    raw("targetModel together with a contract whose callers name the model"),
    `targetModels: [${JSON.stringify(archives)}], or a contract without targetModel`,
    "the function sends the target of the environment in place of the model that the caller names",
  );
  collector.require(
    // `multi-model-checks.ts` requires the targets of a new endpoint.
    !isExisting || targetModel !== undefined || targetModels !== undefined,
    "targetModels",
    raw("no targetModels for a contract whose callers name the model"),
    `targetModels: [${JSON.stringify(archives)}]`,
    "without targetModels, the function's role may invoke every model of the endpoint",
  );
  collector.require(
    targetModels === undefined || targetModels.some((pattern) => coversPattern(pattern, archives)),
    "targetModels",
    targetModels,
    `a pattern that includes ${JSON.stringify(archives)}, the archives from which callers choose`,
    "the function's role may invoke only these models, and callers would receive a 502",
  );
}
