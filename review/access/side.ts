import type { PlannedResource } from "../plan";
import { at, UNKNOWN, type Value, type Values } from "../values";

/** Before the apply, or after it. */
export type Side = "before" | "after";

/** What the resource is on that side, in AWS: what Terraform forgets stays as it is. */
export function valuesOn(resource: PlannedResource, side: Side): Values | undefined {
  if (side === "after" && resource.actions.includes("forget")) return resource.before;
  return resource[side];
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

function isMirrored({ configured, before, after }: PlannedResource, name: string): boolean {
  if (configured === undefined || after === undefined || Object.hasOwn(configured, name)) return false;
  // Taken out of the configuration, an attribute that AWS does not give goes.
  const isGone = before !== undefined && (after[name] === null || after[name] === undefined);
  return !isGone;
}

/** Addresses that the attribute's configuration refers to, where its value is known after the apply alone. */
export function referencesOf(resource: PlannedResource, side: Side, name: string): readonly string[] {
  if (side === "before" || !hasUnknown(at(valuesOn(resource, side), name))) return [];
  return resource.configured?.[name] ?? [];
}

function hasUnknown(value: Value | undefined): boolean {
  return value === UNKNOWN || (Array.isArray(value) && value.includes(UNKNOWN));
}
