import { coversArn } from "../../aws/arn-pattern";
import { coversPattern } from "../../aws/wildcards";
import type { Principal, StatementValue } from "./grant";
import { coversAddresses, networkBits } from "./operator";
import { coversPorts } from "./ports";

/** Compares values of one member of a statement: principals, actions or resources. */
export interface Comparer<T> {
  /** Equal for two values with the same meaning. */
  readonly keyOf: (value: T) => string;
  /** A value as the policy writes it. Of several values with one key, the alphabetically first is shown. */
  readonly textOf: (value: T) => string;
  /** The literal start and end of every text that the value covers; undefined if the value covers only itself. */
  readonly edgesOf: (value: T) => Edges | undefined;
  /** The literal start and end of the value itself. */
  readonly ownEdgesOf: (value: T) => Edges;
  /** Whether `outer` contains everything in `inner`. The answer is no in case of doubt. */
  readonly covers: (outer: T, inner: T) => boolean;
}

interface Edges {
  readonly start: string;
  readonly end: string;
}

const ANY: Edges = { start: "", end: "" };

/** Numbers the values of one member in the statements of a comparison. */
export class Dimension<T> {
  private readonly numbers = new Map<string, number>();
  private readonly values: T[] = [];

  constructor(private readonly comparer: Comparer<T>) {}

  /** The number of the value: equal for values with the same meaning. */
  add(value: T): number {
    const key = this.comparer.keyOf(value);
    const known = this.numbers.get(key);
    if (known === undefined) {
      this.numbers.set(key, this.values.length);
      return this.values.push(value) - 1;
    }
    const { textOf } = this.comparer;
    const shown = this.values[known];
    if (shown !== undefined && textOf(value) < textOf(shown)) this.values[known] = value;
    return known;
  }

  /** The value with the number. */
  at(number: number): T {
    const value = this.values[number];
    if (value === undefined) throw new RangeError(`no value has the number ${number}`);
    return value;
  }

  /** Finds which of these values cover another value. */
  coverage(numbers: Iterable<number>): Coverage {
    return new Index(this, this.comparer, numbers);
  }
}

/** Finds the numbers of the values that cover another value. */
export interface Coverage {
  /** The numbers of the values that cover the value with this number; can contain this number. */
  of(inner: number): readonly number[];
}

/**
 * Finds patterns by their literal start. Of hundreds of patterns, only the patterns that can match are compared.
 */
class Index<T> implements Coverage {
  private readonly exact = new Set<number>();
  private readonly byStart = new Map<string, { readonly number: number; readonly end: string }[]>();
  private readonly lengths: readonly number[];
  private readonly found = new Map<number, readonly number[]>();

  constructor(
    private readonly dimension: Dimension<T>,
    private readonly comparer: Comparer<T>,
    numbers: Iterable<number>,
  ) {
    for (const number of new Set(numbers)) {
      const edges = comparer.edgesOf(dimension.at(number));
      if (edges === undefined) {
        this.exact.add(number);
        continue;
      }
      const known = this.byStart.get(edges.start) ?? [];
      known.push({ number, end: edges.end });
      this.byStart.set(edges.start, known);
    }
    this.lengths = [...new Set([...this.byStart.keys()].map(({ length }) => length))].sort((a, b) => a - b);
  }

  of(inner: number): readonly number[] {
    const known = this.found.get(inner);
    if (known !== undefined) return known;
    const value = this.dimension.at(inner);
    const { start, end } = this.comparer.ownEdgesOf(value);
    const covering = this.exact.has(inner) ? [inner] : [];
    for (const length of this.lengths) {
      if (length > start.length) break;
      for (const outer of this.byStart.get(start.slice(0, length)) ?? []) {
        if (end.endsWith(outer.end) && this.comparer.covers(this.dimension.at(outer.number), value)) {
          covering.push(outer.number);
        }
      }
    }
    this.found.set(inner, covering);
    return covering;
  }
}

/**
 * An account does not cover its roles: a policy that names a role grants access to that role; a policy that names the
 * account delegates the decision to the account's IAM policies.
 */
export const PRINCIPALS: Comparer<Principal> = {
  keyOf: ({ kind, name }) => `${kind}\n${name}`,
  textOf: ({ name }) => name,
  edgesOf: ({ kind, name }) => {
    if (kind === "anyone" && name === "*") return ANY;
    const bits = kind === "network" ? networkBits(name) : undefined;
    return bits === undefined ? undefined : { start: bits, end: "" };
  },
  // A network is part of another network if the bits of the other are the first bits of the network.
  ownEdgesOf: ({ kind, name }) => ({
    start: (kind === "network" ? networkBits(name) : undefined) ?? "",
    end: "",
  }),
  covers: (outer, inner) =>
    (outer.kind === "anyone" && outer.name === "*") ||
    (outer.kind === inner.kind && outer.name === inner.name) ||
    (outer.kind === "network" && inner.kind === "network" && coversAddresses(outer.name, inner.name)),
};

