import type { PlannedResource } from "../reading/planned-resource";
import { MASKED, MASKED_CHANGED, UNKNOWN, type Value } from "../reading/values";
import { type DocumentContext, readDocument } from "./document";
import type { Grant, Place, Principal } from "./grant";
import type { ResourceRef } from "./resource-index";
import type { Side } from "./side";

/**
 * - `identity`: a policy of a role, user or group;
 * - `trust`: the trust policy of a role;
 * - `resource`: a resource-based policy;
 * - `endpoint-policy`: a policy of a VPC endpoint or of an API. Without such a policy, every request passes;
 * - `other`: permissions without a policy document.
 */
export type PolicyKind = "identity" | "trust" | "resource" | "endpoint-policy" | "other";

/** Why the content of a policy is undetermined. */
export type UndeterminedReason = "known after apply" | "masked" | "unsupported";

/** Policies of one kind and one resource, which are compared together. */
export interface Subject {
  /** Equal before and after the plan. */
  readonly key: string;
  readonly kind: PolicyKind;
  readonly resource: ResourceRef;
}

/** A policy on one side of a plan. */
export interface Policy {
  readonly subject: Subject;
  readonly places: readonly Place[];
  /** Undefined if the content is undetermined. */
  readonly grants: readonly Grant[] | undefined;
  readonly undetermined?: UndeterminedReason;
  /** Of a policy that cannot be checked: the same on both sides where it is the same. */
  readonly sameAs?: string;
}

/** Creates the subject for policies of a kind and a resource. */
export function subjectOf(kind: PolicyKind, resource: ResourceRef): Subject {
  return { key: `${kind} ${resource.key}`, kind, resource };
}

/** The start of the label of a managed policy that is a permissions boundary: the policy grants nothing. */
export const BOUNDARY = "permissions boundary ";

/** The start of the name of all principals that a permissions boundary limits. */
export const WITHIN_BOUNDARY = "principals limited by the permissions boundary ";

/** The start of the name of all principals with a policy that the plan attaches to no principal. */
export const WITH_POLICY = "principals with the ";

/** The principal of a statement that names no principal. */
export function principalOf({ kind, resource }: Subject): Principal {
  if (resource.label.startsWith(BOUNDARY)) {
    return { kind: "holder", name: `${WITHIN_BOUNDARY}${resource.label.slice(BOUNDARY.length)}` };
  }
  return kind !== "identity" || resource.key.startsWith("managed policy:")
    ? { kind: "holder", name: `${WITH_POLICY}${resource.label}` }
    : { kind: "identity", name: resource.label };
}

/** The resource of a statement that names no resource. */
export function resourceOf({ kind, resource }: Subject): string {
  return kind === "identity" ? "*" : resource.label;
}

/** The address and the path of a resource. */
export function placeOf({ address, path }: PlannedResource): Place {
  return { address, path };
}

/** Reads the policy in an attribute's value: a document, or an undetermined policy. */
export function policyFrom(
  value: Value,
  subject: Subject,
  resource: PlannedResource,
  side: Side,
  places: readonly Place[] = [placeOf(resource)],
): Policy {
  const common = { subject, places };
  if (typeof value === "string") {
    const context: DocumentContext = {
      principal: principalOf(subject),
      resource: resourceOf(subject),
      places,
    };
    const grants = readDocument(value, context);
    return grants === undefined ? undetermined(common, "unsupported", value) : { ...common, grants };
  }
  return undeterminedPolicy(value, subject, resource, side, places);
}

/** Creates an undetermined policy for a value that the plan does not show. */
export function undeterminedPolicy(
  value: Value,
  subject: Subject,
  resource: PlannedResource,
  side: Side,
  places: readonly Place[] = [placeOf(resource)],
): Policy {
  const common = { subject, places };
  if (value === MASKED) return undetermined(common, "masked", `masked in ${resource.address}`);
  const here = `${side} in ${resource.address}`;
  if (value === MASKED_CHANGED) return undetermined(common, "masked", here);
  return undetermined(common, value === UNKNOWN ? "known after apply" : "unsupported", here);
}

function undetermined(
  common: Pick<Policy, "subject" | "places">,
  reason: UndeterminedReason,
  sameAs: string,
): Policy {
  return { ...common, grants: undefined, undetermined: reason, sameAs: `${reason}: ${sameAs}` };
}
