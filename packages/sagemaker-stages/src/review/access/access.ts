import { createHash } from "node:crypto";
import { compareTexts } from "../changes/changes";
import type { Plan } from "../reading/plan";
import { at, textOf } from "../reading/values";
import {
  principalText,
  sentenceOf,
  shortSentenceOf,
  statementValueText,
  undeterminedPolicySentence,
} from "../rendering/phrases/change-sentence";
import type { AccessChange } from "./access-change";
import { compare } from "./compare";
import type { Difference, Lifecycle, UndeterminedPolicy } from "./difference";
import type { Place, Principal } from "./grant";
import { IdentityPolicies } from "./identity-policies";
import { combinePermissions, grouped, type Permissions } from "./permissions";
import type { Policy, PolicyKind, UndeterminedReason } from "./policy";
import { ResourceIndex } from "./resource-index";
import { newDefaultEndpointPolicies, resourcePolicies } from "./resource-policies";
import { accountsIn, type RiskFlag, riskFlagsOf } from "./risk-flags";
import { type ShownCondition, shown } from "./shown-condition";
import { valuesOn } from "./side";
import { canBePublic } from "./unsupported-policies";

export type { Lifecycle, Place, PolicyKind, RiskFlag, ShownCondition, UndeterminedReason };

/**
 * The access changes of a plan. Policies are compared by the permissions that they grant, and not by their text.
 * Changes that widen access are first; then the order is by principal, action and resource.
 */
export function accessChanges(plan: Plan): AccessChange[] {
  const before = new ResourceIndex(plan, "before");
  const after = new ResourceIndex(plan, "after");
  const accounts = accountsIn(arnsIn(plan), plan.accountId);
  const sides = { before: policiesOn(plan, before), after: policiesOn(plan, after) };

  const differences: Difference[] = [];
  const undetermined: UndeterminedPolicy[] = [];
  for (const key of new Set([...sides.before.bySubject.keys(), ...sides.after.bySubject.keys()])) {
    const [old, next] = [sides.before.bySubject.get(key) ?? [], sides.after.bySubject.get(key) ?? []];
    const subject = (next[0] ?? old[0])?.subject;
    if (subject === undefined) continue;
    const found = compare(subject, lifecycleOf(subject.resource.key, before, after), old, next);
    const isReported = (one: Difference): boolean => {
      const [action] = one.actions;
      if (action?.kind === "reference" && ONE_SIDED.has(action.what)) {
        // The review already reports every permission of a role that the plan creates.
        const role = `role:${action.text}`;
        const isNewRole = action.what === "role" && lifecycleOf(role, before, after) === "created";
        return one.widens && !isNewRole;
      }
      // The permissions of an attached policy are reported for the principals that have the policy.
      return !(one.after.length > 0 ? sides.after : sides.before).attached.has(subject.resource.key);
    };
    differences.push(...found.differences.filter(isReported));
    undetermined.push(
      ...found.undetermined.filter(({ side }) => !sides[side].attached.has(subject.resource.key)),
    );
  }
  return inOrder([...merged(differences, accounts), ...undetermined.map(undeterminedChange)]);
}

/** References that are reported only if they widen access. */
const ONE_SIDED: ReadonlySet<string> = new Set(["role", "public access block"]);

interface PoliciesOnSide {
  readonly bySubject: ReadonlyMap<string, readonly Policy[]>;
  /** Keys of managed policies that the plan attaches to a principal. */
  readonly attached: ReadonlySet<string>;
}

function policiesOn(plan: Plan, index: ResourceIndex): PoliciesOnSide {
  const identities = new IdentityPolicies(plan, index);
  const resources = resourcePolicies(plan, index);
  const bySubject = new Map<string, Policy[]>();
  for (const policy of [
    ...identities.policies,
    ...resources,
    ...newDefaultEndpointPolicies(plan, index, resources),
  ]) {
    const known = bySubject.get(policy.subject.key);
    if (known === undefined) bySubject.set(policy.subject.key, [policy]);
    else known.push(policy);
  }
  return { bySubject, attached: identities.attached };
}

