import { createHash } from "node:crypto";
import { compareTexts } from "../changes";
import type { Plan } from "../plan";
import { at, textOf } from "../values";
import type { AccessChange } from "./access-change";
import { compare } from "./compare";
import type { Difference, Life, Unclear } from "./difference";
import type { Place, Principal } from "./grant";
import { IdentityPolicies } from "./identity-policies";
import { accountsIn, type Mark, marksOf } from "./marks";
import { canBeForEveryone } from "./not-understood";
import type { Policy, PolicyKind, Unjudged } from "./policy";
import { newOpenGates, resourcePolicies } from "./resource-policies";
import { grouped, type Rights, together } from "./rights";
import { type ShownCondition, shown } from "./shown-condition";
import { valuesOn } from "./side";
import { Things } from "./things";
import { namedText, principalText, unclearWords, wordsOf } from "./words";

export type { Life, Mark, Place, PolicyKind, ShownCondition, Unjudged };

/**
 * What a plan changes in who may do what: every policy of the plan, compared by what it grants and not by how it is
 * written. Those that widen access come first, then by principal, action and resource.
 */
export function accessChanges(plan: Plan): AccessChange[] {
  const before = new Things(plan, "before");
  const after = new Things(plan, "after");
  const accounts = accountsIn(arnsIn(plan), plan.accountId);
  const sides = { before: policiesOn(plan, before), after: policiesOn(plan, after) };

  const differences: Difference[] = [];
  const unclear: Unclear[] = [];
  for (const key of new Set([...sides.before.bySubject.keys(), ...sides.after.bySubject.keys()])) {
    const [old, next] = [sides.before.bySubject.get(key) ?? [], sides.after.bySubject.get(key) ?? []];
    const subject = (next[0] ?? old[0])?.subject;
    if (subject === undefined) continue;
    const found = compare(subject, lifeOf(subject.thing.key, before, after), old, next);
    const isTold = (one: Difference): boolean => {
      const [action] = one.actions;
      if (action?.kind === "by" && ONE_SIDED.has(action.what)) {
        // Of a role that comes with the plan, all that it may do is told.
        const role = `role:${action.text}`;
        const isNewRole = action.what === "role" && lifeOf(role, before, after) === "created";
        return one.widens && !isNewRole;
      }
      // What an attached policy says is told of those to whom it is attached.
      return !(one.after.length > 0 ? sides.after : sides.before).attached.has(subject.thing.key);
    };
    differences.push(...found.differences.filter(isTold));
    unclear.push(...found.unclear.filter(({ side }) => !sides[side].attached.has(subject.thing.key)));
  }
  return inOrder([...folded(differences, accounts), ...unclear.map(ofUnclear)]);
}

/** What is told where it widens, and says nothing that matters where it does not. */
const ONE_SIDED: ReadonlySet<string> = new Set(["role", "public access block"]);

interface PoliciesOnSide {
  readonly bySubject: ReadonlyMap<string, readonly Policy[]>;
  /** Keys of managed policies that are attached to somebody. */
  readonly attached: ReadonlySet<string>;
}

function policiesOn(plan: Plan, things: Things): PoliciesOnSide {
  const identities = new IdentityPolicies(plan, things);
  const resources = resourcePolicies(plan, things);
  const bySubject = new Map<string, Policy[]>();
  for (const policy of [...identities.policies, ...resources, ...newOpenGates(plan, things, resources)]) {
    const known = bySubject.get(policy.subject.key);
    if (known === undefined) bySubject.set(policy.subject.key, [policy]);
    else known.push(policy);
  }
  return { bySubject, attached: identities.attached };
}

function lifeOf(key: string, before: Things, after: Things): Life {
  if (before.has(key) === after.has(key)) return "kept";
  return after.has(key) ? "created" : "destroyed";
}

function arnsIn({ resources }: Plan): string[] {
  return resources.flatMap((resource) =>
    (["before", "after"] as const).flatMap((side) => textOf(at(valuesOn(resource, side), "arn")) ?? []),
  );
}

/** A difference, and what it has in common with others. */
interface Foldable {
  readonly difference: Difference;
  readonly marks: readonly Mark[];
  readonly before: readonly (readonly ShownCondition[])[];
  readonly after: readonly (readonly ShownCondition[])[];
  readonly places: readonly Place[];
}

interface Rated extends Foldable {
  /** The same for those that have all but principal, actions and resources in common. */
  readonly common: string;
  readonly principal: string;
}

