import { alternatives, type Condition, coversConditions } from "./condition";
import type { Difference, Lifecycle, UndeterminedPolicy, Variant } from "./difference";
import type { Grant, Place, Principal, StatementValue } from "./grant";
import { combinePermissions, type Permissions } from "./permissions";
import type { Policy, Subject } from "./policy";
import { isExposed, opensToPublic } from "./public-denies";
import { defaultEndpointPolicy } from "./resource-policies";
import { actionAspect, resourceAspect } from "./risk-flags";
import { type Part, Statements } from "./statements";

/** The differences between the policies of one subject before and after the plan. */
export function compare(
  subject: Subject,
  lifecycle: Lifecycle,
  before: readonly Policy[],
  after: readonly Policy[],
): { differences: Difference[]; undetermined: UndeterminedPolicy[] } {
  const [left, right] = opened(subject, lifecycle, before, after);
  const undetermined = undeterminedIn(subject, lifecycle, left, right);
  // A policy that is undetermined after the plan is reported once: as undetermined, and not as revoked.
  const undeterminedAddresses = new Set(
    right
      .filter((one) => one.undetermined !== undefined)
      .flatMap(({ places }) => places.map(({ address }) => address)),
  );
  const [old, next] = [left, right].map((policies) => policies.flatMap(({ grants = [] }) => grants));
  if (old === undefined || next === undefined) throw new Error("both sides have grants");
  const differences = (["Allow", "Deny"] as const).flatMap((effect) => {
    const grants = { before: ofEffect(old, effect), after: ofEffect(next, effect) };
    if (areEqual(grants.before, grants.after)) return [];
    return new Comparison(subject, lifecycle, effect, grants, undeterminedAddresses, next).differences();
  });
  return { differences, undetermined };
}

/** Whether the statements are the same: most policies of a plan stay, and most policies have no deny. */
function areEqual(before: readonly Grant[], after: readonly Grant[]): boolean {
  if (before.length !== after.length) return false;
  return before.length === 0 || JSON.stringify(before) === JSON.stringify(after);
}

function ofEffect(grants: readonly Grant[], effect: Grant["effect"]): Grant[] {
  return grants.filter((one) => one.effect === effect);
}

/** The statements of one effect in the policies of one subject, before and after. */
class Comparison {
  private readonly statements: Statements;
  private readonly hadPermissions: ReadonlySet<string>;
  private readonly checked = new Map<string, Map<number, boolean>>();

  constructor(
    private readonly subject: Subject,
    private readonly lifecycle: Lifecycle,
    private readonly effect: Grant["effect"],
    private readonly grants: { readonly before: readonly Grant[]; readonly after: readonly Grant[] },
    /** Addresses of resources whose policies are undetermined after the plan. */
    private readonly undeterminedAddresses: ReadonlySet<string>,
    /** All statements after the plan, of both effects. */
    private readonly all: readonly Grant[],
  ) {
    this.statements = new Statements(grants.before, grants.after, {
      ofAction: actionAspect,
      ofResource: resourceAspect,
    });
    this.hadPermissions = new Set(grants.before.flatMap(({ principals }) => principals.map(nameOf)));
  }

  differences(): Difference[] {
    const found: Difference[] = [];
    for (const part of this.statements.parts()) found.push(...this.differencesOf(part));
    return found;
  }

  private differencesOf(part: Part): Difference[] {
    const isAdded = this.uncovered("after", part).length > 0;
    const isRemoved = this.variants("before", this.uncovered("before", part)).some(
      ({ places }) => !places.every(({ address }) => this.undeterminedAddresses.has(address)),
    );
    if (!isAdded && !isRemoved) return [];

    const { subject, lifecycle, effect, statements } = this;
    const before = this.variants("before", part.naming.before);
    const after = this.variants("after", part.naming.after);
    const { actions, resources } = this.permissionsIn(part);
    const widens = (effect === "Allow" ? isAdded : isRemoved) && lifecycle !== "destroyed";
    const narrowerOf =
      before.length > 0 && after.length > 0
        ? () => []
        : this.narrowerFor(part, before.length === 0 ? "before" : "after");
    return part.principals.map((number) => {
      const principal = statements.principals.at(number);
      const common = { subject, lifecycle, effect, principal, actions, resources, before, after, widens };
      return {
        ...common,
        opensToPublic: widens && this.opensToPublic(common),
        isNewPrincipal: !this.hadPermissions.has(nameOf(principal)),
        narrower: narrowerOf(number),
        isUncertain: this.undeterminedAddresses.size > 0 && isRemoved,
      };
    });
  }

  private opensToPublic(
    difference: Omit<Difference, "opensToPublic" | "isNewPrincipal" | "narrower" | "isUncertain">,
  ): boolean {
    if (difference.effect === "Deny") return opensToPublic(difference, this.all);
    return CAN_BE_PUBLIC_KINDS.has(difference.principal.kind) && isExposed(difference, this.all);
  }