function lifecycleOf(key: string, before: ResourceIndex, after: ResourceIndex): Lifecycle {
  if (before.has(key) === after.has(key)) return "kept";
  return after.has(key) ? "created" : "destroyed";
}

function arnsIn({ resources }: Plan): string[] {
  return resources.flatMap((resource) =>
    (["before", "after"] as const).flatMap((side) => textOf(at(valuesOn(resource, side), "arn")) ?? []),
  );
}

/** A difference with the values that its change shows. */
interface Described {
  readonly difference: Difference;
  readonly riskFlags: readonly RiskFlag[];
  readonly before: readonly (readonly ShownCondition[])[];
  readonly after: readonly (readonly ShownCondition[])[];
  readonly places: readonly Place[];
}

interface Groupable extends Described {
  /** Equal for differences that differ only in principal, actions and resources. */
  readonly common: string;
  readonly principal: string;
}

/** Merges differences that differ only in principal, actions and resources into one change. */
function merged(differences: readonly Difference[], accounts: ReadonlySet<string>): AccessChange[] {
  const idOf = numbering();
  const described = differences.map((one) => groupable(one, accounts));
  const byPrincipal = [...grouped(described, ({ common, principal }) => `${common}\n${principal}`).values()];
  // Principals of one statement share its lists. Each list is compared only once.
  const sharing = grouped(
    byPrincipal,
    (group) =>
      `${group[0]?.common} ${group.map(({ difference }) => `${idOf(difference.actions)} ${idOf(difference.resources)}`)}`,
  );
  const ofPrincipals = [...sharing.values()].flatMap((groups) => {
    const [first] = groups;
    const principals = groups.flatMap((group) => group[0]?.difference.principal ?? []);
    return combinePermissions((first ?? []).map(({ difference }) => difference)).map((permissions) => ({
      first: first?.[0],
      principals,
      permissions,
    }));
  });
  const byPermissions = grouped(
    ofPrincipals,
    ({ first, permissions }) => `${first?.common}\n${JSON.stringify(permissions)}`,
  );
  return [...byPermissions.values()].flatMap((group) => {
    const [one] = group;
    if (one?.first === undefined) return [];
    return changeOf(
      one.first,
      group.flatMap(({ principals }) => principals),
      one.permissions,
    );
  });
}

/** Returns a function that gives each object a stable number. */
function numbering(): (value: object) => number {
  const numbers = new Map<object, number>();
  return (value) => {
    const known = numbers.get(value) ?? numbers.size;
    numbers.set(value, known);
    return known;
  };
}

function groupable(difference: Difference, accounts: ReadonlySet<string>): Groupable {
  const old = difference.before.flatMap(({ conditions }) => conditions);
  const places = new Map(
    [...difference.before, ...difference.after].flatMap((one) =>
      one.places.map((place) => [place.address, place] as const),
    ),
  );
  const one: Described = {
    difference,
    riskFlags: riskFlagsOf(difference, accounts),
    before: difference.before.map(({ conditions }) => shown(conditions)),
    after: difference.after.map(({ conditions }) => shown(conditions, old)),
    places: [...places.values()].sort((a, b) => compareTexts(a.address, b.address)),
  };
  return {
    ...one,
    common: commonOf(one, narrowerOf(difference)),
    principal: principalText(difference.principal),
  };
}

const knownNarrower = new WeakMap<object, string>();

/** A hash of the narrower permissions: the principals of a statement share long lists of them. */
function narrowerOf({ narrower }: Difference): string {
  if (narrower.length === 0) return "";
  const known =
    knownNarrower.get(narrower) ?? createHash("sha256").update(JSON.stringify(narrower)).digest("hex");
  knownNarrower.set(narrower, known);
  return known;
}

