import { compareTexts } from "../changes/changes";
import { deployedValues } from "../reading/deployed-values";
import type { Plan } from "../reading/plan";
import type { PlannedResource } from "../reading/planned-resource";
import { MASKED_CHANGED, textOf, type Value, type Values } from "../reading/values";
import { valueText } from "../rendering/phrases/values";
import { alarmRisks, isAlarm } from "./alarms";
import { asyncRisks } from "./async-requests";
import { captureRisks } from "./capture";
import { capturedRetentionRisks, hasExpiration, retentionRisks, timeToLiveRisks } from "./expiration";
import { firewallRisks } from "./firewalls";
import { isHidden, type Pair, pairsAt } from "./levels";
import { movedFunctionRisks } from "./moved-function";
import { multiModelRisks } from "./multi-model";
import { isProtector, protectorRisks } from "./protectors";
import type { Finding, Risk, RiskKind } from "./risk";
import { RULES, type Rule } from "./rules";
import { FUNCTION, runtimeRisks } from "./runtimes";
import { isShared, sharingRisks } from "./sharing";

export type { ExpirationRule, Risk, RiskDetails, RiskKind, RiskValue } from "./risk";

const RULES_OF: ReadonlyMap<string, readonly Rule[]> = RULES.reduce((byType, rule) => {
  for (const type of rule.types) byType.set(type, [...(byType.get(type) ?? []), rule]);
  return byType;
}, new Map<string, Rule[]>());

/** Whether the review has rules for the settings of a type. */
export function isReadForRisks(type: string): boolean {
  return (
    RULES_OF.has(type) ||
    hasExpiration(type) ||
    isShared(type) ||
    isProtector(type) ||
    isAlarm(type) ||
    type === FUNCTION
  );
}

/** The most dangerous first. */
const KINDS: readonly RiskKind[] = ["data loss", "exposure", "outage", "weaker protection", "end of support"];

/**
 * Settings that a plan changes to a more dangerous or a safer value: data loss, exposure, outages, weaker protection
 * and the end of support.
 * The dangerous settings are first.
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
  const { before, after } = deployedValues(resource);
  const rules = RULES_OF.get(resource.type) ?? [];
  return [
    ...distinct(rules.flatMap((rule) => findingsBy(rule, resource, before, after))),
    ...retentionRisks(resource, plan),
    ...capturedRetentionRisks(resource, plan),
    ...timeToLiveRisks(resource),
    ...firewallRisks(resource),
    ...sharingRisks(resource),
    ...protectorRisks(resource, plan),
    ...alarmRisks(resource, plan),
    ...captureRisks(resource),
    ...asyncRisks(resource, plan),
    ...multiModelRisks(resource, plan),
    ...movedFunctionRisks(resource, plan),
    ...runtimeRisks(resource, plan),
  ];
}

/** The first finding of each attribute: the table of rules has the worst rule first. */
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
  // A destroyed resource is a loss itself, and has no dangerous setting any more.
  if (after === undefined || (before === undefined && !rule.appliesToNew)) return [];
  if (rule.appliesTo?.(after) === false) return [];
  return pairsAt(before, after, rule.path).flatMap((pair) => findingAt(rule, resource, pair, before));
}

function findingAt(rule: Rule, resource: PlannedResource, pair: Pair, before: Values | undefined): Finding[] {
  const { attribute } = pair;
  const { kind, risk } = rule;
  const common = { risk, attribute, before: valueText(pair.before), after: valueText(pair.after) };
  const known = rule.level(pair.before);
  if (isHidden(pair.after) || isHidden(pair.before)) {
    if (pair.before === pair.after && !isHidden(pair.after)) return [];
    return isUndetermined(rule, resource, pair, before)
      ? [{ ...common, kind, direction: "undetermined", gates: rule.gates }]
      : [];
  }
  const next = rule.level(pair.after);
  if (typeof pair.after === "symbol" || next === undefined) return [];
  // A new resource is compared with the safe value.
  const last = before === undefined ? 0 : known;
  if (last === undefined || last === next) return [];
  if (next > last) return [{ ...common, kind, direction: "worse", gates: rule.gates }];
  // A higher count is not reported as safer. A protection that is on again is.
  const isBetter = before !== undefined && last === 1 && next === 0;
  return isBetter ? [{ ...common, kind, direction: "better", gates: [] }] : [];
}

/** Whether the dangerous value is possible: it was not set, the configuration sets the attribute, and a gate counts it. */
function isUndetermined(
  rule: Rule,
  resource: PlannedResource,
  pair: Pair,
  before: Values | undefined,
): boolean {
  if (rule.gates.length === 0) return false;
  const [name = ""] = rule.path.split(".");
  const { configured } = resource;
  // An attribute that the configuration does not set has AWS's default, or keeps its value.
  if (configured === undefined ? before === undefined : !Object.hasOwn(configured, name)) return false;
  // A reference is not empty, and neither is a masked value.
  const isSet = (configured?.[name]?.length ?? 0) > 0 || pair.after === MASKED_CHANGED;
  if (isSet && rule.level(undefined) === 1 && rule.level(REFERENCE) === 0) return false;
  const known = before === undefined ? 0 : rule.level(pair.before);
  return known === undefined || known < 1;
}

const REFERENCE: Value = "arn";

/** Attributes with the name of a resource, in the order in which they are read. */
const NAMES = [
  "function_name",
  "bucket",
  "identifier",
  "cluster_identifier",
  "replication_group_id",
  "domain_name",
  "identity_pool_name",
  "table_name",
  "alarm_name",
  "name",
] as const;

function subjectOf(resource: PlannedResource, plan: Plan): Risk["subject"] {
  const { before, after } = deployedValues(resource);
  const { type, path } = resource;
  for (const name of NAMES) {
    const text = textOf(after?.[name]) ?? textOf(before?.[name]);
    if (text !== undefined && text !== "") return { type, name: plan.scrub(text) };
  }
  return { type, name: path };
}
