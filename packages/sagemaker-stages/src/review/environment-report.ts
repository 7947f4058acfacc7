import type { Gate } from "../lib/gates";
import type { AccessChange } from "./access/access-change";
import type { Change } from "./changes/changes";
import type { Drift } from "./changes/drift";
import type { CostChange } from "./cost";
import type { Outage } from "./outages";
import type { FailedCheck } from "./reading/checks";
import type { ReleaseChange } from "./releases/changes";
import type { Risk } from "./risks";
import type { SurfaceChange } from "./surface";
import type { UnsupportedType } from "./unsupported-types";

/** The review of one environment as data. */
export interface EnvironmentReport {
  readonly environment: string;
  /** `null` where the plan does not contain the region. */
  readonly region: string | null;
  /** Whether all resources are new, or all resources are destroyed. */
  readonly lifecycle: "created" | "destroyed" | "kept";
  /** Whether the environment has `protected: true`; `null` if the synthesized stack was not read. */
  readonly protected: boolean | null;
  /** Whether the plan failed: such a plan cannot be applied. */
  readonly errored: boolean;
  /** Why the plan does not contain all changes. */
  readonly incompleteReasons: readonly string[];
  /** Parts of the plan that the review does not evaluate. */
  readonly unsupportedParts: readonly string[];
  /** Failed checks, conditions and validations of the configuration. */
  readonly failedChecks: readonly FailedCheck[];
  /** Numbers as Terraform counts them: a replacement counts as an addition and a destruction. */
  readonly planned: PlannedCounts;
  readonly counts: Counts;
  readonly flags: Flags;
  readonly changes: readonly Change[];
  readonly access: readonly AccessChange[];
  readonly surface: readonly SurfaceChange[];
  /** Settings that become more dangerous or safer. */
  readonly risks: readonly Risk[];
  /** Routes, endpoints and other addresses whose callers receive errors during or after the apply. */
  readonly outages: readonly Outage[];
  /** Changes that were made outside of Terraform. */
  readonly drift: readonly Drift[];
  /** Changed types that the review does not support. */
  readonly unsupportedTypes: readonly UnsupportedType[];
  readonly cost: CostChange;
  /** Models that serve another release than before. */
  readonly releases: readonly ReleaseChange[];
  readonly outputs: readonly OutputChange[];
}

/** Terraform's numbers of resources. */
export interface PlannedCounts {
  readonly import: number;
  readonly add: number;
  readonly change: number;
  readonly destroy: number;
  readonly forget: number;
}

/** The review's numbers of resources. */
export interface Counts {
  readonly import: number;
  readonly create: number;
  readonly update: number;
  readonly rollout: number;
  readonly replace: number;
  readonly destroy: number;
}

/** The gates of `--fail-on`. All are true for an incomplete plan. */
export interface Flags extends Readonly<Record<Gate, boolean>> {
  /** A resource is destroyed or replaced, or a setting makes AWS delete stored data or backups. */
  readonly destroy: boolean;
  /** A principal gains permissions, or reaches or calls more than before, or that is undetermined. */
  readonly widen: boolean;
  /** Anyone can use or call more than before, or that is undetermined. */
  readonly public: boolean;
  /** A caller of a deployed route or endpoint receives errors during or after the apply, or that is undetermined. */
  readonly outage: boolean;
}

/** A changed output. */
export interface OutputChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}
