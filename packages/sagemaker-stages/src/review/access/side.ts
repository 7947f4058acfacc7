import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, UNKNOWN, type Value, type Values } from "../reading/values";

/** Before the apply, or after it. */
export type Side = "before" | "after";

/** The values of the resource in AWS, before or after the plan. */
export function valuesOn(resource: PlannedResource, side: Side): Values | undefined {
  return deployedValues(resource)[side];
}

/**
 * An attribute of the resource on that side; undefined if the attribute is not set. A mirrored attribute counts as not
 * set: Terraform's provider also shows the policies of an `aws_iam_role_policy` as the role's `inline_policy`, with
 * their content at the last refresh.
 */
export function attribute(resource: PlannedResource, side: Side, name: string): Value | undefined {
  const value = at(valuesOn(resource, side), name);
  if (value === null || value === undefined || value === "") return undefined;
  return isMirrored(resource, name) ? undefined : value;
}

/**
 * Whether the attribute only mirrors other resources: the configuration does not set it, and the plan does not change
 * it. The configuration in a plan omits `dynamic` blocks. Therefore an attribute that changes counts as set.
 */
function isMirrored({ configured, actions, before, after }: PlannedResource, name: string): boolean {
  if (configured === undefined || after === undefined || Object.hasOwn(configured, name)) return false;
  // AWS returns the attribute of a new resource after the apply; an update in place keeps the known value.
  if (after[name] === UNKNOWN) return actions.includes("create");
  return before !== undefined && isSame(before[name], after[name]);
}

/** Addresses that the configuration of the attribute references, if the value is known after apply. */
export function referencesOf(resource: PlannedResource, side: Side, name: string): readonly string[] {
  if (side === "before" || !hasUnknown(at(valuesOn(resource, side), name))) return [];
  return resource.configured?.[name] ?? [];
}

function hasUnknown(value: Value | undefined): boolean {
  return value === UNKNOWN || (Array.isArray(value) && value.includes(UNKNOWN));
}
