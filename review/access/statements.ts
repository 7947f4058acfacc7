import { ACTIONS, type Coverage, Dimension, PRINCIPALS, RESOURCES } from "./dimension";
import type { Grant, Named, Principal } from "./grant";

/** Values of each member of a statement by their numbers: every combination of them. */
export interface Box {
  readonly principals: readonly number[];
  readonly actions: readonly number[];
  readonly resources: readonly number[];
}

type Member = keyof Box;

/** A part of a statement that the other statements treat alike: each of them contains all of it, or nothing. */
export interface Part extends Box {
  /** Statements that name these very values, in their order. */
  readonly naming: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Statements whose values cover these, whatever their conditions. */
  readonly covering: { readonly before: readonly number[]; readonly after: readonly number[] };
}

/** What makes rights of one kind different for a reader: see {@link Statements}. */
export interface Aspects {
  readonly ofAction: (action: Named) => string;
  readonly ofResource: (resource: Named) => string;
}

const SIDES = ["before", "after"] as const;
type Side = (typeof SIDES)[number];

interface MemberOfSide {
  readonly coverage: Coverage;
  /** By value: the statements that name it. */
  readonly statements: ReadonlyMap<number, readonly number[]>;
}

/** How statements relate to a value: a number for each statement and each way. */
const WAYS = 4;
const wayOf = (side: Side, isNaming: boolean): number => (side === "before" ? 0 : 2) + (isNaming ? 0 : 1);

/**
 * The statements before and after a plan, all of one effect, whose rights are compared without being enumerated.
 *
 * Two statements have rights in common where they have principals, actions and resources in common, member by member.
 * Therefore a statement falls into few parts, each of which every other statement contains as a whole or not at all,
 * and only the parts are compared.
 */
export class Statements {
  readonly principals = new Dimension<Principal>(PRINCIPALS);
  readonly actions = new Dimension<Named>(ACTIONS);
  readonly resources = new Dimension<Named>(RESOURCES);
  private readonly boxes: Readonly<Record<Side, readonly Box[]>>;
  private readonly members: Readonly<Record<Side, Readonly<Record<Member, MemberOfSide>>>>;
  private readonly related: Readonly<Record<Member, Map<number, ReadonlySet<number>>>> = {
    principals: new Map(),
    actions: new Map(),
    resources: new Map(),
  };

  /**
   * @param before - the statements before the plan
   * @param after - the statements after the plan
   * @param aspects - values whose texts differ are never in one part
   */
  constructor(
    before: readonly Grant[],
    after: readonly Grant[],
    private readonly aspects: Aspects,
  ) {
    this.boxes = { before: before.map((one) => this.boxOf(one)), after: after.map((one) => this.boxOf(one)) };
    this.members = { before: this.membersOf("before"), after: this.membersOf("after") };
  }

  /** Everything that the statements say, in parts, each of them once. */
  *parts(): Generator<Part> {
    for (const side of ["after", "before"] as const) {
      for (const [index, box] of this.boxes[side].entries()) {
        for (const part of this.split(box)) {
          const [first] = part.naming.after;
          // What several statements say is a part of the first of them.
          const isFirst =
            side === "after" ? first === index : first === undefined && part.naming.before[0] === index;
          if (isFirst) yield part;
        }
      }
    }
  }

  /** The statements of a side that name the principal, by their indexes. */
  naming(side: Side, principal: number): readonly number[] {
    return this.members[side].principals.statements.get(principal) ?? [];
  }

  /**
   * What of a statement's actions and resources is covered by something in the box, which is of the other side;
   * undefined where nothing is.
   */
  within(side: Side, index: number, box: Omit<Box, "principals">): Omit<Box, "principals"> | undefined {
    const inner = this.boxes[side][index];
    if (inner === undefined) return undefined;
    const outerSide = side === "before" ? "after" : "before";
    const coveredBy = (member: "actions" | "resources"): readonly number[] => {
      const outer = new Set(box[member]);
      const { coverage } = this.members[outerSide][member];
      return inner[member].filter((one) => coverage.of(one).some((number) => outer.has(number)));
    };
    const actions = coveredBy("actions");
    if (actions.length === 0) return undefined;
    const resources = coveredBy("resources");
    return resources.length === 0 ? undefined : { actions, resources };
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
  private relationsOf(member: Member, value: number): ReadonlySet<number> {
    const known = this.related[member].get(value);
    if (known !== undefined) return known;
    const found = new Set<number>();
    for (const side of SIDES) {
      const { coverage, statements } = this.members[side][member];
      for (const index of statements.get(value) ?? []) found.add(index * WAYS + wayOf(side, true));
      for (const outer of coverage.of(value)) {
        for (const index of statements.get(outer) ?? []) found.add(index * WAYS + wayOf(side, false));
      }
    }
    this.related[member].set(value, found);
    return found;
  }

  private *split(box: Box): Generator<Part> {
    const { aspects } = this;
    for (const byPrincipal of this.grouped("principals", box.principals, undefined, () => "")) {
      const ofAction = (value: number): string => aspects.ofAction(this.actions.at(value));
      for (const byAction of this.grouped("actions", box.actions, byPrincipal.relations, ofAction)) {
        const ofResource = (value: number): string => aspects.ofResource(this.resources.at(value));
        for (const { values, relations } of this.grouped(
          "resources",
          box.resources,
          byAction.relations,
          ofResource,
        )) {
          const of = (side: Side, isNaming: boolean): number[] => {
            const way = wayOf(side, isNaming);
            return relations.flatMap((one) => (one % WAYS === way ? Math.floor(one / WAYS) : []));
          };
          yield {
            principals: byPrincipal.values,
            actions: byAction.values,
            resources: values,
            naming: { before: of("before", true), after: of("after", true) },
            covering: { before: of("before", false), after: of("after", false) },
          };
        }
      }
    }
  }

  /** Groups of values that relate alike to those statements that are left; all statements at first. */
  private grouped(
    member: Member,
    values: readonly number[],
    left: readonly number[] | undefined,
    aspectOf: (value: number) => string,
  ): Iterable<{ readonly values: readonly number[]; readonly relations: readonly number[] }> {
    const groups = new Map<string, { values: number[]; relations: readonly number[] }>();
    for (const value of values) {
      const all = this.relationsOf(member, value);
      const relations =
        left === undefined ? [...all].sort((a, b) => a - b) : left.filter((relation) => all.has(relation));
      const key = `${aspectOf(value)}\n${relations.join()}`;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { values: [value], relations });
      else known.values.push(value);
    }
    return groups.values();
  }
}

function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)];
}
