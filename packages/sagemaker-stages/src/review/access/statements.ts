import { ACTIONS, type Coverage, Dimension, PRINCIPALS, RESOURCES } from "./dimension";
import type { Grant, Principal, StatementValue } from "./grant";
import { grouped } from "./permissions";

/** The values of each member of a statement, by number. A box contains every combination of the values. */
export interface Box {
  readonly principals: readonly number[];
  readonly actions: readonly number[];
  readonly resources: readonly number[];
}

type Member = keyof Box;

/** A part of a statement that every other statement contains completely or not at all. */
export interface Part extends Box {
  /** Statements that name these exact values, in order. */
  readonly naming: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Statements whose values cover these values, independent of conditions. */
  readonly covering: { readonly before: readonly number[]; readonly after: readonly number[] };
}

/** Texts that keep values in separate parts, because a reader must see the difference: see {@link Statements}. */
export interface Aspects {
  readonly ofAction: (action: StatementValue) => string;
  readonly ofResource: (resource: StatementValue) => string;
}

const SIDES = ["before", "after"] as const;
type Side = (typeof SIDES)[number];

interface MemberOfSide {
  readonly coverage: Coverage;
  /** By value: the statements that name the value. */
  readonly statements: ReadonlyMap<number, readonly number[]>;
}

/** The relations of the statements to a value: a number per statement and kind of relation. */
interface Relations {
  readonly all: ReadonlySet<number>;
  readonly sorted: readonly number[];
}

interface Group {
  readonly values: readonly number[];
  readonly relations: readonly number[];
}

const WAYS = 4;
const wayOf = (side: Side, isNaming: boolean): number => (side === "before" ? 0 : 2) + (isNaming ? 0 : 1);

/**
 * The statements of one effect before and after a plan. Their permissions are compared without enumeration.
 *
 * Two statements have common permissions if they have common principals, common actions and common resources. Therefore
 * a statement consists of few parts that every other statement contains completely or not at all. Only parts are
 * compared.
 */
export class Statements {
  readonly principals = new Dimension<Principal>(PRINCIPALS);
  readonly actions = new Dimension<StatementValue>(ACTIONS);
  readonly resources = new Dimension<StatementValue>(RESOURCES);
  private readonly boxes: Readonly<Record<Side, readonly Box[]>>;
  private readonly members: Readonly<Record<Side, Readonly<Record<Member, MemberOfSide>>>>;
  /** By a value of the other side: the statements with a value that this value covers. */
  private readonly inner: Readonly<
    Record<Side, Partial<Record<Member, ReadonlyMap<number, readonly number[]>>>>
  > = { before: {}, after: {} };
  private readonly related: Readonly<Record<Member, Map<number, Relations>>> = {
    principals: new Map(),
    actions: new Map(),
    resources: new Map(),
  };

  /**
   * @param before - the statements before the plan
   * @param after - the statements after the plan
   * @param aspects - values with different texts are never in the same part
   */
  constructor(
    before: readonly Grant[],
    after: readonly Grant[],
    private readonly aspects: Aspects,
  ) {
    this.boxes = { before: before.map((one) => this.boxOf(one)), after: after.map((one) => this.boxOf(one)) };
    this.members = { before: this.membersOf("before"), after: this.membersOf("after") };
  }

  /**
   * All permissions of the statements in distinct parts. Parts with equal relations to all statements are merged per
   * principal, so that the order of the statements does not matter.
   */
  parts(): readonly Part[] {
    const alike = grouped([...this.pieces()], ({ naming, covering, actions, resources }) => {
      const aspects = [this.aspectOf("actions", actions[0]), this.aspectOf("resources", resources[0])];
      return JSON.stringify([naming, covering, aspects]);
    });
    return [...alike.values()].flatMap((pieces) => (pieces.length === 1 ? pieces : joined(pieces)));
  }

