import { coversPattern, literalInPattern } from "../../aws/wildcards";
import { omitUndefined } from "../../environment/omit-undefined";
import type { EndpointTarget } from "../../environment/settings/endpoint/targets";
import type { Statement } from "../policy-document";

/** An endpoint that a principal may invoke. */
export interface InvokedEndpoint {
  readonly endpointArn: string;
  /** ARN of the only inference component that the principal may invoke. @default - none: the endpoint's model */
  readonly componentArn?: string | undefined;
  /** Whether the endpoint answers only asynchronous requests. @default false */
  readonly isAsync?: boolean | undefined;
  /** The part of the endpoint that the principal may invoke. @default - the whole endpoint */
  readonly target?: Pick<EndpointTarget, "targetModel" | "targetModels"> | undefined;
}

/** The condition that limits the models of a multi-model endpoint. */
type ModelCondition = NonNullable<Statement["Condition"]>;

/**
 * The resources of an invocation. SageMaker authorizes an invocation of an inference component on the endpoint and on
 * the component
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
 */
export function invokedArns({ endpointArn, componentArn }: InvokedEndpoint): string[] {
  return componentArn === undefined ? [endpointArn] : [endpointArn, componentArn];
}

/**
 * The condition for the models of a multi-model endpoint. InvokeEndpoint has no condition key for a variant or a
 * container (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
 *
 * @returns `undefined` if the target names no model
 */
export function modelCondition({ target = {} }: InvokedEndpoint): ModelCondition | undefined {
  const { targetModel, targetModels } = target;
  if (targetModel !== undefined) return { StringEquals: { "sagemaker:TargetModel": targetModel } };
  if (targetModels === undefined) return undefined;
  return { StringLike: { "sagemaker:TargetModel": widest(targetModels) } };
}

/** Removes patterns that another pattern includes. */
function widest(patterns: readonly string[]): string[] {
  const distinct = [...new Set(patterns)];
  return distinct.filter(
    (pattern) => !distinct.some((other) => other !== pattern && coversPattern(other, pattern)),
  );
}

/** The models that a target names, as patterns. */
export function modelPatterns({
  targetModel,
  targetModels = [],
}: NonNullable<InvokedEndpoint["target"]>): string[] {
  return targetModel === undefined ? [...targetModels] : [literalInPattern(targetModel)];
}

/** The action that invokes an endpoint: an endpoint answers either in real time or asynchronously. */
export function invokeAction({ isAsync = false }: Pick<InvokedEndpoint, "isAsync">): string {
  return isAsync ? "sagemaker:InvokeEndpointAsync" : "sagemaker:InvokeEndpoint";
}

/** A statement that allows a principal to invoke one endpoint. */
export function invokeEndpoint(Sid: string, invoked: InvokedEndpoint): Statement {
  return omitUndefined({
    Sid,
    Effect: "Allow" as const,
    Action: [invokeAction(invoked)],
    Resource: invokedArns(invoked),
    Condition: modelCondition(invoked),
  });
}
