import type * as z from "zod";
import { listOf, oneOf, settings, text, withDefault } from "./setting";

/** Every value of {@link InvokedBy}. */
export const INVOKED_BY = ["route", "functionUrl", "endpoint"] as const;

/** The ways to invoke a model. */
export type InvokedBy = (typeof INVOKED_BY)[number];

/** One model, and the way to invoke the model. */
const invocation = settings({
  /** Name of a model of the environment. */
  model: text,
  /**
   * The way to invoke the model. The way determines the caller's permissions.
   * - `route`: the route, with `execute-api:Invoke`. The access of the model must be `AWS_IAM`.
   * - `functionUrl`: the function URL, with `lambda:InvokeFunctionUrl`, and with `lambda:InvokeFunction` only for
   *   requests to the URL. The model must have a `functionUrl`.
   * - `endpoint`: the endpoint itself, with `sagemaker:InvokeEndpoint`, or with `sagemaker:InvokeEndpointWithResponseStream` if the
   *   model's contract streams, for the SageMaker SDK and boto3. The stage then neither validates nor throttles the request.
   */
  by: oneOf(INVOKED_BY, "the type Environment of sagemaker-stages"),
});

/**
 * A caller: the models that the caller may invoke, and the existing principals of the account that get the permission.
 * The environment creates a managed policy for the caller. A managed policy has at most 6,144 characters, and a principal
 * has by default at most 10 managed policies
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). A caller of many models therefore gets
 * several policies: `<prefix>-<caller>-caller`, `<prefix>-<caller>-caller-2`, and so on. 100 models need two or three
 * policies.
 *
 * Without principals, attach the policy yourself, e.g. to a permission set of IAM Identity Center. Detach the policy before
 * you remove the caller: AWS refuses to delete an attached policy.
 */
export const callerSettings = settings({
  /** The models that the caller may invoke: at least one entry, without duplicates. */
  mayInvoke: listOf(invocation),
  /**
   * Names of IAM roles, 1–64 characters each, with the path if the role has a path: `service-role/scoring`. Not a role
   * that an environment creates, and not a role that only AWS can change (`AWSServiceRoleFor…`, `AWSReservedSSO_…`).
   *
   * @default - none
   */
  roles: withDefault(listOf(text), []),
  /**
   * Names of IAM users, 1–64 characters each, with the path if the user has a path.
   *
   * @default - none
   */
  users: withDefault(listOf(text), []),
  /**
   * Names of IAM groups, 1–128 characters each, with the path if the group has a path.
   *
   * @default - none
   */
  groups: withDefault(listOf(text), []),
});

/** One model, and the way to invoke the model. */
export interface Invocation<Name extends string = string> extends Readonly<z.input<typeof invocation>> {
  readonly model: Name;
}

/** A caller, see {@link callerSettings}. */
export interface CallerSettings<Name extends string = string>
  extends Readonly<z.input<typeof callerSettings>> {
  readonly mayInvoke: readonly Invocation<Name>[];
}

/** {@link CallerSettings} with defaults. */
export type ParsedCallerSettings = z.output<typeof callerSettings>;
