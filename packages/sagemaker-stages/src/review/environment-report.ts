import type { AccessChange } from "./access/access-change";
import type { Change } from "./changes";
import type { FailedCheck } from "./checks";
import type { CostChange } from "./cost";
import type { Drift } from "./drift";
import type { NotRead } from "./not-read";
import type { Risk } from "./risks";
import type { SurfaceChange } from "./surface";

/** What becomes of one environment. */
export interface EnvironmentReport {
  readonly environment: string;
  /** `null` where the plan does not say. */
  readonly region: string | null;
  /** Whether nothing of it exists yet, or nothing of it will. */
  readonly standing: "new" | "gone" | "lasting";
  /** Whether the planning failed: such a plan cannot be applied. */
  readonly errored: boolean;
  /** Why the plan does not say all that it will do. */
  readonly reservations: readonly string[];
  /** What the plan holds and the review does not judge, in words. */
  readonly unread: readonly string[];
  /** Checks, conditions and validations of the configuration that do not hold. */
  readonly failedChecks: readonly FailedCheck[];
  /** Terraform's own sentence: `Plan: 1 to import, 2 to add, 3 to change, 1 to destroy.` */
  readonly summary: string;
  readonly counts: Counts;
  readonly flags: Flags;
  readonly changes: readonly Change[];
  readonly access: readonly AccessChange[];
  readonly surface: readonly SurfaceChange[];
  /** Settings that become more dangerous, or safer. */
  readonly risks: readonly Risk[];
  /** What somebody changed outside of Terraform. */
  readonly drift: readonly Drift[];
  /** Types that change, and of which nothing is judged. */
  readonly notRead: readonly NotRead[];
  readonly cost: CostChange;
  readonly outputs: readonly OutputChange[];
}

/** How many resources. */
export interface Counts {
  readonly import: number;
  readonly create: number;
  readonly update: number;
  readonly rollout: number;
  readonly replace: number;
  readonly destroy: number;
}

/** What a gate can ask for. */
export interface Flags {
  /**
   * A resource is destroyed or replaced, or AWS deletes stored data or backups because of a setting. True of a plan that
   * is not complete, as are the others.
   */
  readonly destroy: boolean;
  /** Somebody can do, reach or call what they could not before, or nobody can judge it. */
  readonly widen: boolean;
  /** Everybody can use or call what they could not before, or nobody can judge it. */
  readonly public: boolean;
}

/** An output that changes. */
export interface OutputChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}