/** Compares actions. IAM ignores case in actions. */
export const ACTIONS: Comparer<StatementValue> = {
  keyOf: (action) => keyOf(action).toLowerCase(),
  textOf: keyOf,
  edgesOf: (action) => edgesOf(action, (text) => text.toLowerCase()),
  ownEdgesOf: (action) => ownEdgesOf(action, (text) => text.toLowerCase()),
  covers: (outer, inner) =>
    coversValue(outer, inner, (one, other) => coversPattern(one.toLowerCase(), other.toLowerCase())),
};

/** Compares resources: ARNs, or patterns of ARNs. */
export const RESOURCES: Comparer<StatementValue> = {
  keyOf,
  textOf: keyOf,
  edgesOf: (resource) => edgesOf(resource, (text) => text),
  ownEdgesOf: (resource) => ownEdgesOf(resource, (text) => text),
  covers: (outer, inner) => coversValue(outer, inner, coversArn),
};

function keyOf(named: StatementValue): string {
  if (named.kind === "pattern") return named.text;
  if (named.kind === "reference") return `${named.what} ${named.text}`;
  return `not ${JSON.stringify([...named.texts].sort())}`;
}

function edgesOf(named: StatementValue, regard: (text: string) => string): Edges | undefined {
  if (named.kind === "pattern") return isLiteral(named.text) ? undefined : ownEdgesOf(named, regard);
  if (named.kind === "reference") return named.what === "network" ? edgesOfPorts(named.text) : undefined;
  return ANY;
}

/** A port covers only itself; a range covers the ports of its protocol. */
function edgesOfPorts(text: string): Edges | undefined {
  if (/^\S+ \d+(?: over IPv6)?$/.test(text)) return undefined;
  const protocol = /^(\S+ )\d+-\d+/.exec(text)?.[1];
  return protocol === undefined ? ANY : { start: protocol, end: "" };
}

function ownEdgesOf(named: StatementValue, regard: (text: string) => string): Edges {
  if (named.kind === "reference" && named.what === "network") return { start: named.text, end: "" };
  if (named.kind !== "pattern") return ANY;
  const text = regard(named.text);
  return { start: /^[^*?$]*/.exec(text)?.[0] ?? "", end: endOf(text) };
}

/** The text after the last wildcard or variable. A regular expression would start at every character: too slow. */
function endOf(text: string): string {
  let start = text.length;
  while (start > 0 && !"*?$}".includes(text.charAt(start - 1))) start -= 1;
  return text.slice(start);
}

function isLiteral(text: string): boolean {
  return !/[*?$]/.test(text);
}

/**
 * References to policies outside of the plan. If a principal already has every action, such a reference adds no permission.
 */
const WITHIN_EVERY_ACTION: ReadonlySet<string> = new Set(["managed policy", "group", "role"]);

function coversValue(
  outer: StatementValue,
  inner: StatementValue,
  fits: (outer: string, inner: string) => boolean,
): boolean {
  if (outer.kind === "pattern" && outer.text === "*")
    return inner.kind !== "reference" || WITHIN_EVERY_ACTION.has(inner.what);
  if (outer.kind === "pattern" && inner.kind === "pattern") return fits(outer.text, inner.text);
  if (outer.kind === "not" && inner.kind === "not") {
    return outer.texts.every((one) => inner.texts.some((other) => fits(other, one)));
  }
  if (
    outer.kind === "reference" &&
    inner.kind === "reference" &&
    outer.what === "network" &&
    inner.what === "network"
  ) {
    return coversPorts(outer.text, inner.text);
  }
  return keyOf(outer) === keyOf(inner);
}

/** Whether a text can match both values. The answer is yes in case of doubt. */
export function canOverlap(
  { ownEdgesOf: edges }: Comparer<StatementValue>,
  one: StatementValue,
  other: StatementValue,
): boolean {
  if (one.kind !== "pattern" || other.kind !== "pattern") return true;
  const [start, otherStart] = [edges(one).start, edges(other).start];
  if (isLiteral(one.text) && isLiteral(other.text)) return start === otherStart;
  return start.startsWith(otherStart) || otherStart.startsWith(start);
}
