import { coversPattern, matchesPattern } from "../../../aws/wildcards";
import { type Environment, namePrefix } from "../../../environment/environment";
import { type EndpointTarget, targetOf } from "../../../environment/settings/endpoint/targets";
import { type Exactly, only, textOf } from "../request";

/** The condition key for the requested model of a multi-model endpoint. */
export const TARGET_MODEL = "sagemaker:TargetModel";

/** The source: IAM authorizes an invocation on the endpoint and on the inference component. */
export const AUTHORIZATION =
  "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html";

/** The source: a policy's condition names the models of a multi-model endpoint. */
export const MULTI_MODEL =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html";

/** The part of an endpoint that a model's settings name. */
export function targetOfModel({ models }: Environment, model: string): EndpointTarget {
  return targetOf(new Map(Object.entries(models)).get(model) ?? {});
}

/** The part of an endpoint that the model of a new function names. */
export function targetOfFunction(environment: Environment, functionName: string): EndpointTarget {
  const prefix = `${namePrefix(environment)}-`;
  return targetOfModel(environment, functionName.slice(prefix.length));
}

/**
 * Returns an example of a target model for each pattern of `targetModels`. The proof changes the characters of the example
 * before the pattern's first wildcard, and expects that the changed target is denied. If another pattern also matches the
 * example, the proof changes no character, because a changed target can be allowed.
 */
export function modelsOfPatterns(patterns: readonly string[]): Exactly[] {
  return patterns.map((pattern) => {
    const [exact = ""] = pattern.split(/[*?]/, 1);
    const free = pattern.slice(exact.length).replaceAll(/[*?]/g, "x");
    const isCovered = patterns.some((other) => other !== pattern && coversPattern(other, pattern));
    return isCovered ? { exact: "", free: exact + free } : { exact, free };
  });
}

/** For each pattern, a model that none of the patterns matches. */
export function modelsOfNoPattern(patterns: readonly string[]): string[] {
  return modelsOfPatterns(patterns)
    .map((model) => `${textOf(model)}-other`)
    .filter((model) => !patterns.some((pattern) => matchesPattern(pattern, model)));
}

/** The condition keys of a request that names a model. The model is exact if the settings name the model. */
export function contextOf(
  targetModel: string | undefined,
  target: EndpointTarget,
): Readonly<Record<string, Exactly>> {
  if (targetModel === undefined) return {};
  const isFixed = target.targetModel !== undefined;
  return { [TARGET_MODEL]: isFixed ? only(targetModel) : { exact: "", free: targetModel } };
}

/**
 * The models that a target names. A model is exact if the other targets of the same endpoint and caller do not allow other
 * models.
 */
export function namedModels(target: EndpointTarget, others: readonly EndpointTarget[]): Exactly[] {
  const allowsAll = others.some(
    ({ targetModel, targetModels }) => (targetModel ?? targetModels) === undefined,
  );
  const patterns = others.flatMap(({ targetModels = [] }) => targetModels);
  const { targetModel, targetModels } = target;
  const named =
    targetModel === undefined
      ? modelsOfPatterns([...new Set([...(targetModels ?? []), ...patterns])]).slice(
          0,
          targetModels?.length ?? 0,
        )
      : [only(targetModel)];
  return named.map((model) => {
    const isCovered =
      targetModel !== undefined && patterns.some((pattern) => matchesPattern(pattern, targetModel));
    return allowsAll || isCovered ? { exact: "", free: textOf(model) } : model;
  });
}
