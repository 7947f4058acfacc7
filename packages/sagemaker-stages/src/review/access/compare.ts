import { alternatives, type Condition, coversConditions } from "./condition";
import type { Difference, Life, Unclear, Variant } from "./difference";
import { isExposed, opensToAnyone } from "./fences";
import type { Grant, Named, Place, Principal } from "./grant";
import { actionAspect, resourceAspect } from "./marks";
import type { Policy, Subject } from "./policy";
import { openGate } from "./resource-policies";
import { type Rights, together } from "./rights";
import { type Part, Statements } from "./statements";

/** What is different between the policies of one subject. */
export function compare(
  subject: Subject,
  life: Life,
  before: readonly Policy[],
  after: readonly Policy[],
): { differences: Difference[]; unclear: Unclear[] } {
  const [left, right] = opened(subject, life, before, after);
  const unclear = unclearOf(subject, life, left, right);
  // What becomes of a policy that nobody can judge afterwards is told once, as such.
  const beyondJudgement = new Set(
    right
      .filter((one) => one.unjudged !== undefined)
      .flatMap(({ places }) => places.map(({ address }) => address)),
  );
  const [old, next] = [left, right].map((policies) => policies.flatMap(({ grants = [] }) => grants));
  if (old === undefined || next === undefined) throw new Error("both sides have grants");
  const differences = (["Allow", "Deny"] as const).flatMap((effect) =>
    new Comparison(
      subject,
      life,
      effect,
      { before: ofEffect(old, effect), after: ofEffect(next, effect) },
      beyondJudgement,
      next,
    ).differences(),
  );
  return { differences, unclear };
}

function ofEffect(grants: readonly Grant[], effect: Grant["effect"]): Grant[] {
  return grants.filter((one) => one.effect === effect);
}

/** The statements of one effect in the policies of one subject, before and after. */
class Comparison {
  private readonly statements: Statements;
  private readonly hadRights: ReadonlySet<string>;
  private readonly judged = new Map<string, Map<number, boolean>>();

  constructor(
    private readonly subject: Subject,
    private readonly life: Life,
    private readonly effect: Grant["effect"],
    private readonly grants: { readonly before: readonly Grant[]; readonly after: readonly Grant[] },
    /** Addresses of resources whose policies nobody can judge afterwards. */
    private readonly beyondJudgement: ReadonlySet<string>,
    /** All that is there afterwards, whatever its effect. */
    private readonly all: readonly Grant[],
  ) {
    this.statements = new Statements(grants.before, grants.after, {
      ofAction: actionAspect,
      ofResource: resourceAspect,
    });
    this.hadRights = new Set(grants.before.flatMap(({ principals }) => principals.map(nameOf)));
  }

  differences(): Difference[] {
    const { before, after } = this.grants;
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    const found: Difference[] = [];
    for (const part of this.statements.parts()) found.push(...this.differencesOf(part));
    return found;
  }

  private differencesOf(part: Part): Difference[] {
    const isAdded = this.uncovered("after", part).length > 0;
    const isRemoved = this.variants("before", this.uncovered("before", part)).some(
      ({ places }) => !places.every(({ address }) => this.beyondJudgement.has(address)),
    );
    if (!isAdded && !isRemoved) return [];

    const { subject, life, effect, statements } = this;
    const before = this.variants("before", part.naming.before);
    const after = this.variants("after", part.naming.after);
    const { actions, resources } = this.rightsIn(part);
    const widens = (effect === "Allow" ? isAdded : isRemoved) && life !== "destroyed";
    const narrowerOf =
      before.length > 0 && after.length > 0
        ? () => []
        : this.narrowerFor(part, before.length === 0 ? "before" : "after");
    return part.principals.map((number) => {
      const principal = statements.principals.at(number);
      const common = { subject, life, effect, principal, actions, resources, before, after, widens };
      return {
        ...common,
        opensToAnyone: widens && this.opensToAnyone(common),
        isNewcomer: !this.hadRights.has(nameOf(principal)),
        narrower: narrowerOf(number),
        isUncertain: this.beyondJudgement.size > 0 && isRemoved,
      };
    });
  }

  private opensToAnyone(
    difference: Omit<Difference, "opensToAnyone" | "isNewcomer" | "narrower" | "isUncertain">,
  ): boolean {
    if (difference.effect === "Deny") return opensToAnyone(difference, this.all);
    return FOR_ANYONE.has(difference.principal.kind) && isExposed(difference, this.all);
  }