function commonOf({ difference, riskFlags, before, after, places }: Described, narrower: string): string {
  return JSON.stringify([
    difference.subject.key,
    difference.widens,
    difference.isUncertain,
    difference.effect,
    difference.principal.kind,
    difference.actions[0]?.kind,
    riskFlags,
    [difference.before.length > 0, before],
    [difference.after.length > 0, after],
    narrower,
    places,
  ]);
}

function changeOf(
  { difference, riskFlags, before, after, places }: Described,
  all: readonly Principal[],
  permissions: Permissions,
): AccessChange {
  const { subject, lifecycle, widens, narrower, isUncertain, effect } = difference;
  const principals = [...all].sort((a, b) => compareTexts(principalText(a), principalText(b)));
  const change = kindOf(difference);
  const { actions, resources } = permissions;
  const common = { subject, change, widens, effect, principals, actions, resources };
  const parts = { ...common, before, after, narrower, isUncertain };
  const [old, next] = [conditionText(before), conditionText(after)];
  return {
    change,
    widens,
    public: widens && riskFlags.includes("anyone"),
    riskFlags,
    effect,
    principals: principals.map(principalText),
    actions: actions.map(statementValueText),
    resources: resources.map(statementValueText),
    before: difference.before.length > 0 ? before : undefined,
    after: difference.after.length > 0 ? after : undefined,
    condition: change === "changed" ? `${old || "none"} → ${next || "none"}` : old || next,
    subject: { kind: subject.kind, resource: subject.resource.label, lifecycle },
    undetermined: undefined,
    sentence: sentenceOf(parts),
    shortSentence: shortSentenceOf(parts),
    where: places,
  };
}

function kindOf({ before, after, effect }: Difference): AccessChange["change"] {
  if (before.length > 0 && after.length > 0) return "changed";
  if (after.length > 0) return effect === "Allow" ? "granted" : "denied";
  return effect === "Allow" ? "revoked" : "no longer denied";
}

function conditionText(alternatives: readonly (readonly ShownCondition[])[]): string {
  const texts = alternatives.map((conditions) =>
    conditions.map(({ operator, key, values }) => `${key} ${operator} ${values.join(", ")}`).join(" and "),
  );
  return texts.includes("") ? "" : [...new Set(texts)].join("; or ");
}

function undeterminedChange(undetermined: UndeterminedPolicy): AccessChange {
  const { subject, lifecycle, reason, widens, places, side } = undetermined;
  const { kind, resource } = subject;
  const sentence = undeterminedPolicySentence(undetermined);
  const isPossiblyPublic = kind === "other" ? canBePublic(resource.label) : kind !== "identity";
  return {
    change: "undetermined",
    widens,
    public: widens && side === "after" && isPossiblyPublic,
    riskFlags: [],
    effect: undefined,
    principals: [subject.kind === "identity" ? subject.resource.label : "(not known)"],
    actions: [],
    resources: subject.kind === "identity" ? [] : [subject.resource.label],
    before: undefined,
    after: undefined,
    condition: "",
    subject: { kind: subject.kind, resource: subject.resource.label, lifecycle },
    undetermined: reason,
    sentence,
    shortSentence: sentence,
    where: places,
  };
}

function inOrder(changes: readonly AccessChange[]): AccessChange[] {
  return changes
    .map((change) => ({ change, key: sortKey(change) }))
    .sort((one, other) => compareTexts(one.key, other.key))
    .map(({ change }) => change);
}

function sortKey({
  widens,
  principals,
  actions,
  resources,
  change,
  sentence,
  where,
  subject,
}: AccessChange): string {
  const first = widens ? "0" : "1";
  return [
    first,
    principals.join(),
    actions.join(),
    resources.join(),
    subject.resource,
    change,
    sentence,
    JSON.stringify(where),
  ].join("\n");
}
