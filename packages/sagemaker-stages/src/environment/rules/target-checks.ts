import type { RoutedModel } from "../../models";
import { isViaGateway, type ModelSettings } from "../model-settings";
import { inWords, type Report } from "../report";
import { type EndpointTarget, INVOKE_ENDPOINT_SOURCE, TARGETS, targetOf } from "../settings/targets";

const COMPONENT_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateInferenceComponent.html";

/** What a model's endpoint and function are, as far as targets depend on it. */
interface TargetedModel extends EndpointTarget {
  readonly existingEndpoint?: string;
  readonly existingFunction?: string;
}

/**
 * Rules of the target of an endpoint.
 *
 * @param settings - without properties that are `undefined`
 * @param report - above the settings
 */
export function checkTarget(settings: TargetedModel, report: Report): void {
  const given = TARGETS.filter((name) => targetOf(settings)[name] !== undefined);
  for (const name of given) {
    report.require(
      // A new endpoint of several containers has rules of its own (`model-source/several-containers-checks.ts`).
      settings.existingEndpoint !== undefined || name === "targetContainer",
      name,
      inWords(`${name} without existingEndpoint`),
      `no ${name}, or existingEndpoint beside it`,
      "a new endpoint has one variant with one model",
    );
    report.require(
      settings.existingFunction === undefined,
      name,
      inWords(`${name} beside existingFunction`),
      `no ${name}, or no existingFunction`,
      "an existing function decides itself what of the endpoint it invokes, and its owner grants its role the permission",
    );
  }
  report.requireApart(
    settings,
    "inferenceComponent",
    given.filter((name) => name !== "inferenceComponent"),
    `an inference component has one model in one variant: ${COMPONENT_SOURCE}`,
  );
  report.requireApart(
    settings,
    "targetModel",
    ["targetModels"],
    `a request has one target model, the environment's or the contract's: ${INVOKE_ENDPOINT_SOURCE}`,
  );
}

/**
 * Rule of `targetModels`: the model's contract can choose one of them, because it sets the header `targetModel` in
 * `encode`. The function's role may invoke these models only, and a request without the header has none of them.
 *
 * @param model - the model; `undefined` where the app has no such model, which is a fault of its own
 * @param report - below the model's name
 */
export function checkChoiceOfTarget(
  settings: ModelSettings,
  model: RoutedModel | undefined,
  report: Report,
): void {
  // `checkVia` has the rule of a route without a function.
  if (targetOf(settings).targetModels === undefined || isViaGateway(settings)) return;
  const without =
    model?.passThrough !== undefined
      ? "a contract with passThrough"
      : model?.readyMade !== undefined && "a ready-made contract";
  report.require(
    without === false,
    "targetModels",
    inWords(`targetModels beside ${without}`),
    "targetModel, or a contract of its own in functions/, whose encode() sets headers.targetModel",
    `no request would have a target model, and the function's role may invoke these models only: ${INVOKE_ENDPOINT_SOURCE}`,
  );
}
