import type { AtRest } from "../../cost";
import type { Outage } from "../../outages";
import { counted, differenceOf, dollars, firstOf, type Noun } from "./formats";
import { durationText } from "./outages";

/** Names in one part of the verdict. */
const MAX_NAMED = 3;

/** Parts of one kind in the verdict. */
const MAX_PARTS = 3;

/** The fixed parts of the verdict. */
export const VERDICT = {
  nothing: "nothing changes",
  nothingElse: "nothing else changes",
  nothingDestroyed: "nothing destroyed",
  outputs: "outputs change",
  failedPlan: "the plan failed and cannot be applied",
  costPartlyUnknown: "cost partly unknown",
} as const;

/** The first parts, and the number of the rest. */
export function firstParts(parts: readonly string[], max = MAX_PARTS): string[] {
  if (parts.length <= max + 1) return [...parts];
  return [...parts.slice(0, max), `${parts.length - max} more of this kind`];
}

/** Names without duplicates: the first names, and the number of the rest. */
export function namesOf(names: readonly string[]): string {
  return firstOf([...new Set(names)], MAX_NAMED);
}

/** `2 checks failed (check.a and check.b)` */
export function failedChecks(names: readonly string[]): string {
  return `${counted(names.length, "check")} failed (${firstOf(names, MAX_NAMED)})`;
}

/** `1 resource deleted outside of Terraform (stage/api)` */
export function driftPart(kind: "deleted" | "changed", paths: readonly string[]): string {
  return `${counted(paths.length, "resource")} ${kind} outside of Terraform (${firstOf(paths, MAX_NAMED)})`;
}

/** `new environment, 33 resources, $16.20 a month without requests` */
export function newEnvironment(resources: number, atRest: AtRest | null): string {
  const parts = ["new environment", counted(resources, "resource")];
  // Without prices, nothing is known about the cost.
  if (atRest !== null) parts.push(monthlyCost(atRest));
  return parts.join(", ");
}

function monthlyCost({ after, isIncomplete }: AtRest): string {
  // "At least $0.00" would look like an environment that costs nothing.
  if (isIncomplete.after && dollars(after) === dollars(0)) return "monthly price without requests unknown";
  return `${isIncomplete.after ? "at least " : ""}${dollars(after)} a month without requests`;
}

/** `everything destroyed (2 endpoints and 3 more)`, `1 endpoint replaced` */
export function lossPart(kind: "destroy" | "replace", resources: string, isEverything: boolean): string {
  const participle = kind === "destroy" ? "destroyed" : "replaced";
  return isEverything ? `everything ${participle} (${resources})` : `${resources} ${participle}`;
}

/** `2 endpoints, 1 API and 30 more` */
export function resourcesOf(
  shown: readonly (readonly [count: number, label: Noun])[],
  others: number,
): string {
  const texts = shown.map(([count, label]) => counted(count, label)).join(", ");
  return others === 0 ? texts : `${texts} and ${others} more`;
}

/** `2 routes opened to the public (POST /a and POST /b)` */
export function openedPart(kind: "route" | "URL", subjects: readonly string[], count: number): string {
  return `${counted(count, kind)} opened to the public (${namesOf(subjects)})`;
}

/** `POST /ticket-urgency no longer requires a signature` */
export function openedSubject(subject: string, credentials: readonly string[]): string {
  return credentials.length === 0 ? subject : `${subject} no longer requires ${credentials.join(" and ")}`;
}

/** `weaker authorization (POST /a no longer requires an API key)` */
export function weakerAuthorization(subjects: readonly string[]): string {
  return `weaker authorization (${namesOf(subjects)})`;
}

/** `keys open more routes (customer acme: POST /prod/churn)` */
export function moreKeyRoutes(
  subjects: readonly (readonly [subject: string, routes: readonly string[]])[],
): string {
  return `keys open more routes (${namesOf(subjects.map(([subject, routes]) => `${subject}: ${namesOf(routes)}`))})`;
}

/** `anyone gains access to bucket models` */
export function publicAccessTo(resource: string): string {
  return `anyone gains access to ${resource}`;
}

/** `closed to the public: POST /a` */
export function closedPart(subjects: readonly string[]): string {
  return `closed to the public: ${namesOf(subjects)}`;
}

/** `wider CORS or higher limits: POST /a` */
export function widerPart(subjects: readonly string[]): string {
  return `wider CORS or higher limits: ${namesOf(subjects)}`;
}

