import type { Condition } from "./condition";
import type { Grant, Named, Place, Principal } from "./grant";
import type { Subject, Unjudged } from "./policy";
import type { Rights } from "./rights";

/** Whether the plan creates or destroys the thing that policies are of. */
export type Life = "created" | "destroyed" | "kept";

/** Conditions on which a right is given, and where it stands. */
export interface Variant {
  readonly conditions: readonly Condition[];
  readonly places: readonly Place[];
}

/** Rights that are not the same on both sides: of one principal, each of the actions on each of the resources. */
export interface Difference {
  readonly subject: Subject;
  readonly life: Life;
  readonly effect: Grant["effect"];
  readonly principal: Principal;
  readonly actions: readonly Named[];
  readonly resources: readonly Named[];
  /** How the rights are given before; empty where they are new. */
  readonly before: readonly Variant[];
  /** Empty where they go. */
  readonly after: readonly Variant[];
  /** Whether somebody can do what they could not. */
  readonly widens: boolean;
  /** Whether something of it is for anyone now: no Deny keeps it from strangers. */
  readonly opensToAnyone: boolean;
  /** Whether its principal had no right at all before. */
  readonly isNewcomer: boolean;
  /** Narrower rights: of a new one those that were there, of one that goes those that stay. */
  readonly narrower: readonly Rights[];
  /** Whether a policy that nobody can judge may give again what goes. */
  readonly isUncertain: boolean;
}

/** A policy that nobody can judge, and that may be another than before. */
export interface Unclear {
  readonly subject: Subject;
  readonly life: Life;
  readonly reason: Unjudged;
  readonly side: "before" | "after";
  readonly widens: boolean;
  readonly places: readonly Place[];
}
