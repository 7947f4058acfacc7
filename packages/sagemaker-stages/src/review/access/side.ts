import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, UNKNOWN, type Value, type Values } from "../values";

/** Before the apply, or after it. */
export type Side = "before" | "after";

/** What the resource is on that side, in AWS. */
export function valuesOn(resource: PlannedResource, side: Side): Values | undefined {
  return inAws(resource)[side];
}

/**
 * An attribute of the resource on that side; undefined where it is not set. What only mirrors other resources is not
 * set: Terraform's provider shows the policies that an `aws_iam_role_policy` adds as the role's `inline_policy`, too,
 * as they were at the last refresh.
 */
export function attribute(resource: PlannedResource, side: Side, name: string): Value | undefined {
  const value = at(valuesOn(resource, side), name);
  if (value === null || value === undefined || value === "") return undefined;
  return isMirrored(resource, name) ? undefined : value;
}

/**
 * Whether nobody sets the attribute: the configuration does not name it, and the plan does not change it. Terraform
 * leaves `dynamic` blocks out of the configuration in a plan, so that what changes is set all the same.
 */
function isMirrored({ configured, actions, before, after }: PlannedResource, name: string): boolean {
  if (configured === undefined || after === undefined || Object.hasOwn(configured, name)) return false;
  // Of what is made anew, AWS tells after the apply; in place Terraform keeps what it knows.
  if (after[name] === UNKNOWN) return actions.includes("create");
  return before !== undefined && isSame(before[name], after[name]);
}

/** Addresses that the attribute's configuration refers to, where its value is known after the apply alone. */
export function referencesOf(resource: PlannedResource, side: Side, name: string): readonly string[] {
  if (side === "before" || !hasUnknown(at(valuesOn(resource, side), name))) return [];
  return resource.configured?.[name] ?? [];
}

function hasUnknown(value: Value | undefined): boolean {
  return value === UNKNOWN || (Array.isArray(value) && value.includes(UNKNOWN));
}
