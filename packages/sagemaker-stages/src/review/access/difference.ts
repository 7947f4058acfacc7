import type { Condition } from "./condition";
import type { Grant, Place, Principal, StatementValue } from "./grant";
import type { Permissions } from "./permissions";
import type { Subject, UndeterminedReason } from "./policy";

/** Whether the plan creates, destroys or keeps the resource that has the policies. */
export type Lifecycle = "created" | "destroyed" | "kept";

/** The conditions of a permission, and the resources of the plan that contain the permission. */
export interface Variant {
  readonly conditions: readonly Condition[];
  readonly places: readonly Place[];
}

/** Permissions of one principal that differ before and after the plan: every action on every resource. */
export interface Difference {
  readonly subject: Subject;
  readonly lifecycle: Lifecycle;
  readonly effect: Grant["effect"];
  readonly principal: Principal;
  readonly actions: readonly StatementValue[];
  readonly resources: readonly StatementValue[];
  /** The grants before the plan; empty for new permissions. */
  readonly before: readonly Variant[];
  /** The grants after the plan; empty for removed permissions. */
  readonly after: readonly Variant[];
  /** Whether the principal gains access. */
  readonly widens: boolean;
  /** Whether the public gains access: no Deny excludes the public. */
  readonly opensToPublic: boolean;
  /** Whether the principal had no permission before. */
  readonly isNewPrincipal: boolean;
  /** Narrower permissions on the other side: existing ones for a new grant, remaining ones for a removed grant. */
  readonly narrower: readonly Permissions[];
  /** Whether an undetermined policy can grant the removed permission again. */
  readonly isUncertain: boolean;
}

/** A policy whose content the review cannot determine, and that can differ from the policy before. */
export interface UndeterminedPolicy {
  readonly subject: Subject;
  readonly lifecycle: Lifecycle;
  readonly reason: UndeterminedReason;
  readonly side: "before" | "after";
  readonly widens: boolean;
  readonly places: readonly Place[];
}
