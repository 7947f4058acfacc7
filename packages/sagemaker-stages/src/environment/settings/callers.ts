import type * as z from "zod";
import { listOf, oneOf, settings, text, withDefault } from "./setting";

/** Every value of {@link InvokedBy}. */
export const INVOKED_BY = ["route", "functionUrl", "endpoint"] as const;

/** By what a model is invoked. */
export type InvokedBy = (typeof INVOKED_BY)[number];

/** One way to one model. */
const invocation = settings({
  /** A model of the environment. */
  model: text,
  /**
   * - `route`: the route, whose access is then `AWS_IAM`: `execute-api:Invoke`.
   * - `functionUrl`: the function URL, which the model then has: `lambda:InvokeFunctionUrl`, and
   *   `lambda:InvokeFunction` through the URL only.
   * - `endpoint`: the endpoint itself, for the SageMaker SDK and boto3: `sagemaker:InvokeEndpoint`. The stage
   *   then neither checks nor throttles the request.
   */
  by: oneOf(INVOKED_BY, "these are the ways to a model: the type Environment of sagemaker-stages"),
});

/**
 * The models that one caller may invoke, and the existing principals of the account that are this caller. A managed
 * policy has at most 6,144 characters, and a principal by default at most 10 managed policies
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). A caller of more models than one policy
 * can name gets several policies: `<prefix>-<caller>-caller`, `<prefix>-<caller>-caller-2`, and so on. 100 models in one
 * way each need two or three.
 *
 * Without principals, somebody else attaches the policy, e.g. to the permission set of an IAM Identity Center. AWS
 * refuses to delete the policy until it is detached.
 */
export const callerSettings = settings({
  /** At least one invocation, and none twice. */
  mayInvoke: listOf(invocation),
  /**
   * Names of IAM roles, 1–64 characters each, behind their paths where they have one: `service-role/scoring`. No role
   * that an environment creates, and none that AWS alone may change (`AWSServiceRoleFor…`, `AWSReservedSSO_…`).
   *
   * @default - none
   */
  roles: withDefault(listOf(text), []),
  /**
   * Names of IAM users, 1–64 characters each, behind their paths.
   *
   * @default - none
   */
  users: withDefault(listOf(text), []),
  /**
   * Names of IAM groups, 1–128 characters each, behind their paths.
   *
   * @default - none
   */
  groups: withDefault(listOf(text), []),
});

/** One way to one model. */
export interface Invocation<Name extends string = string> extends Readonly<z.input<typeof invocation>> {
  readonly model: Name;
}

/** The models that one caller may invoke. @see {@link callerSettings} */
export interface CallerSettings<Name extends string = string>
  extends Readonly<z.input<typeof callerSettings>> {
  readonly mayInvoke: readonly Invocation<Name>[];
}

/** {@link CallerSettings} with defaults. */
export type ParsedCallerSettings = z.output<typeof callerSettings>;