/** `longer waits, which cost more: POST /a` */
export function longerPart(subjects: readonly string[]): string {
  return `longer waits, which cost more: ${namesOf(subjects)}`;
}

/** `calls fail after the apply: POST /a and endpoint prod-churn` */
export function failingPart(lasts: Outage["lasts"], subjects: readonly string[]): string {
  return `calls fail ${durationText({ lasts })}: ${namesOf(subjects)}`;
}

/** `502 for a few seconds during the apply, because the transfer mode changes: POST /a` */
export function switchedPart(subjects: readonly string[]): string {
  return `502 for a few seconds during the apply, because the transfer mode changes: ${namesOf(subjects)}`;
}

/** `role churn gains permissions`, `3 principals gain permissions` */
export function widerPermissions(principals: readonly string[]): string[] {
  const distinct = [...new Set(principals)];
  if (distinct.length === 0) return [];
  return distinct.length === 1
    ? [`${distinct[0]} gains permissions`]
    : [`${counted(distinct.length, "principal")} gain permissions`];
}

/** `wider access to bucket models`, `wider access to 3 resources` */
export function widerAccess(resources: readonly string[]): string[] {
  const distinct = [...new Set(resources)];
  if (distinct.length === 0) return [];
  return [`wider access to ${distinct.length === 1 ? distinct[0] : counted(distinct.length, "resource")}`];
}

/** `permissions for 2 new principals` */
export function newPermissions(principals: number): string {
  return `permissions for ${counted(principals, "new principal")}`;
}

/** `access to new resources (bucket models)` */
export function accessToNew(resources: readonly string[]): string {
  return `access to new resources (${namesOf(resources)})`;
}

/** `role churn loses permissions` */
export function narrowerPermissions(principals: readonly string[]): string[] {
  const distinct = [...new Set(principals)];
  if (distinct.length === 0) return [];
  return [`${namesOf(distinct)} ${distinct.length === 1 ? "loses" : "lose"} permissions`];
}

/** `narrower access to bucket models` */
export function narrowerAccess(resources: readonly string[]): string[] {
  return resources.length === 0 ? [] : [`narrower access to ${namesOf(resources)}`];
}

/** `more principals can assume role churn` */
export function widerTrust(role: string): string {
  return `more principals can assume ${role}`;
}

/** `check: every action, other account` */
export function flagsPart(flags: readonly string[]): string {
  return `check: ${flags.join(", ")}`;
}

/** `undetermined: POST /a and access to bucket models` */
export function undeterminedPart(names: readonly string[]): string {
  return `undetermined: ${namesOf(names)}`;
}

/** `access of role r`, `access to bucket b` */
export function accessOf(resource: string): string {
  return `access ${/^(?:role|user|group) /.test(resource) ? "of" : "to"} ${resource}`;
}

/** `publicly_accessible of database d` */
export function attributeOf(attribute: string, subject: string): string {
  return `${attribute} of ${subject}`;
}

/** `3 changes not determined (google_storage_bucket)` */
export function unsupportedPart(count: number, types: readonly string[]): string {
  return `${counted(count, "change")} not determined (${firstOf(types, MAX_NAMED)})`;
}

/** `improved: bucket b is encrypted` */
export function improvedPart(sentence: string): string {
  return `improved: ${sentence}`;
}

/** `1 endpoint rollout` */
export function endpointRollouts(count: number): string {
  return counted(count, "endpoint rollout");
}

/** `2 policies rolled out` */
export function rolloutPart(resources: string): string {
  return `${resources} rolled out`;
}

/** `new code for 2 functions` */
export function codePart(functions: number): string {
  return `new code for ${counted(functions, "function")}`;
}

/** `2 updated` */
export function remainingPart(
  count: number,
  kind: "created" | "imported" | "updated" | "tags" | "moved" | "leftover" | "forgotten",
): string {
  return `${count} ${REMAINING[kind]}`;
}

const REMAINING = {
  created: "created",
  imported: "imported",
  updated: "updated",
  tags: "with changed tags",
  moved: "moved",
  leftover: "destroyed after a failed rollout",
  forgotten: "no longer managed by Terraform",
} as const;

/** `+$1.50 per month` */
export function costPart({ difference }: AtRest): string {
  return `${differenceOf(difference)} per month`;
}

/** `3 changes` */
export function changesPart(count: number): string {
  return counted(count, "change");
}
