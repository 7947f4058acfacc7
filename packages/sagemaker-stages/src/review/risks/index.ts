import { inText } from "../attributes";
import { compareTexts } from "../changes";
import { inAws } from "../in-aws";
import type { Plan } from "../plan";
import type { PlannedResource } from "../planned-resource";
import { inWords } from "../resource-types";
import { MASKED_CHANGED, textOf, type Value, type Values } from "../values";
import { hasExpiration, retentionRisks, timeToLiveRisks } from "./expiration";
import { firewallRisks } from "./firewalls";
import { isHidden, type Pair, pairsAt } from "./levels";
import { isProtector, protectorRisks } from "./protectors";
import type { Finding, Risk, RiskKind } from "./risk";
import { RULES, type Rule } from "./rules";
import { FUNCTION, runtimeRisks } from "./runtimes";
import { isShared, sharingRisks } from "./sharing";

export type { Gate, Risk, RiskKind } from "./risk";

const RULES_OF: ReadonlyMap<string, readonly Rule[]> = RULES.reduce((byType, rule) => {
  for (const type of rule.types) byType.set(type, [...(byType.get(type) ?? []), rule]);
  return byType;
}, new Map<string, Rule[]>());

/** Whether it is known of a type which of its settings are dangerous. */
export function isReadForRisks(type: string): boolean {
  return (
    RULES_OF.has(type) || hasExpiration(type) || isShared(type) || isProtector(type) || type === FUNCTION
  );
}

/** The most dangerous first. */
const KINDS: readonly RiskKind[] = ["data loss", "exposure", "outage", "weaker protection"];

/**
 * Settings that a plan changes to a more dangerous value, or to a safer one: what is deleted later because of them, who
 * can reach what, what stops, and which protection is lost. The dangerous ones come first.
 */
export function risksOf(plan: Plan): readonly Risk[] {
  const risks = plan.resources.flatMap((resource) =>
    findingsOf(resource, plan).map(
      (finding): Risk => ({
        ...finding,
        path: resource.path,
        address: resource.address,
        subject: subjectOf(resource, plan),
      }),
    ),
  );
  return risks.sort((one, other) => compareTexts(sortKey(one), sortKey(other)));
}

function sortKey({ direction, kind, gates, address, attribute }: Risk): string {
  const weight = gates.includes("public") ? 0 : KINDS.indexOf(kind) + 1;
  return [direction === "better" ? 1 : 0, weight, address, attribute].join("\n");
}

function findingsOf(resource: PlannedResource, plan: Plan): Finding[] {
  const { before, after } = inAws(resource);
  const rules = RULES_OF.get(resource.type) ?? [];
  return [
    ...distinct(rules.flatMap((rule) => findingsBy(rule, resource, before, after))),
    ...retentionRisks(resource, plan),
    ...timeToLiveRisks(resource),
    ...firewallRisks(resource),
    ...sharingRisks(resource),
    ...protectorRisks(resource, plan),
    ...runtimeRisks(resource, plan),
  ];
}

/** Of several findings about one attribute, the first: the table names the worst first. */
function distinct(findings: readonly Finding[]): Finding[] {
  return findings.filter(
    ({ attribute }, index) => findings.findIndex((one) => one.attribute === attribute) === index,
  );
}

function findingsBy(
  rule: Rule,
  resource: PlannedResource,
  before: Values | undefined,
  after: Values | undefined,
): Finding[] {
  // What goes is a loss by itself, and endangers nothing else.
  if (after === undefined || (before === undefined && !rule.isSaidOfNew)) return [];
  return pairsAt(before, after, rule.path).flatMap((pair) => findingAt(rule, resource, pair, before));
}

function findingAt(rule: Rule, resource: PlannedResource, pair: Pair, before: Values | undefined): Finding[] {
  const { attribute } = pair;
  const { kind } = rule;
  const texts = { attribute, before: inText(pair.before), after: inText(pair.after) };
  const known = rule.level(pair.before);
  if (isHidden(pair.after) || isHidden(pair.before)) {
    if (pair.before === pair.after && !isHidden(pair.after)) return [];
    return isUndetermined(rule, resource, pair, before)
      ? [
          {
            kind,
            direction: "undetermined",
            gates: rule.gates,
            says: `cannot be judged: perhaps it ${rule.worse}`,
            ...texts,
          },
        ]
      : [];
  }
  const next = rule.level(pair.after);
  if (typeof pair.after === "symbol" || next === undefined) return [];
  // A resource that is new was as safe as can be.
  const last = before === undefined ? 0 : known;
  if (last === undefined || last === next) return [];
  if (next > last) return [{ kind, direction: "worse", gates: rule.gates, says: rule.worse, ...texts }];
  // More of something is no news; that it is there again is.
  const isBetter = before !== undefined && last === 1 && next === 0;
  return isBetter ? [{ kind, direction: "better", gates: [], says: rule.better, ...texts }] : [];
}

/** Whether the dangerous value may come: it did not stand there, somebody sets it, and a gate asks for it. */
function isUndetermined(
  rule: Rule,
  resource: PlannedResource,
  pair: Pair,
  before: Values | undefined,
): boolean {
  if (rule.gates.length === 0) return false;
  const [name = ""] = rule.path.split(".");
  const { configured } = resource;
  // What the configuration does not set is AWS's default, or stays as it is.
  if (configured === undefined ? before === undefined : !Object.hasOwn(configured, name)) return false;
  // What refers to something is not empty, nor is what is masked.
  const isThere = (configured?.[name]?.length ?? 0) > 0 || pair.after === MASKED_CHANGED;
  if (isThere && rule.level(undefined) === 1 && rule.level(REFERENCE) === 0) return false;
  const known = before === undefined ? 0 : rule.level(pair.before);
  return known === undefined || known < 1;
}

const REFERENCE: Value = "arn";

/** By what AWS calls a resource, in the order in which it is looked for. */
const NAMES = [
  "function_name",
  "bucket",
  "identifier",
  "cluster_identifier",
  "replication_group_id",
  "domain_name",
  "identity_pool_name",
  "table_name",
  "name",
] as const;

function subjectOf(resource: PlannedResource, plan: Plan): string {
  const { before, after } = inAws(resource);
  const noun = inWords(resource.type).one;
  for (const name of NAMES) {
    const text = textOf(after?.[name]) ?? textOf(before?.[name]);
    if (text !== undefined && text !== "") return plan.scrub(`${noun} ${text}`);
  }
  return resource.path.startsWith(`${noun}.`) ? resource.path : `${noun} ${resource.path}`;
}