  private *pieces(): Generator<Part> {
    const seen = new Set<string>();
    for (const side of ["after", "before"] as const) {
      for (const [index, box] of this.boxes[side].entries()) {
        const key = JSON.stringify([box.principals, box.actions, box.resources]);
        if (seen.has(key)) continue;
        seen.add(key);
        for (const part of this.split(box)) {
          const [first] = part.naming.after;
          // A part of several statements belongs to the first statement.
          const isFirst =
            side === "after" ? first === index : first === undefined && part.naming.before[0] === index;
          if (isFirst) yield part;
        }
      }
    }
  }

  /**
   * The actions and resources of the statements of a side that the box of the other side covers, by statement.
   */
  within(side: Side, box: Omit<Box, "principals">): ReadonlyMap<number, Omit<Box, "principals">> {
    const candidates = (["actions", "resources"] as const)
      .map((member) => box[member].map((value) => this.statementsWithin(side, member, value)))
      .map((lists) => ({ lists, count: lists.reduce((sum, { length }) => sum + length, 0) }))
      .sort((one, other) => one.count - other.count);
    const indexes = distinct(candidates[0]?.lists.flat() ?? []);
    const outer = { actions: new Set(box.actions), resources: new Set(box.resources) };
    const found = new Map<number, Omit<Box, "principals">>();
    for (const index of [...indexes].sort((a, b) => a - b)) {
      const inner = this.boxes[side][index];
      if (inner === undefined) continue;
      const coveredBy = (member: "actions" | "resources"): readonly number[] => {
        const { coverage } = this.members[otherThan(side)][member];
        return inner[member].filter((one) => coverage.of(one).some((number) => outer[member].has(number)));
      };
      const [actions, resources] = [coveredBy("actions"), coveredBy("resources")];
      if (actions.length > 0 && resources.length > 0) found.set(index, { actions, resources });
    }
    return found;
  }

  /** Whether the statement names the principal. */
  names(side: Side, index: number, principal: number): boolean {
    return this.boxes[side][index]?.principals.includes(principal) ?? false;
  }

  /** The statements of a side with a value that the given value of the other side covers. */
  private statementsWithin(side: Side, member: Member, value: number): readonly number[] {
    const known = this.inner[side][member] ?? this.innerOf(side, member);
    this.inner[side][member] = known;
    return known.get(value) ?? [];
  }

  private innerOf(side: Side, member: Member): ReadonlyMap<number, readonly number[]> {
    const found = new Map<number, number[]>();
    const { coverage } = this.members[otherThan(side)][member];
    for (const [value, indexes] of this.members[side][member].statements) {
      for (const outer of coverage.of(value)) {
        const known = found.get(outer);
        if (known === undefined) found.set(outer, [...indexes]);
        else for (const index of indexes) known.push(index);
      }
    }
    return found;
  }

  private boxOf({ principals, actions, resources }: Grant): Box {
    return {
      principals: distinct(principals.map((one) => this.principals.add(one))),
      actions: distinct(actions.map((one) => this.actions.add(one))),
      resources: distinct(resources.map((one) => this.resources.add(one))),
    };
  }

  private membersOf(side: Side): Readonly<Record<Member, MemberOfSide>> {
    const of = (member: Member): MemberOfSide => {
      const statements = new Map<number, number[]>();
      for (const [index, box] of this.boxes[side].entries()) {
        for (const value of box[member]) {
          const known = statements.get(value);
          if (known === undefined) statements.set(value, [index]);
          else known.push(index);
        }
      }
      return { coverage: this[member].coverage(statements.keys()), statements };
    };
    return { principals: of("principals"), actions: of("actions"), resources: of("resources") };
  }

  /** How each statement relates to the value: whether it names it, and whether it covers it. */
  private relationsOf(member: Member, value: number): Relations {
    const known = this.related[member].get(value);
    if (known !== undefined) return known;
    const all = new Set<number>();
    for (const side of SIDES) {
      const { coverage, statements } = this.members[side][member];
      for (const index of statements.get(value) ?? []) all.add(index * WAYS + wayOf(side, true));
      for (const outer of coverage.of(value)) {
        for (const index of statements.get(outer) ?? []) all.add(index * WAYS + wayOf(side, false));
      }
    }
    const found = { all, sorted: [...all].sort((a, b) => a - b) };
    this.related[member].set(value, found);
    return found;
  }

