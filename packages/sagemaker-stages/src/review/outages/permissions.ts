import { isObject, parseJson } from "../../lib/json";
import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isEmptyValue, isSame, textOf, type Value, type Values } from "../reading/values";
import type { Outage } from "./outage";

const FUNCTION = "aws_lambda_function";
const ROLE = "aws_iam_role";
const POLICY = "aws_iam_role_policy";

/** Types that attach further policies to a role, whose content the plan may not show. */
const ATTACHMENTS: ReadonlySet<string> = new Set([
  "aws_iam_role_policy_attachment",
  "aws_iam_role_policy_attachments_exclusive",
  "aws_iam_policy_attachment",
]);

/** With any of these actions, a function can still invoke an endpoint, e.g. without a stream. */
const INVOCATIONS = [
  "sagemaker:invokeendpoint",
  "sagemaker:invokeendpointasync",
  "sagemaker:invokeendpointwithresponsestream",
];

/**
 * Functions that keep their role and their endpoint, and whose role loses every permission to invoke an endpoint. A permission that
 * another policy can still grant is not listed: a false alarm would hide other outages. Neither are the permissions of the roles of
 * models, with which instances only start, and added denies.
 */
export function permissionOutages(plan: Plan): Outage[] {
  return plan.resources.flatMap((resource): Outage[] => {
    const { type, path, address, deposed } = resource;
    const { before, after } = deployedValues(resource);
    const [was, is] = [textOf(before?.role), textOf(after?.role)];
    if (type !== FUNCTION || deposed !== undefined || was === undefined || was !== is) return [];
    const [oldEndpoint, newEndpoint] = [before, after].map((values) =>
      at(values, "environment", 0, "variables", "ENDPOINT_NAME"),
    );
    const keepsEndpoint =
      oldEndpoint !== undefined && newEndpoint !== undefined && isSame(oldEndpoint, newEndpoint);
    if (!keepsEndpoint || !losesInvocation(was.slice(was.lastIndexOf("/") + 1), plan)) return [];
    const name = textOf(before?.function_name);
    const subject = {
      kind: "resource",
      type,
      name: name === undefined ? path : plan.scrub(name),
    } as const;
    return [{ cause: "permission", subject, lasts: "permanent", undetermined: false, path, address }];
  });
}

/** @param role - the name of the role */
function losesInvocation(role: string, plan: Plan): boolean {
  // The other policies of a role that the plan does not contain are unknown.
  const isManaged = plan.resources.some(
    ({ type, before, after: kept }) =>
      type === ROLE && textOf(before?.name) === role && textOf(kept?.name) === role,
  );
  if (!isManaged || plan.errored || plan.incompleteReasons.length > 0) return false;
  const policies = plan.resources.filter(({ type, deposed }) => type === POLICY && deposed === undefined);
  const ofRole = (side: "before" | "after") =>
    policies.flatMap((policy) => {
      const values = deployedValues(policy)[side];
      // A role that is known after apply can be this role.
      const isOther = values === undefined || (textOf(values.role) ?? role) !== role;
      return isOther ? [] : [invocationOf(values)];
    });
  const after = ofRole("after");
  return (
    ofRole("before").includes("granted") &&
    after.every((invocation) => invocation === "absent") &&
    !plan.resources.some((one) => canGrantMore(one, role))
  );
}

/** Whether a policy allows an invocation; `unknown` if the plan does not show the policy. */
function invocationOf({ policy }: Values): "granted" | "absent" | "unknown" {
  const document: unknown = parseJson(textOf(policy) ?? "");
  if (!isObject(document)) return "unknown";
  const grants = [document.Statement].flat().some((statement: unknown) => {
    if (!isObject(statement) || statement.Effect !== "Allow") return false;
    if (statement.NotAction !== undefined) return true;
    return [statement.Action].flat().some((action) => typeof action !== "string" || isInvocation(action));
  });
  return grants ? "granted" : "absent";
}

/** Whether an action or a pattern of actions contains an invocation. */
function isInvocation(action: string): boolean {
  const parts = action
    .toLowerCase()
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const pattern = new RegExp(`^${parts}$`);
  return INVOCATIONS.some((invocation) => pattern.test(invocation));
}

/** Whether policies that this check does not read can grant the role a permission. */
function canGrantMore(resource: PlannedResource, role: string): boolean {
  const { type, configured } = resource;
  const { after } = deployedValues(resource);
  if (after === undefined) return false;
  if (ATTACHMENTS.has(type)) {
    const roles = Array.isArray(after.roles) ? (after.roles as readonly Value[]) : [];
    const all: readonly (Value | undefined)[] = [after.role, after.role_name, ...roles];
    const given = all.filter((one) => !isEmptyValue(one));
    // A role that is known after apply can be this role.
    return given.length === 0 || given.some((one) => (textOf(one) ?? role) === role);
  }
  if (type !== ROLE || (textOf(after.name) ?? role) !== role) return false;
  // Terraform's provider also shows the policies of other resources as the role's `inline_policy`.
  const hasInline = configured !== undefined && Object.hasOwn(configured, "inline_policy");
  return hasInline || !isEmptyValue(after.managed_policy_arns);
}
