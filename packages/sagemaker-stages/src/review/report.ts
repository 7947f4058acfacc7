import type { Gate } from "../lib/gates";
import { accessChanges } from "./access/access";
import { withRollouts } from "./access/rollout";
import { type Change, changesOf } from "./changes/changes";
import { driftOf } from "./changes/drift";
import { costChange } from "./cost";
import type { EnvironmentReport } from "./environment-report";
import { mapTexts } from "./map-texts";
import { unnumbered } from "./masking/masking";
import { outagesOf } from "./outages";
import type { Plan } from "./reading/plan";
import { RELEASES_RESOURCE, releaseChanges } from "./releases/changes";
import { type Difference, differencesOf } from "./rendering/differences";
import { valueText } from "./rendering/phrases/values";
import { verdictOf } from "./rendering/verdict";
import { risksOf } from "./risks";
import { surfaceChanges } from "./surface";
import { unsupportedTypesIn } from "./unsupported-types";

/** A review of one or more plans as data. */
export interface Report {
  /** The most important changes, in one line. */
  readonly verdict: string;
  readonly environments: readonly EnvironmentReport[];
  /** Resources that change differently in environments that exist before and after. */
  readonly differences: readonly Difference[];
}

/** Reviews plans, one per environment. */
export function reportOf(plans: readonly Plan[]): Report {
  const reviewed = plans.map((plan) => ({ plan, ...environmentReport(plan) }));
  const environments = reviewed.map(({ plan: _, ...report }) => report);
  const report = { verdict: verdictOf(environments), environments, differences: differencesOf(reviewed) };
  return mapTexts(report, unnumbered);
}

function environmentReport(plan: Plan): EnvironmentReport {
  const lifecycle = lifecycleOf(plan);
  const releases = lifecycle === "destroyed" ? [] : releaseChanges(plan);
  // A changed release is a part of the report, and its resource exists only in Terraform's state.
  const allChanges = changesOf(plan);
  const changes = allChanges.filter(({ address }) => releases.length === 0 || address !== RELEASES_RESOURCE);
  const access = withRollouts(plan, accessChanges(plan));
  const surface = surfaceChanges(plan);
  const risks = risksOf(plan);
  const outages = outagesOf(plan, { changes: allChanges, surface, risks });
  const isGated = (gate: Gate): boolean => risks.some(({ gates }) => gates.includes(gate));
  // The numbers are Terraform's numbers, which contain the resource of the releases.
  const count = (...kinds: readonly Change["kind"][]): number =>
    allChanges.filter(({ kind }) => kinds.includes(kind)).length;
  const counts = {
    import: allChanges.filter(({ imported }) => imported).length,
    create: count("create"),
    update: count("update", "tags", "move", "forget"),
    rollout: count("rollout", "leftover"),
    replace: count("replace"),
    destroy: count("destroy"),
  };
  // No gate passes an incomplete plan.
  const isUncertain = plan.errored || plan.incompleteReasons.length > 0;
  return {
    environment: plan.environment,
    region: plan.region ?? null,
    lifecycle,
    protected: plan.isProtected ?? null,
    errored: plan.errored,
    failedChecks: plan.failedChecks,
    planned: plannedOf(plan),
    counts,
    incompleteReasons: plan.incompleteReasons,
    unsupportedParts: plan.unsupportedParts,
    flags: {
      destroy: isUncertain || counts.destroy + counts.replace > 0 || isGated("destroy"),
      widen:
        isUncertain ||
        access.some(({ widens }) => widens) ||
        surface.some((change) => change.opened || change.public || change.undetermined) ||
        isGated("widen"),
      public:
        isUncertain ||
        surface.some((change) => change.public) ||
        access.some((change) => change.public) ||
        isGated("public"),
      outage: isUncertain || outages.length > 0,
    },
    changes,
    access,
    surface,
    risks,
    outages,
    drift: driftOf(plan),
    unsupportedTypes: unsupportedTypesIn(changes, access, surface),
    cost: costChange(plan),
    releases,
    outputs: plan.outputs
      .filter(({ actions }) => !actions.every((action) => action === "no-op"))
      .map(({ name, before, after }) => ({ name, before: valueText(before), after: valueText(after) })),
  };
}

function lifecycleOf({ resources }: Plan): EnvironmentReport["lifecycle"] {
  if (resources.length > 0 && resources.every(({ before }) => before === undefined)) return "created";
  // A resource that Terraform forgets still exists.
  const isGone = resources.every(({ after, actions }) => after === undefined && !actions.includes("forget"));
  return resources.length > 0 && isGone ? "destroyed" : "kept";
}

function plannedOf({ resources }: Plan): EnvironmentReport["planned"] {
  const count = (action: string): number =>
    resources.filter(({ actions }) => (actions as readonly string[]).includes(action)).length;
  return {
    import: resources.filter((one) => one.imported).length,
    add: count("create"),
    change: count("update"),
    destroy: count("delete"),
    forget: count("forget"),
  };
}