  private *split(box: Box): Generator<Part> {
    // The member with the fewest statements is first: fewer statements remain for the other members.
    const fewest = (member: Member): number =>
      Math.min(...box[member].map((value) => this.relationsOf(member, value).all.size));
    const members = (["principals", "actions", "resources"] as const)
      .map((member) => ({ member, count: fewest(member) }))
      .sort((one, other) => one.count - other.count)
      .map(({ member }) => member);
    yield* this.splitBy(members, box, {}, undefined);
  }

  private *splitBy(
    [member, ...rest]: readonly Member[],
    box: Box,
    chosen: Partial<Box>,
    left: readonly number[] | undefined,
  ): Generator<Part> {
    if (member === undefined) {
      const of = (side: Side, isNaming: boolean): number[] => {
        const way = wayOf(side, isNaming);
        return (left ?? []).flatMap((one) => (one % WAYS === way ? Math.floor(one / WAYS) : []));
      };
      yield {
        ...box,
        ...chosen,
        naming: { before: of("before", true), after: of("after", true) },
        covering: { before: of("before", false), after: of("after", false) },
      };
      return;
    }
    for (const { values, relations } of this.grouped(member, box[member], left)) {
      yield* this.splitBy(rest, box, { ...chosen, [member]: values }, relations);
    }
  }

  /** Groups of values with equal relations to the remaining statements; at first all statements. */
  private grouped(
    member: Member,
    values: readonly number[],
    left: readonly number[] | undefined,
  ): Iterable<Group> {
    const groups = new Map<string, { values: number[]; relations: readonly number[] }>();
    for (const value of values) {
      const { all, sorted } = this.relationsOf(member, value);
      const relations = left === undefined ? sorted : left.filter((relation) => all.has(relation));
      if (values.length === 1) return [{ values, relations }];
      const key = `${this.aspectOf(member, value)}\n${relations.join()}`;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { values: [value], relations });
      else known.values.push(value);
    }
    return groups.values();
  }

  private aspectOf(member: Member, value: number | undefined): string {
    if (member === "principals" || value === undefined) return "";
    if (member === "actions") return this.aspects.ofAction(this.actions.at(value));
    return this.aspects.ofResource(this.resources.at(value));
  }
}

/** Merges pieces with equal relations to all statements into few parts. */
function joined(pieces: readonly Part[]): readonly Part[] {
  const [first] = pieces;
  if (first === undefined) return [];
  const byPrincipal = new Map<number, number[]>();
  for (const [index, { principals }] of pieces.entries()) {
    for (const principal of principals) {
      const known = byPrincipal.get(principal);
      if (known === undefined) byPrincipal.set(principal, [index]);
      else known.push(index);
    }
  }
  const sharing = grouped([...byPrincipal], ([, indexes]) => indexes.join());
  return [...sharing.values()].flatMap((group) => {
    const own = (group[0]?.[1] ?? []).flatMap((index) => pieces[index] ?? []);
    const principals = group.map(([principal]) => principal);
    return rectangles(own).map((box) => ({ ...first, ...box, principals }));
  });
}

/** Combines permissions into few boxes: one box for all resources with the same actions. */
function rectangles(pieces: readonly Part[]): readonly Omit<Box, "principals">[] {
  const byResource = new Map<number, Set<number>>();
  for (const { actions, resources } of pieces) {
    for (const resource of resources) {
      const known = byResource.get(resource) ?? new Set<number>();
      for (const action of actions) known.add(action);
      byResource.set(resource, known);
    }
  }
  const sorted = [...byResource].map(([resource, actions]) => ({
    resource,
    actions: [...actions].sort((a, b) => a - b),
  }));
  return [...grouped(sorted, ({ actions }) => actions.join()).values()].map((group) => ({
    actions: group[0]?.actions ?? [],
    resources: group.map(({ resource }) => resource),
  }));
}

function otherThan(side: Side): Side {
  return side === "before" ? "after" : "before";
}

function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)];
}
