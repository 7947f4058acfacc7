import { matchesPattern } from "../../aws/wildcards";
import { readDocument } from "../access/document";
import type { StatementValue } from "../access/grant";
import { deployedValues } from "../reading/deployed-values";
import { endpointOfFunction } from "../reading/endpoint-of-function";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { isEmptyValue, textOf, type Value, type Values } from "../reading/values";
import type { Outage } from "./outage";

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
    if (endpointOfFunction(resource) !== "same" || deposed !== undefined) return [];
    if (was === undefined || was !== is || !losesInvocation(was.slice(was.lastIndexOf("/") + 1), plan))
      return [];
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

/** Whether a policy of a role allows an invocation; `unknown` if the plan does not show the policy. */
function invocationOf({ policy }: Values): "granted" | "absent" | "unknown" {
  const context = { principal: { kind: "AWS", name: "*" }, resource: "*", places: [] } as const;
  const grants = readDocument(textOf(policy) ?? "", context);
  if (grants === undefined) return "unknown";
  return grants.some(({ effect, actions }) => effect === "Allow" && actions.some(isInvocation))
    ? "granted"
    : "absent";
}

/** Whether the actions of a statement can contain an invocation. */
function isInvocation(actions: StatementValue): boolean {
  if (actions.kind !== "pattern") return true;
  return INVOCATIONS.some((invocation) => matchesPattern(actions.text.toLowerCase(), invocation));
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
