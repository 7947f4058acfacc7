import { opensToAnyone } from "./fences";
import { covers, coverTogether, type Grant, mayCover, type Named, type Place } from "./grant";
import type { Policy, Subject, Unjudged } from "./policy";
import { openGate } from "./resource-policies";

/** Whether the plan creates or destroys the thing that policies are of. */
export type Life = "created" | "destroyed" | "kept";

/** A right that is not the same on both sides: one principal, one action, one resource. */
export interface Difference {
  readonly subject: Subject;
  readonly life: Life;
  /** Of this right, with their conditions; none where it is new. */
  readonly before: readonly Grant[];
  /** None where it goes. */
  readonly after: readonly Grant[];
  /** Whether somebody can do what they could not. */
  readonly widens: boolean;
  /** Of a Deny: whether what it kept from strangers is for anyone now. */
  readonly opensToAnyone: boolean;
  /** Whether its principal had no right at all before. */
  readonly isNewcomer: boolean;
  /** Narrower rights: of a new one those that were there, of one that goes those that stay. */
  readonly narrower: readonly Grant[];
  /** Whether a policy that nobody can judge may give again what goes. */
  readonly isUncertain: boolean;
}

/** A policy that nobody can judge, and that may be another than before. */
export interface Unclear {
  readonly subject: Subject;
  readonly life: Life;
  readonly reason: Unjudged;
  readonly side: "before" | "after";
  readonly widens: boolean;
  readonly places: readonly Place[];
}

/** What is different between the policies of one subject. */
export function compare(
  subject: Subject,
  life: Life,
  before: readonly Policy[],
  after: readonly Policy[],
): { differences: Difference[]; unclear: Unclear[] } {
  const [left, right] = opened(subject, life, before, after);
  const unclear = unclearOf(subject, life, left, right);
  const old = new Grants(left);
  const next = new Grants(right);
  // What becomes of a policy that nobody can judge afterwards is told once, as such.
  const beyondJudgement = new Set(
    right
      .filter((one) => one.unjudged !== undefined)
      .flatMap(({ places }) => places.map(({ address }) => address)),
  );
  const granted = old.without(next.all);
  const gone = next
    .without(old.all)
    .filter(({ places }) => !places.every(({ address }) => beyondJudgement.has(address)));
  const isUncertain = beyondJudgement.size > 0;

  const added = keysOf(granted);
  const removed = keysOf(gone);
  const differences = [...new Set([...added, ...removed])].flatMap((key) => {
    const pair = { before: old.of(key), after: next.of(key) };
    const [one] = pair.after.length > 0 ? pair.after : pair.before;
    if (one === undefined) return [];
    const isWider = one.effect === "Allow" ? added.has(key) : removed.has(key);
    const widens = isWider && life !== "destroyed";
    return {
      subject,
      life,
      ...pair,
      widens,
      opensToAnyone: widens && one.effect === "Deny" && opensToAnyone(pair.before, pair.after, next.all),
      isNewcomer: !old.hasPrincipal(one),
      narrower:
        pair.before.length > 0 && pair.after.length > 0
          ? []
          : narrowerOf(one, pair.before.length === 0 ? old : next),
      isUncertain: isUncertain && removed.has(key),
    };
  });
  return { differences, unclear };
}

/** A gate that stays, and has a policy on one side alone, lets everything pass on the other. */
function opened(
  subject: Subject,
  life: Life,
  before: readonly Policy[],
  after: readonly Policy[],
): readonly [readonly Policy[], readonly Policy[]] {
  const [old] = before;
  const [next] = after;
  if (subject.kind !== "gate" || life !== "kept") return [before, after];
  if (old === undefined && next !== undefined) return [[openGate(subject, next.places)], after];
  if (next === undefined && old !== undefined) return [before, [openGate(subject, old.places)]];
  return [before, after];
}

