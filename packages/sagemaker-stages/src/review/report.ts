import { type AccessChange, accessChanges } from "./access/access";
import { withRollouts } from "./access/rollout";
import { inText } from "./attributes";
import { type Change, changesOf } from "./changes";
import type { FailedCheck } from "./checks";
import { type CostChange, costChange } from "./cost";
import { type Difference, differencesOf } from "./differences";
import { type Drift, driftOf } from "./drift";
import { unnumbered } from "./masking";
import { type NotRead, notReadIn } from "./not-read";
import type { Plan } from "./plan";
import { type Gate, type Risk, risksOf } from "./risks";
import { planSentence } from "./sentence";
import { type SurfaceChange, surfaceChanges } from "./surface";
import { verdictOf } from "./verdict";

/** What a plan's reader decides by. */
export interface Report {
  /** One line. */
  readonly verdict: string;
  readonly environments: readonly EnvironmentReport[];
  /** What does not change alike in environments that are alike. */
  readonly differences: readonly Difference[];
}

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

/** Reads plans, one an environment, for the human who must decide. */
export function reportOf(plans: readonly Plan[]): Report {
  const reviewed = plans.map((plan) => ({ plan, ...environmentReport(plan) }));
  const environments = reviewed.map(({ plan: _, ...report }) => report);
  const report = { verdict: verdictOf(environments), environments, differences: differencesOf(reviewed) };
  return mapTexts(report, unnumbered);
}

/** `value` with every text in it changed; names of properties are the project's own, or environments'. */
function mapTexts<T>(value: T, change: (text: string) => string): T;
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, change)]));
}

function environmentReport(plan: Plan): EnvironmentReport {
  const changes = changesOf(plan);
  const access = withRollouts(plan, accessChanges(plan));
  const surface = surfaceChanges(plan);
  const risks = risksOf(plan);
  const isGated = (gate: Gate): boolean => risks.some(({ gates }) => gates.includes(gate));
  const count = (...kinds: readonly Change["kind"][]): number =>
    changes.filter(({ kind }) => kinds.includes(kind)).length;
  const counts = {
    import: changes.filter(({ imported }) => imported).length,
    create: count("create"),
    update: count("update", "tags", "move", "forget"),
    rollout: count("rollout", "leftover"),
    replace: count("replace"),
    destroy: count("destroy"),
  };
  // No gate lets pass what the plan does not say in full.
  const isUncertain = plan.errored || plan.reservations.length > 0;
  return {
    environment: plan.environment,
    region: plan.region ?? null,
    standing: standingOf(plan),
    errored: plan.errored,
    failedChecks: plan.failedChecks,
    summary: planSentence(plan),
    counts,
    reservations: plan.reservations,
    unread: plan.unread,
    flags: {
      destroy: isUncertain || counts.destroy + counts.replace > 0 || isGated("destroy"),
      widen:
        isUncertain ||
        access.some(({ widens }) => widens) ||
        surface.some((change) => change.opened || change.public || change.unjudged) ||
        isGated("widen"),
      public:
        isUncertain ||
        surface.some((change) => change.public) ||
        access.some((change) => change.public) ||
        isGated("public"),
    },
    changes,
    access,
    surface,
    risks,
    drift: driftOf(plan),
    notRead: notReadIn(changes, access, surface),
    cost: costChange(plan),
    outputs: plan.outputs
      .filter(({ actions }) => !actions.every((action) => action === "no-op"))
      .map(({ name, before, after }) => ({ name, before: inText(before), after: inText(after) })),
  };
}

function standingOf({ resources }: Plan): EnvironmentReport["standing"] {
  if (resources.length > 0 && resources.every(({ before }) => before === undefined)) return "new";
  // What Terraform forgets is still there.
  const isGone = resources.every(({ after, actions }) => after === undefined && !actions.includes("forget"));
  return resources.length > 0 && isGone ? "gone" : "lasting";
}
