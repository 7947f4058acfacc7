import { type Change, compareTexts } from "./changes";
import { differenceOf } from "./dollars";
import type { EnvironmentReport } from "./report";
import { byWeight, counted, inWords, isFelt } from "./resource-types";

/** The one line that says what matters, of every environment; those of which the same is said share it. */
export function verdictOf(environments: readonly EnvironmentReport[]): string {
  const names = new Map<string, string[]>();
  for (const one of environments) {
    const said = saidOf(one);
    names.set(said, [...(names.get(said) ?? []), one.environment]);
  }
  return [...names].map(([said, sharing]) => `${sharing.join(", ")}: ${said}`).join(" — ");
}

function saidOf(report: EnvironmentReport): string {
  const { changes, counts, standing, errored } = report;
  const failed = errored ? ["the planning failed, this cannot be applied"] : [];
  if (changes.length === 0 && report.outputs.length === 0) {
    return [...failed, "nothing changes"].join(" · ");
  }
  const lost = lossesInWords(report);
  const parts = [
    ...failed,
    ...lost,
    ...(standing === "new" ? [`a new environment of ${counts.create} resources`] : []),
    ...rolloutsInWords(changes),
    ...surfaceInWords(report),
    ...accessInWords(report),
    ...costInWords(report),
  ];
  const quiet = parts.length === 0;
  if (standing === "lasting" && counts.create > 0) parts.push(`${counts.create} created`);
  if (quiet && counts.update > 0) parts.push(updatesInWords(changes, counts.update));
  if (parts.length === 0) parts.push("outputs change");
  if (lost.length === 0) parts.push("nothing destroyed");
  return parts.join(" · ");
}

function updatesInWords(changes: readonly Change[], count: number): string {
  return changes.every(({ kind }) => kind === "tags") ? `other tags on ${count}` : `${count} updated`;
}

/** `everything destroyed: 2 endpoints, 1 API and 30 more`, `1 endpoint replaced` */
function lossesInWords({ changes, standing }: EnvironmentReport): string[] {
  return (["destroy", "replace"] as const).flatMap((kind) => {
    const lost = changes.filter((change) => change.kind === kind);
    if (lost.length === 0) return [];
    const word = kind === "destroy" ? "destroyed" : "replaced";
    const everything = kind === "destroy" && standing === "gone";
    return [everything ? `everything ${word}: ${listed(lost)}` : `${listed(lost)} ${word}`];
  });
}

/** What is felt most by its type, the rest by its number. */
function listed(changes: readonly Change[]): string {
  const types = [...new Set(changes.map(({ type }) => type))].sort(
    (one, other) => byWeight(one, other) || compareTexts(one, other),
  );
  const felt = types.filter(isFelt);
  const named = felt.length > 0 ? felt : types;
  const shown = named.slice(0, 3);
  const words = shown.map((type) =>
    counted(changes.filter((one) => one.type === type).length, inWords(type)),
  );
  const others = changes.filter(({ type }) => !shown.includes(type)).length;
  return others === 0 ? words.join(", ") : `${words.join(", ")} and ${others} more`;
}

/** A rollout of an endpoint is all that is exchanged below it. */
function rolloutsInWords(changes: readonly Change[]): string[] {
  const configurations = changes.filter(
    ({ kind, type }) => kind === "rollout" && type === "aws_sagemaker_endpoint_configuration",
  ).length;
  const replaced = changes.filter(
    ({ kind, type }) => kind === "replace" && type === "aws_sagemaker_endpoint",
  ).length;
  const endpoints = Math.max(0, configurations - replaced);
  return endpoints === 0 ? [] : [`${endpoints} endpoint ${endpoints === 1 ? "rollout" : "rollouts"}`];
}

/** What opens comes first; what nobody can judge is said, too. */
function surfaceInWords({ surface }: EnvironmentReport): string[] {
  const opened = surface.filter((change) => change.public && !change.unjudged);
  const routes = opened.filter(({ what }) => ROUTE.test(what)).length;
  const others = opened.length - routes;
  const unjudged = surface.filter((change) => change.unjudged).length;
  const weaker = surface.filter((change) => change.opened && !change.public).length;
  return [
    ...(routes === 0 ? [] : [`${counted(routes, { one: "route", many: "routes" })} opened to the public`]),
    ...(others === 0 ? [] : [`${others} more opened to the public`]),
    ...(weaker === 0 ? [] : [`weaker authorization of ${weaker}`]),
    ...(unjudged === 0 ? [] : [`public surface not known before the apply`]),
  ];
}

/** A method and a path. */
const ROUTE = /^[A-Z]+ \//;

/** Of whom rights are widened: those who are there, and those who come with the plan. */
function accessInWords({ access, standing }: EnvironmentReport): string[] {
  const widening = access.filter(({ widens }) => widens);
  const those = new Set(widening.filter(({ of }) => of.life === "kept").map(({ principal }) => principal));
  const created = widening.filter(({ of }) => of.life === "created");
  const roles = new Set(created.filter(({ of }) => of.kind === "identity").map(({ principal }) => principal));
  const isToldByStanding = standing === "new" || created.length === 0;
  return [
    ...(widening.some((change) => change.public) ? ["anyone is given access"] : []),
    ...(those.size === 0 ? [] : [`access of ${principals(those)} widened`]),
    ...(isToldByStanding
      ? []
      : [
          roles.size === 0
            ? "access to what is new"
            : `rights for ${counted(roles.size, { one: "new principal", many: "new principals" })}`,
        ]),
  ];
}

/** The one by its name, several by their number. */
function principals(names: ReadonlySet<string>): string {
  const [only] = names;
  return names.size === 1 && only !== undefined ? only : `${names.size} principals`;
}

function costInWords({ cost }: EnvironmentReport): string[] {
  if (cost.atRest === null || cost.atRest.difference === 0) return [];
  return [`${differenceOf(cost.atRest.difference)} a month`];
}
