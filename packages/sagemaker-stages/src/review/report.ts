import { accessChanges } from "./access/access";
import { withRollouts } from "./access/rollout";
import { inText } from "./attributes";
import { type Change, changesOf } from "./changes";
import { costChange } from "./cost";
import { type Difference, differencesOf } from "./differences";
import { driftOf } from "./drift";
import type { EnvironmentReport } from "./environment-report";
import { unnumbered } from "./masking";
import { notReadIn } from "./not-read";
import type { Plan } from "./plan";
import { type Gate, risksOf } from "./risks";
import { planSentence } from "./sentence";
import { surfaceChanges } from "./surface";
import { verdictOf } from "./verdict";

/** What a plan's reader decides by. */
export interface Report {
  /** One line. */
  readonly verdict: string;
  readonly environments: readonly EnvironmentReport[];
  /** What does not change alike in environments that are alike. */
  readonly differences: readonly Difference[];
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
