import { coversPattern, matchesPattern } from "../../../aws/wildcards";
import { type Environment, namePrefix } from "../../../environment/environment";
import { type EndpointTarget, targetOf } from "../../../environment/settings/targets";
import { type Exactly, only, textOf } from "../request";

/** The condition key of the model of a multi-model endpoint. */
export const TARGET_MODEL = "sagemaker:TargetModel";

/** Says that an invocation is authorized on the endpoint and on the inference component. */
export const AUTHORIZATION =
  "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html";

/** Says how a policy names the models of a multi-model endpoint. */
export const MULTI_MODEL =
  "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-model-endpoint-security.html";

/** What of its endpoint a model's settings name. */
export function targetOfModel({ models }: Environment, model: string): EndpointTarget {
  return targetOf(new Map(Object.entries(models)).get(model) ?? {});
}

/** What of its endpoint the model of a new function names. */
export function targetOfFunction(environment: Environment, functionName: string): EndpointTarget {
  const prefix = `${namePrefix(environment)}-`;
  return targetOfModel(environment, functionName.slice(prefix.length));
}

/**
 * A model for each pattern of `targetModels`: exact up to the first wildcard, but not where another pattern covers this
 * one, because the models beside it are then allowed, too.
 */
export function modelsOfPatterns(patterns: readonly string[]): Exactly[] {
  return patterns.map((pattern) => {
    const [exact = ""] = pattern.split(/[*?]/, 1);
    const free = pattern.slice(exact.length).replaceAll(/[*?]/g, "x");
    const isCovered = patterns.some((other) => other !== pattern && coversPattern(other, pattern));
    return isCovered ? { exact: "", free: exact + free } : { exact, free };
  });
}

/** A model beside the models of each pattern, which no pattern matches. */
export function modelsOfNoPattern(patterns: readonly string[]): string[] {
  return modelsOfPatterns(patterns)
    .map((model) => `${textOf(model)}-other`)
    .filter((model) => !patterns.some((pattern) => matchesPattern(pattern, model)));
}

/** The condition keys of a request that names a model, which must then be exact only where the settings name it. */
export function contextOf(
  targetModel: string | undefined,
  target: EndpointTarget,
): Readonly<Record<string, Exactly>> {
  if (targetModel === undefined) return {};
  const isFixed = target.targetModel !== undefined;
  return { [TARGET_MODEL]: isFixed ? only(targetModel) : { exact: "", free: targetModel } };
}

/**
 * The models that a target names. A model is exact as far as no target beside it, of the same endpoint and caller, allows
 * other models.
 */
export function namedModels(target: EndpointTarget, beside: readonly EndpointTarget[]): Exactly[] {
  const allowsAll = beside.some(
    ({ targetModel, targetModels }) => (targetModel ?? targetModels) === undefined,
  );
  const patterns = beside.flatMap(({ targetModels = [] }) => targetModels);
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
