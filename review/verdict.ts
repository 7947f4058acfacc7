import type { Mark } from "./access/access";
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
  const { changes, counts, standing, errored, reservations } = report;
  const doubts = [...(errored ? ["the planning failed, this cannot be applied"] : []), ...reservations];
  if (changes.length === 0 && report.outputs.length === 0) {
    return [...doubts, doubts.length === 0 ? "nothing changes" : "nothing else changes"].join(" · ");
  }
  const lost = lossesInWords(report);
  const parts = [
    ...doubts,
    ...lost,
    ...(standing === "new" ? [`a new environment of ${counts.create} resources`] : []),
    ...rolloutsInWords(changes),
    ...codeInWords(changes),
    ...surfaceInWords(report),
    ...accessInWords(report),
    ...retentionInWords(changes),
    ...costInWords(report),
    ...restInWords(report),
  ];
  if (parts.length === doubts.length) parts.push("outputs change");
  if (lost.length === 0) parts.push("nothing destroyed");
  return parts.join(" · ");
}

/** What nothing else in the verdict stands for, by its kind. */
function restInWords({ changes, standing, access, surface }: EnvironmentReport): string[] {
  const told = new Set([
    ...access.flatMap(({ where }) => where.map(({ address }) => address)),
    ...surface.map(({ address }) => address),
  ]);
  const count = (fits: (change: Change) => boolean): number => changes.filter(fits).length;
  const updated = count(
    (change) =>
      change.kind === "update" && !told.has(change.address) && !isOfRollout(change) && !isCode(change),
  );
  const kinds: readonly (readonly [number, string])[] = [
    [standing === "new" ? 0 : count(({ kind }) => kind === "create"), "created"],
    [count(({ kind }) => kind === "import"), "imported"],
    [updated, "updated"],
    [count(({ kind }) => kind === "tags"), "with other tags"],
    [count(({ kind }) => kind === "move"), "moved"],
    [count(({ kind }) => kind === "leftover"), "left over from a failed rollout, removed"],
    [count(({ kind }) => kind === "forget"), "no longer managed, and left as they are"],
  ];
  return kinds.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
}

/** An endpoint that moves over, and a stage: what they get is told as a rollout, or by what it means. */
function isOfRollout({ type, changed }: Change): boolean {
  return ["aws_sagemaker_endpoint", "aws_api_gateway_stage"].includes(type) && changed.length === 0;
}

function isCode({ type, changed }: Change): boolean {
  return type === "aws_lambda_function" && changed.some(({ name }) => CODE.test(name));
}

const CODE = /^(?:source_code_hash|filename|image_uri|s3_(?:bucket|key|object_version))$/;

function codeInWords(changes: readonly Change[]): string[] {
  const functions = changes.filter((change) => change.kind === "update" && isCode(change)).length;
  return functions === 0 ? [] : [`new code of ${counted(functions, inWords("aws_lambda_function"))}`];
}

/** What was kept is deleted as soon as it is kept for less long. */
function retentionInWords(changes: readonly Change[]): string[] {
  const shorter = changes.filter(({ kind, changed }) => {
    if (kind !== "update") return false;
    const days = changed.find(({ name }) => name === "retention_in_days");
    // 0 is for ever, and is told as nothing.
    return days !== undefined && daysOf(days.after) < daysOf(days.before);
  }).length;
  return shorter === 0 ? [] : [`${counted(shorter, inWords("aws_cloudwatch_log_group"))} kept for less long`];
}

function daysOf(text: string): number {
  return /^[1-9]\d*$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
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
  const opened = surface.filter(isOpen);
  const routes = opened.filter(({ what }) => ROUTE.test(what)).length;
  const others = opened.length - routes;
  const unjudged = surface.some((change) => change.unjudged);
  const weaker = surface.filter((change) => change.opened && !change.public).length;
  const wider = surface.filter((change) => change.widenedCors || change.raisedThrottling).length;
  const names = [
    ...(routes === 0 ? [] : [counted(routes, { one: "route", many: "routes" })]),
    ...(others === 0 ? [] : [counted(others, { one: "other URL", many: "other URLs" })]),
  ].join(" and ");
  return [
    ...(names === "" ? [] : [`${routes === 0 ? names.replace("other ", "") : names} opened to the public`]),
    ...(weaker === 0 ? [] : [`weaker authorization of ${weaker}`]),
    ...(unjudged ? ["a public surface that nobody can judge yet"] : []),
    ...(wider === 0 ? [] : [`wider CORS or throttling of ${wider}`]),
  ];
}

function isOpen(change: EnvironmentReport["surface"][number]): boolean {
  return change.public && !change.unjudged;
}

/** A method and a path. */
const ROUTE = /^[A-Z]+ \//;

/** What nobody overlooks, also in an environment that is new. */
const LOUD: ReadonlySet<Mark> = new Set<Mark>(["other account", "every action", "permissions management"]);

/** Of whom rights are widened: those who are there, and those who come with the plan. */
function accessInWords({ access, surface, standing }: EnvironmentReport): string[] {
  const widening = access.filter(({ widens }) => widens);
  const isPublic = widening.some((change) => change.public);
  const judged = widening.filter((change) => change.change !== "unjudged" && !change.public);
  const those = new Set(
    judged.filter(({ of }) => of.life === "kept").flatMap(({ principals }) => principals),
  );
  const created = judged.filter(({ of }) => of.life === "created");
  const roles = new Set(
    created.filter(({ of }) => of.kind === "identity").flatMap(({ principals }) => principals),
  );
  const isToldByStanding = standing === "new" || created.length === 0;
  const marks = [...new Set(widening.flatMap((change) => change.marks))].filter((mark) => LOUD.has(mark));
  return [
    // A URL that is open needs a permission for anyone: one fact.
    ...(isPublic && !surface.some(isOpen) ? ["anyone is given access"] : []),
    ...(those.size === 0 ? [] : [`access of ${principals(those)} widened`]),
    ...(isToldByStanding
      ? []
      : [
          roles.size === 0
            ? "access to what is new"
            : `rights for ${counted(roles.size, { one: "new principal", many: "new principals" })}`,
        ]),
    ...(marks.length === 0 ? [] : [`to look at: ${marks.sort().join(", ")}`]),
    ...(widening.some(({ change }) => change === "unjudged") ? ["access that nobody can judge yet"] : []),
  ];
}

/** The one by its name, several by their number. */
function principals(names: ReadonlySet<string>): string {
  const [only] = names;
  return names.size === 1 && only !== undefined ? only : `${names.size} principals`;
}

/** What is not counted may come or go: the difference says nothing of it. */
function costInWords({ cost: { atRest } }: EnvironmentReport): string[] {
  if (atRest === null) return [];
  return [
    ...(atRest.isPartial ? ["cost not all known"] : []),
    ...(atRest.difference === 0 ? [] : [`${differenceOf(atRest.difference)} a month`]),
  ];
}