  /** The statements that name the part, and whose permissions no statement of the other side grants. */
  private uncovered(side: "before" | "after", { naming, covering }: Part): readonly number[] {
    const other = side === "before" ? "after" : "before";
    const near = covering[other].map((index) => this.grantAt(other, index).conditions);
    const ids = new Set(near.map(idOf));
    // The same statements cover many parts.
    const key = `${side} ${covering[other].join()}`;
    const checked = this.checked.get(key) ?? new Map<number, boolean>();
    this.checked.set(key, checked);
    return naming[side].filter((index) => {
      const { conditions } = this.grantAt(side, index);
      const isCovered = checked.get(index) ?? (ids.has(idOf(conditions)) || coverTogether(near, conditions));
      checked.set(index, isCovered);
      return !isCovered;
    });
  }

  /** The distinct conditions of the statements, and the resources that contain them. */
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

  /** Returns a function that finds the narrower permissions of a principal on a side. */
  private narrowerFor(part: Part, side: "before" | "after"): (principal: number) => readonly Permissions[] {
    const { statements } = this;
    const [variant] = this.variants(
      side === "before" ? "after" : "before",
      side === "before" ? part.naming.after : part.naming.before,
    );
    if (variant === undefined || !this.hasWildcard(part)) return () => [];
    const within = [...statements.within(side, part)].filter(([index]) =>
      coversConditions(variant.conditions, this.grantAt(side, index).conditions),
    );
    // Most principals of a statement have the same other statements: results are shared.
    const known = new Map<string, readonly Permissions[]>();
    return (principal) => {
      const own = within.filter(([index]) => statements.names(side, index, principal));
      const key = own.map(([index]) => index).join();
      const found = known.get(key) ?? combinePermissions(own.map(([, box]) => this.permissionsIn(box)));
      known.set(key, found);
      return found;
    };
  }

  private permissionsIn({ actions, resources }: Pick<Part, "actions" | "resources">): Permissions {
    const { statements } = this;
    return {
      actions: actions.map((number) => statements.actions.at(number)),
      resources: resources.map((number) => statements.resources.at(number)),
    };
  }

  private hasWildcard({ actions, resources }: Part): boolean {
    const isPattern = (named: StatementValue): boolean => named.kind !== "pattern" || /[*?]/.test(named.text);
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

/** Kinds of principals that can include the public. */
const CAN_BE_PUBLIC_KINDS: ReadonlySet<Principal["kind"]> = new Set([
  "anyone",
  "everyone except",
  "federated",
]);

/** Whether the conditions cover `inner` together: each covers some values of a condition. */
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

/** Selects one of two spellings of the same conditions, independent of the order of the statements. */
function firstWritten(one: readonly Condition[], other: readonly Condition[]): readonly Condition[] {
  const textOf = (conditions: readonly Condition[]): string =>
    JSON.stringify(conditions.map(({ key }) => key));
  return textOf(one) <= textOf(other) ? one : other;
}

function merged(one: readonly Place[], other: readonly Place[]): Place[] {
  const places = new Map([...one, ...other].map((place) => [place.address, place]));
  return [...places.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** An existing VPC endpoint or API without a policy has the default policy, which allows every request. */
function opened(
  subject: Subject,
  lifecycle: Lifecycle,
  before: readonly Policy[],
  after: readonly Policy[],
): readonly [readonly Policy[], readonly Policy[]] {
  const [old] = before;
  const [next] = after;
  if (subject.kind !== "endpoint-policy" || lifecycle !== "kept") return [before, after];
  if (old === undefined && next !== undefined) return [[defaultEndpointPolicy(subject, next.places)], after];
  if (next === undefined && old !== undefined) return [before, [defaultEndpointPolicy(subject, old.places)]];
  return [before, after];
}

function undeterminedIn(
  subject: Subject,
  lifecycle: Lifecycle,
  before: readonly Policy[],
  after: readonly Policy[],
): UndeterminedPolicy[] {
  const known = new Set(before.flatMap(({ sameAs }) => sameAs ?? []));
  const stays = new Set(after.flatMap(({ sameAs }) => sameAs ?? []));
  const seen = new Set<string>();
  const of = (
    policies: readonly Policy[],
    side: UndeterminedPolicy["side"],
    same: ReadonlySet<string>,
  ): UndeterminedPolicy[] =>
    policies.flatMap(({ undetermined, sameAs, places }) => {
      if (undetermined === undefined || (sameAs !== undefined && same.has(sameAs))) return [];
      // A policy that is masked or unsupported on both sides is one change.
      const addresses = places.map(({ address }) => address).join(" ");
      if (seen.has(addresses)) return [];
      seen.add(addresses);
      return { subject, lifecycle, reason: undetermined, side, widens: lifecycle !== "destroyed", places };
    });
  return [...of(after, "after", known), ...of(before, "before", stays)];
}
