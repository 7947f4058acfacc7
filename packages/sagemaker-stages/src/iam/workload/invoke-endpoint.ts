import { coversPattern, literalInPattern } from "../../aws/wildcards";
import { asyncOf } from "../../environment/async-requests";
import type { ModelSettings, ParsedModelSettings } from "../../environment/model-settings";
import type { EndpointTarget } from "../../environment/settings/endpoint/targets";
import { type TransferSettings, transferOf } from "../../environment/transfer";
import { omitUndefined } from "../../lib/omit-undefined";
import type { RoutedModel } from "../../models";
import type { Statement } from "../policy-document";

/** An endpoint that a principal may invoke. */
export interface InvokedEndpoint {
  readonly endpointArn: string;
  /** ARN of the only inference component that the principal may invoke. @default - none: the endpoint's model */
  readonly componentArn?: string | undefined;
  /** The part of the endpoint that the principal may invoke. @default - the whole endpoint */
  readonly target?: Pick<EndpointTarget, "targetModel" | "targetModels"> | undefined;
  /** The actions with which the principal invokes the endpoint. @default - InvokeEndpoint */
  readonly actions?: readonly InvokeAction[] | undefined;
}

const INVOKE = "sagemaker:InvokeEndpoint";

/**
 * The action of a streamed answer. It is a separate action, and depends on no other action
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html).
 */
const INVOKE_STREAM = "sagemaker:InvokeEndpointWithResponseStream";

/** The only action of an endpoint that answers asynchronously (https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html). */
const INVOKE_ASYNC = "sagemaker:InvokeEndpointAsync";

/** An action with which a principal invokes an endpoint. */
export type InvokeAction = typeof INVOKE | typeof INVOKE_STREAM | typeof INVOKE_ASYNC;

/**
 * The actions with which a model's function, and a caller without the function, invokes its endpoint: a contract with `stream`
 * needs InvokeEndpoint only if its `wants` chooses between both kinds of answers.
 */
export function invokeActions(
  settings: TransferSettings & (ModelSettings | ParsedModelSettings),
  model: Pick<RoutedModel, "stream"> | undefined,
): readonly InvokeAction[] {
  if (asyncOf(settings) !== undefined) return [INVOKE_ASYNC];
  const { stream } = model ?? {};
  if (stream === undefined || !transferOf(settings, model).isStreamed) return [INVOKE];
  return stream.wants === undefined ? [INVOKE_STREAM] : [INVOKE, INVOKE_STREAM];
}

/** The actions of an invocation. */
export function actionsOf({ actions = [INVOKE] }: Pick<InvokedEndpoint, "actions">): InvokeAction[] {
  return [...actions];
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

/** A statement that allows a principal to invoke one endpoint. */
export function invokeEndpoint(Sid: string, invoked: InvokedEndpoint): Statement {
  return omitUndefined({
    Sid,
    Effect: "Allow" as const,
    Action: actionsOf(invoked),
    Resource: invokedArns(invoked),
    Condition: modelCondition(invoked),
  });
}