/** One change of several principals, actions and resources, where all of these have all else in common. */
function folded(differences: readonly Difference[], accounts: ReadonlySet<string>): AccessChange[] {
  const idOf = numbering();
  const rated = differences.map((one) => foldable(one, accounts));
  const byPrincipal = [...grouped(rated, ({ common, principal }) => `${common}\n${principal}`).values()];
  // Principals of one statement share its lists: the lists are compared once.
  const sharing = grouped(
    byPrincipal,
    (group) =>
      `${group[0]?.common} ${group.map(({ difference }) => `${idOf(difference.actions)} ${idOf(difference.resources)}`)}`,
  );
  const ofPrincipals = [...sharing.values()].flatMap((groups) => {
    const [first] = groups;
    const principals = groups.flatMap((group) => group[0]?.difference.principal ?? []);
    return together((first ?? []).map(({ difference }) => difference)).map((rights) => ({
      first: first?.[0],
      principals,
      rights,
    }));
  });
  const alike = grouped(ofPrincipals, ({ first, rights }) => `${first?.common}\n${JSON.stringify(rights)}`);
  return [...alike.values()].flatMap((group) => {
    const [one] = group;
    if (one?.first === undefined) return [];
    return changeOf(
      one.first,
      group.flatMap(({ principals }) => principals),
      one.rights,
    );
  });
}

/** Gives each object a number, the same each time. */
function numbering(): (value: object) => number {
  const numbers = new Map<object, number>();
  return (value) => {
    const known = numbers.get(value) ?? numbers.size;
    numbers.set(value, known);
    return known;
  };
}

function foldable(difference: Difference, accounts: ReadonlySet<string>): Rated {
  const old = difference.before.flatMap(({ conditions }) => conditions);
  const places = new Map(
    [...difference.before, ...difference.after].flatMap((one) =>
      one.places.map((place) => [place.address, place] as const),
    ),
  );
  const one: Foldable = {
    difference,
    marks: marksOf(difference, accounts),
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

/** The same for the same narrower rights; the principals of a statement share long lists of them. */
function narrowerOf({ narrower }: Difference): string {
  const known =
    knownNarrower.get(narrower) ?? createHash("sha256").update(JSON.stringify(narrower)).digest("hex");
  knownNarrower.set(narrower, known);
  return known;
}

function commonOf({ difference, marks, before, after, places }: Foldable, narrower: string): string {
  return JSON.stringify([
    difference.subject.key,
    difference.widens,
    difference.isUncertain,
    difference.effect,
    difference.principal.kind,
    difference.actions[0]?.kind,
    marks,
    [difference.before.length > 0, before],
    [difference.after.length > 0, after],
    narrower,
    places,
  ]);
}

function changeOf(
  { difference, marks, before, after, places }: Foldable,
  all: readonly Principal[],
  rights: Rights,
): AccessChange {
  const { subject, life, widens, narrower, isUncertain, effect } = difference;
  const principals = [...all].sort((a, b) => compareTexts(principalText(a), principalText(b)));
  const change = kindOf(difference);
  const { actions, resources } = rights;
  const told = { subject, change, effect, principals, actions, resources };
  const [old, next] = [conditionText(before), conditionText(after)];
  return {
    change,
    widens,
    public: widens && marks.includes("anyone"),
    marks,
    effect,
    principals: principals.map(principalText),
    actions: actions.map(namedText),
    resources: resources.map(namedText),
    before: difference.before.length > 0 ? before : undefined,
    after: difference.after.length > 0 ? after : undefined,
    condition: change === "changed" ? `${old || "none"} → ${next || "none"}` : old || next,
    of: { kind: subject.kind, thing: subject.thing.label, life },
    unjudged: undefined,
    words: wordsOf({ ...told, before, after, narrower, isUncertain }),
    where: places,
  };
}

function kindOf({ before, after, effect }: Difference): AccessChange["change"] {
  if (before.length > 0 && after.length > 0) return "changed";
  if (after.length > 0) return effect === "Allow" ? "granted" : "refused";
  return effect === "Allow" ? "withdrawn" : "no longer refused";
}

function conditionText(alternatives: readonly (readonly ShownCondition[])[]): string {
  const texts = alternatives.map((conditions) =>
    conditions.map(({ operator, key, values }) => `${key} ${operator} ${values.join(", ")}`).join(" and "),
  );
  return texts.includes("") ? "" : [...new Set(texts)].join("; or ");
}

function ofUnclear(unclear: Unclear): AccessChange {
  const { subject, life, reason, widens, places, side } = unclear;
  const { kind, thing } = subject;
  const canBePublic = kind === "other" ? canBeForEveryone(thing.label) : kind !== "identity";
  return {
    change: "unjudged",
    widens,
    public: widens && side === "after" && canBePublic,
    marks: [],
    effect: undefined,
    principals: [subject.kind === "identity" ? subject.thing.label : "(not known)"],
    actions: [],
    resources: subject.kind === "identity" ? [] : [subject.thing.label],
    before: undefined,
    after: undefined,
    condition: "",
    of: { kind: subject.kind, thing: subject.thing.label, life },
    unjudged: reason,
    words: unclearWords(unclear),
    where: places,
  };
}

function inOrder(changes: readonly AccessChange[]): AccessChange[] {
  return changes
    .map((change) => ({ change, key: sortKey(change) }))
    .sort((one, other) => compareTexts(one.key, other.key))
    .map(({ change }) => change);
}

function sortKey({ widens, principals, actions, resources, change, words, where, of }: AccessChange): string {
  const first = widens ? "0" : "1";
  return [
    first,
    principals.join(),
    actions.join(),
    resources.join(),
    of.thing,
    change,
    words,
    JSON.stringify(where),
  ].join("\n");
}
