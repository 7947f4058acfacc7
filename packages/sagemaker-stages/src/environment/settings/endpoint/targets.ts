import type * as z from "zod";
import { raw } from "../../fault-collector";
import { listOf, optional, type Rule, rule, settings, text } from "../setting";

/** The operation that accepts the targets, with the format of each target. */
export const INVOKE_ENDPOINT_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html";
const MULTI_MODEL_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html";

const MAX_NAME_CHARACTERS = 63;
const MAX_MODEL_CHARACTERS = 1024;
/**
 * Policies of functions and callers name the models. An inline policy has at most 10,240 characters, and a managed
 * policy 6,144.
 */
const MAX_MODELS_CHARACTERS = 4096;
const POLICY_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/** The rule of names of variants, inference components and containers. */
const targetName: Rule<string> = {
  holds: (name) => name.length <= MAX_NAME_CHARACTERS && /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(name),
  allowed: `1–${MAX_NAME_CHARACTERS} letters, digits and -, not starting or ending with -`,
  source: INVOKE_ENDPOINT_SOURCE,
};

/**
 * Visible ASCII characters, with spaces between them, because a header loses leading and trailing spaces. IAM interprets
 * `${` as a policy variable, and Terraform interprets `${` and `%{` as expressions.
 */
const MODEL = /^(?!.*[$%]\{)[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const MODEL_ALLOWED = `1–${MAX_MODEL_CHARACTERS} printable ASCII characters without \${ and %{, without leading or trailing spaces`;

function isModel(name: string): boolean {
  return name.length <= MAX_MODEL_CHARACTERS && MODEL.test(name);
}

/** The setting `targetContainer`, for existing and for new endpoints. */
export const targetContainer = optional(rule(text, targetName));

/** The setting `targetModel`, for existing and for new multi-model endpoints. */
export const targetModel = optional(
  rule(text, { holds: isModel, allowed: MODEL_ALLOWED, source: INVOKE_ENDPOINT_SOURCE }),
);

/** The setting `targetModels`, for existing and for new multi-model endpoints. */
export const targetModels = optional(
  rule(
    listOf(rule(text, { holds: isModel, allowed: MODEL_ALLOWED, source: MULTI_MODEL_SOURCE })),
    {
      holds: (models) => models.length > 0 && new Set(models).size === models.length,
      allowed: "at least one model, each once",
      source: MULTI_MODEL_SOURCE,
    },
    {
      holds: (models) => models.join("").length <= MAX_MODELS_CHARACTERS,
      allowed: `at most ${MAX_MODELS_CHARACTERS} characters in total`,
      source: POLICY_SOURCE,
      got: (models) => raw(`${models.join("").length} characters`),
    },
  ),
);

/**
 * The endpoint target: the part of an existing endpoint that answers a route. Several models of an environment can use
 * one endpoint with different targets. The new function sends the target with every request. Cannot be combined with
 * `existingFunction`: the function's code chooses the target.
 */
export const targetSettings = settings({
  /**
   * Name of the production variant that answers: 1–63 letters, digits and `-`
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-ab-testing.html). IAM has no condition key for variants: the
   * function's role may invoke every variant of the endpoint.
   *
   * @default - none: SageMaker chooses a variant by its weight
   */
  targetVariant: optional(rule(text, targetName)),

  /**
   * The model of a multi-model endpoint that answers: the artifact's key below the endpoint's prefix in S3, e.g.
   * `eu/iris.tar.gz`, with 1–1,024 printable ASCII characters
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). The function's role
   * may invoke only this model (condition key `sagemaker:TargetModel`). Cannot be combined with `targetModels`.
   *
   * @default - none
   */
  targetModel,

  /**
   * The models of a multi-model endpoint from which the contract chooses, with the header `targetModel` of its request:
   * names, or patterns in which `*` matches any characters and `?` matches one character, e.g. `eu/*`. The function's
   * role may invoke only these models, whatever a caller sends
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html). At least one name, each with
   * 1–1,024 printable ASCII characters, and at most 4,096 characters in total. Cannot be combined with `targetModel`.
   *
   * @default - none
   */
  targetModels,

  /**
   * Name of the inference component that answers: 1–63 letters, digits and `-`, in the environment's account and
   * region. The function's role may invoke the endpoint and this component, because an invocation requires the
   * permission on both (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
   * Cannot be combined with other targets, because a component has one model in one variant.
   *
   * @default - none
   */
  inferenceComponent: optional(rule(text, targetName)),

  /**
   * Host name of the container that answers, on a multi-container endpoint with direct invocation: 1–63 letters, digits
   * and `-` (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html). IAM's reference lists no
   * condition key for containers: the function's role may invoke every container of the endpoint
   * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
   *
   * @default - none
   */
  targetContainer,
});

/** The part of an endpoint that answers. Without properties, SageMaker chooses. */
export type EndpointTarget = z.output<typeof targetSettings>;

/** The names of the settings of {@link targetSettings}. */
export const TARGETS = [
  "targetVariant",
  "targetModel",
  "targetModels",
  "inferenceComponent",
  "targetContainer",
] as const satisfies readonly (keyof EndpointTarget)[];

/** The endpoint target in the settings of a model. */
export function targetOf(model: EndpointTarget | object): EndpointTarget {
  return Object.fromEntries(Object.entries(model).filter(([name]) => TARGETS.some((one) => one === name)));
}

/** The variables from which a new function reads the target. The function sends the target with every request. */
export function targetVariables(target: EndpointTarget): Record<string, string> {
  const { targetVariant, targetModel, inferenceComponent, targetContainer: container } = target;
  return Object.fromEntries(
    Object.entries({
      ENDPOINT_TARGET_VARIANT: targetVariant,
      ENDPOINT_TARGET_MODEL: targetModel,
      ENDPOINT_INFERENCE_COMPONENT: inferenceComponent,
      ENDPOINT_TARGET_CONTAINER: container,
    }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The headers of InvokeEndpoint that name the target (INVOKE_ENDPOINT_SOURCE). */
export function targetHeaders(target: EndpointTarget): Record<string, string> {
  const { targetVariant, targetModel, inferenceComponent, targetContainer: container } = target;
  return Object.fromEntries(
    Object.entries({
      "X-Amzn-SageMaker-Target-Variant": targetVariant,
      "X-Amzn-SageMaker-Target-Model": targetModel,
      "X-Amzn-SageMaker-Inference-Component": inferenceComponent,
      "X-Amzn-SageMaker-Target-Container-Hostname": container,
    }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
