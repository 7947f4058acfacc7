import type { PlannedResource } from "../planned-resource";
import { MASKED, MASKED_CHANGED, UNKNOWN, type Value } from "../values";
import { readDocument, type Standing } from "./document";
import type { Grant, Place, Principal } from "./grant";
import type { Side } from "./side";
import type { Thing } from "./things";

/**
 * - `identity`: what a role, user or group may do;
 * - `trust`: who may take a role;
 * - `resource`: who may do what with a resource;
 * - `gate`: the same, where everything passes if there is no policy;
 * - `other`: what something gives by itself that is no policy.
 */
export type PolicyKind = "identity" | "trust" | "resource" | "gate" | "other";

/** Why nobody can judge a policy. */
export type Unjudged = "known after apply" | "masked" | "not understood";

/** What policies are compared of: those of one thing, and of one kind. */
export interface Subject {
  /** The same on both sides for the same subject. */
  readonly key: string;
  readonly kind: PolicyKind;
  readonly thing: Thing;
}

/** A policy on one side of a plan. */
export interface Policy {
  readonly subject: Subject;
  readonly places: readonly Place[];
  /** Undefined where nobody can judge it. */
  readonly grants: readonly Grant[] | undefined;
  readonly unjudged?: Unjudged;
  /** Of a policy that cannot be judged: the same on both sides where it is the same. */
  readonly sameAs?: string;
}

/** The subject that a thing is for policies of a kind. */
export function subjectOf(kind: PolicyKind, thing: Thing): Subject {
  return { key: `${kind} ${thing.key}`, kind, thing };
}

/** With what the label of a policy begins that limits others, and gives nothing by itself. */
export const BOUNDARY = "permissions boundary ";

/** With what the name of those begins whom such a policy limits. */
export const WITHIN_BOUNDARY = "identities within the permissions boundary ";

/** Who a subject is where its policies name nobody. */
export function principalOf({ kind, thing }: Subject): Principal {
  if (thing.label.startsWith(BOUNDARY)) {
    return { kind: "holder", name: `${WITHIN_BOUNDARY}${thing.label.slice(BOUNDARY.length)}` };
  }
  if (kind !== "identity") return { kind: "holder", name: `whoever has ${thing.label}` };
  return thing.key.startsWith("managed policy:")
    ? { kind: "holder", name: `whoever has the ${thing.label}` }
    : { kind: "identity", name: thing.label };
}

/** What the policies of a subject are about where they do not say. */
export function resourceOf({ kind, thing }: Subject): string {
  return kind === "identity" ? "*" : thing.label;
}

/** The place that a resource is. */
export function placeOf({ address, path }: PlannedResource): Place {
  return { address, path };
}

/** The policy that is an attribute's value: a text with a document, or one that nobody can read. */
export function policyFrom(
  value: Value,
  subject: Subject,
  resource: PlannedResource,
  side: Side,
  places: readonly Place[] = [placeOf(resource)],
): Policy {
  const common = { subject, places };
  if (typeof value === "string") {
    const standing: Standing = { principal: principalOf(subject), resource: resourceOf(subject), places };
    const grants = readDocument(value, standing);
    return grants === undefined ? unjudged(common, "not understood", value) : { ...common, grants };
  }
  return unreadable(value, subject, resource, side, places);
}

/** The policy of which a value says only that there is one. */
export function unreadable(
  value: Value,
  subject: Subject,
  resource: PlannedResource,
  side: Side,
  places: readonly Place[] = [placeOf(resource)],
): Policy {
  const common = { subject, places };
  if (value === MASKED) return unjudged(common, "masked", `masked in ${resource.address}`);
  const here = `${side} in ${resource.address}`;
  if (value === MASKED_CHANGED) return unjudged(common, "masked", here);
  return unjudged(common, value === UNKNOWN ? "known after apply" : "not understood", here);
}

function unjudged(common: Pick<Policy, "subject" | "places">, reason: Unjudged, sameAs: string): Policy {
  return { ...common, grants: undefined, unjudged: reason, sameAs: `${reason}: ${sameAs}` };
}
