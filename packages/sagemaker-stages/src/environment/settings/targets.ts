import type * as z from "zod";
import { inWords } from "../report";
import { listOf, optional, type Rule, rule, settings, text } from "./setting";

/** The operation that takes the targets, with the form of each. */
export const INVOKE_ENDPOINT_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html";
const MULTI_MODEL_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html";

const MAX_NAME_CHARACTERS = 63;
const MAX_MODEL_CHARACTERS = 1024;
/** Policies of functions and callers name the models: an inline policy has 10,240 characters, a managed one 6,144. */
const MAX_MODELS_CHARACTERS = 4096;
const POLICY_SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/** The form of the names of variants, inference components and containers. */
const targetName: Rule<string> = {
  holds: (name) => name.length <= MAX_NAME_CHARACTERS && /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/.test(name),
  allowed: `1–${MAX_NAME_CHARACTERS} letters, digits and -, the first and the last no -`,
  source: INVOKE_ENDPOINT_SOURCE,
};

/**
 * Visible ASCII characters, with spaces between them: a header loses the spaces around its value. IAM reads `${` as the
 * start of a policy variable, and Terraform reads `${` and `%{` as the start of an expression.
 */
const MODEL = /^(?!.*[$%]\{)[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const MODEL_ALLOWED = `1–${MAX_MODEL_CHARACTERS} printable ASCII characters without \${ and %{, the first and the last no space`;

function isModel(name: string): boolean {
  return name.length <= MAX_MODEL_CHARACTERS && MODEL.test(name);
}

/** The container of a multi-container endpoint that answers, for an existing endpoint and for a new one. */
export const targetContainer = optional(rule(text, targetName));

/**
 * What of an existing endpoint answers a route. Several models of an environment can name one endpoint with different
 * targets. The new function sends the target with every request. Not beside `existingFunction`, whose code decides.
 */
export const targetSettings = settings({
  /**
   * The production variant that answers, in place of a variant by weight: 1–63 letters, digits and `-`
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-ab-testing.html). IAM has no condition key for variants: the
   * function's role may invoke every variant of the endpoint.
   *
   * @default - none: SageMaker chooses a variant by its weight
   */
  targetVariant: optional(rule(text, targetName)),

  /**
   * The model of a multi-model endpoint that answers: the artifact's key below the endpoint's prefix in S3, e.g.
   * `eu/iris.tar.gz`; 1–1,024 printable ASCII characters
   * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html). The function's role may
   * invoke this model only (condition key `sagemaker:TargetModel`). Not beside `targetModels`.
   *
   * @default - none
   */
  targetModel: optional(
    rule(text, { holds: isModel, allowed: MODEL_ALLOWED, source: INVOKE_ENDPOINT_SOURCE }),
  ),

  /**
   * The models of a multi-model endpoint that the contract can choose from, by the header `targetModel` of its request:
   * names, or patterns in which `*` is any run of characters and `?` any one character, e.g. `eu/*`. The function's role
   * may invoke these models only, whatever a caller sends
   * (https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html). At least one, each of 1–1,024
   * printable ASCII characters, and at most 4,096 characters together. Not beside `targetModel`.
   *
   * @default - none
   */
  targetModels: optional(
    rule(
      listOf(rule(text, { holds: isModel, allowed: MODEL_ALLOWED, source: MULTI_MODEL_SOURCE })),
      {
        holds: (models) => models.length > 0 && new Set(models).size === models.length,
        allowed: "at least one model, and none twice",
        source: MULTI_MODEL_SOURCE,
      },
      {
        holds: (models) => models.join("").length <= MAX_MODELS_CHARACTERS,
        allowed: `at most ${MAX_MODELS_CHARACTERS} characters together`,
        source: POLICY_SOURCE,
        got: (models) => inWords(`${models.join("").length} characters`),
      },
    ),
  ),

  /**
   * The inference component of the endpoint that answers: 1–63 letters, digits and `-`, in the environment's account and
   * region. The function's role may invoke the endpoint and this component: an invocation of a component takes the
   * permission on both
   * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html). A component has one
   * model in one variant, so that no other target stands beside it.
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

/** What of an endpoint answers; without properties, SageMaker decides. */
export type EndpointTarget = z.output<typeof targetSettings>;

/** The names of the settings of {@link targetSettings}. */
export const TARGETS = [
  "targetVariant",
  "targetModel",
  "targetModels",
  "inferenceComponent",
  "targetContainer",
] as const satisfies readonly (keyof EndpointTarget)[];

/** The part of a model's settings that says what of its endpoint answers. */
export function targetOf(model: EndpointTarget | object): EndpointTarget {
  return Object.fromEntries(Object.entries(model).filter(([name]) => TARGETS.some((one) => one === name)));
}

/** The variables in which a new function finds the target that it sends with every request. */
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