  /** The statements that name the part, and whose rights the statements of the other side do not give. */
  private uncovered(side: "before" | "after", { naming, covering }: Part): readonly number[] {
    const other = side === "before" ? "after" : "before";
    const near = covering[other].map((index) => this.grantAt(other, index).conditions);
    const ids = new Set(near.map(idOf));
    // Many parts are covered by the same statements.
    const key = `${side} ${covering[other].join()}`;
    const judged = this.judged.get(key) ?? new Map<number, boolean>();
    this.judged.set(key, judged);
    return naming[side].filter((index) => {
      const { conditions } = this.grantAt(side, index);
      const isCovered = judged.get(index) ?? (ids.has(idOf(conditions)) || coverTogether(near, conditions));
      judged.set(index, isCovered);
      return !isCovered;
    });
  }

  /** The conditions of the statements, each once, and where they stand. */
  private variants(side: "before" | "after", indexes: readonly number[]): Variant[] {
    const found = new Map<string, Variant>();
    for (const one of indexes.map((index) => this.grantAt(side, index))) {
      const id = idOf(one.conditions);
      const known = found.get(id);
      found.set(id, {
        conditions: known === undefined ? one.conditions : firstWritten(known.conditions, one.conditions),
        places: merged(known?.places ?? [], one.places),
      });
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, variant]) => variant);
  }

  /** Finds narrower rights of a principal on that side. */
  private narrowerFor(part: Part, side: "before" | "after"): (principal: number) => readonly Rights[] {
    const { statements } = this;
    const [variant] = this.variants(
      side === "before" ? "after" : "before",
      side === "before" ? part.naming.after : part.naming.before,
    );
    if (variant === undefined || !this.hasWildcard(part)) return () => [];
    const within = [...statements.within(side, part)].filter(([index]) =>
      coversConditions(variant.conditions, this.grantAt(side, index).conditions),
    );
    // Most principals of a statement have the same other statements.
    const known = new Map<string, readonly Rights[]>();
    return (principal) => {
      const own = within.filter(([index]) => statements.names(side, index, principal));
      const key = own.map(([index]) => index).join();
      const found = known.get(key) ?? together(own.map(([, box]) => this.rightsIn(box)));
      known.set(key, found);
      return found;
    };
  }

  private rightsIn({ actions, resources }: Pick<Part, "actions" | "resources">): Rights {
    const { statements } = this;
    return {
      actions: actions.map((number) => statements.actions.at(number)),
      resources: resources.map((number) => statements.resources.at(number)),
    };
  }

  private hasWildcard({ actions, resources }: Part): boolean {
    const isPattern = (named: Named): boolean => named.kind !== "one" || /[*?]/.test(named.text);
    return (
      actions.some((number) => isPattern(this.statements.actions.at(number))) ||
      resources.some((number) => isPattern(this.statements.resources.at(number)))
    );
  }

  private grantAt(side: "before" | "after", index: number): Grant {
    const one = this.grants[side][index];
    if (one === undefined) throw new RangeError(`no statement ${side} has the index ${index}`);
    return one;
  }
}

/** Principals behind which anyone can be. */
const FOR_ANYONE: ReadonlySet<Principal["kind"]> = new Set(["anyone", "everyone but", "federated"]);

/** Whether the conditions together cover `inner`: some of them one value of a condition, others another. */
function coverTogether(outer: readonly (readonly Condition[])[], inner: readonly Condition[]): boolean {
  if (outer.some((one) => coversConditions(one, inner))) return true;
  if (outer.length < 2) return false;
  return inner.some((one, index) =>
    alternatives(one)?.every((alternative) => {
      const part = inner.with(index, alternative);
      return outer.some((conditions) => coversConditions(conditions, part));
    }),
  );
}

function nameOf({ kind, name }: Principal): string {
  return `${kind} ${name}`;
}

function idOf(conditions: readonly Condition[]): string {
  return conditions.map(({ id }) => id).join("\n");
}

/** Of conditions that are written in two ways, one, so that the order of statements makes no difference. */
function firstWritten(one: readonly Condition[], other: readonly Condition[]): readonly Condition[] {
  const textOf = (conditions: readonly Condition[]): string =>
    JSON.stringify(conditions.map(({ key }) => key));
  return textOf(one) <= textOf(other) ? one : other;
}

function merged(one: readonly Place[], other: readonly Place[]): Place[] {
  const places = new Map([...one, ...other].map((place) => [place.address, place]));
  return [...places.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
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