function unclearOf(
  subject: Subject,
  life: Life,
  before: readonly Policy[],
  after: readonly Policy[],
): Unclear[] {
  const known = new Set(before.flatMap(({ sameAs }) => sameAs ?? []));
  const stays = new Set(after.flatMap(({ sameAs }) => sameAs ?? []));
  const told = new Set<string>();
  const of = (policies: readonly Policy[], side: Unclear["side"], same: ReadonlySet<string>): Unclear[] =>
    policies.flatMap(({ unjudged, sameAs, places }) => {
      if (unjudged === undefined || (sameAs !== undefined && same.has(sameAs))) return [];
      // One that is masked on both sides, or no longer understood on either, is one change.
      const addresses = places.map(({ address }) => address).join(" ");
      if (told.has(addresses)) return [];
      told.add(addresses);
      return { subject, life, reason: unjudged, side, widens: life !== "destroyed", places };
    });
  return [...of(after, "after", known), ...of(before, "before", stays)];
}

function keysOf(grants: readonly Grant[]): Set<string> {
  return new Set(grants.map(({ key }) => key));
}

function narrowerOf(one: Grant, others: Grants): Grant[] {
  const hasWildcard = [one.action, one.resource].some(
    (named) => named.kind !== "one" || /[*?]/.test(named.text),
  );
  if (!hasWildcard) return [];
  return others
    .near(one)
    .filter(
      (other) =>
        mayCover(one, other) && other.key !== one.key && isSamePrincipal(one, other) && covers(one, other),
    );
}

function isSamePrincipal({ principal }: Grant, { principal: other }: Grant): boolean {
  return principal.kind === other.kind && principal.name === other.name;
}

/** The grants of policies, to be found quickly. */
class Grants {
  readonly all: readonly Grant[];
  private readonly byId = new Map<string, Grant>();
  private readonly byKey = new Map<string, Grant[]>();
  private readonly principals = new Set<string>();
  private readonly byService = new Map<string, Grant[]>();

  constructor(policies: readonly Policy[]) {
    for (const one of policies.flatMap(({ grants = [] }) => grants).sort(inOrder)) {
      const known = this.byId.get(one.id);
      this.byId.set(one.id, known === undefined ? one : { ...known, places: merged(known, one) });
    }
    this.all = [...this.byId.values()];
    for (const one of this.all) {
      this.principals.add(`${one.effect} ${one.principal.kind} ${one.principal.name}`);
      push(this.byKey, one.key, one);
      push(this.byService, `${one.effect} ${serviceOf(one.action)}`, one);
      push(this.byService, one.effect, one);
    }
  }

  hasPrincipal({ effect, principal }: Grant): boolean {
    return this.principals.has(`${effect} ${principal.kind} ${principal.name}`);
  }

  of(key: string): readonly Grant[] {
    return this.byKey.get(key) ?? [];
  }

  /** Those of the same services. */
  near({ effect, action }: Grant): readonly Grant[] {
    const service = serviceOf(action);
    return this.byService.get(service === EVERY ? effect : `${effect} ${service}`) ?? [];
  }

  /** Those of `others` that these do not cover. */
  without(others: readonly Grant[]): Grant[] {
    return others.filter((other) => {
      if (this.byId.has(other.id)) return false;
      const candidates = [
        ...(this.byService.get(`${other.effect} ${serviceOf(other.action)}`) ?? []),
        ...(serviceOf(other.action) === EVERY ? [] : (this.byService.get(`${other.effect} ${EVERY}`) ?? [])),
      ];
      return !coverTogether(
        candidates.filter((one) => mayCover(one, other)),
        other,
      );
    });
  }
}

/** Stands for the services of an action that may be of several. */
const EVERY = "*";

function serviceOf(action: Named): string {
  if (action.kind !== "one") return EVERY;
  const service = action.text.slice(0, Math.max(action.text.indexOf(":"), 0)).toLowerCase();
  return service === "" || /[*?$]/.test(service) ? EVERY : service;
}

function push(map: Map<string, Grant[]>, key: string, one: Grant): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [one]);
  else known.push(one);
}

/** By what they say, then by how they write it, so that the order of statements makes no difference. */
function inOrder(one: Grant, other: Grant): number {
  if (one.id !== other.id) return one.id < other.id ? -1 : 1;
  const [text, otherText] = [writtenAs(one), writtenAs(other)];
  return text < otherText ? -1 : text > otherText ? 1 : 0;
}

function writtenAs({ action, conditions }: Grant): string {
  return JSON.stringify([action, conditions.map(({ key }) => key)]);
}

function merged(one: Grant, other: Grant): Place[] {
  const places = new Map([...one.places, ...other.places].map((place) => [place.address, place]));
  return [...places.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}
