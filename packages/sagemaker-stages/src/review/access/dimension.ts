import { coversArn } from "../../aws/arn-pattern";
import { coversPattern } from "../../aws/wildcards";
import type { Named, Principal } from "./grant";
import { coversAddresses, networkBits } from "./operator";
import { coversPorts } from "./ports";

/** How values of one member of a statement are compared: its principals, its actions or its resources. */
export interface Comparer<T> {
  /** The same for two values that mean the same. */
  readonly keyOf: (value: T) => string;
  /** A value as it is written; of several with one key, the first in the order of these texts is shown. */
  readonly textOf: (value: T) => string;
  /** The literal text with which everything begins and ends that the value covers; undefined where it covers itself alone. */
  readonly edgesOf: (value: T) => Edges | undefined;
  /** The literal text with which the value itself begins and ends. */
  readonly ownEdgesOf: (value: T) => Edges;
  /** Whether nothing is in `inner` that is not in `outer`. The answer is no where it is not certain. */
  readonly covers: (outer: T, inner: T) => boolean;
}

interface Edges {
  readonly start: string;
  readonly end: string;
}

const ANY: Edges = { start: "", end: "" };

/** The values of one member in the statements of a comparison, each known by a number. */
export class Dimension<T> {
  private readonly numbers = new Map<string, number>();
  private readonly values: T[] = [];

  constructor(private readonly comparer: Comparer<T>) {}

  /** The number of the value, the same for all that mean the same. */
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

  /** Finds which of the values with these numbers cover another one. */
  coverage(numbers: Iterable<number>): Coverage {
    return new Index(this, this.comparer, numbers);
  }
}

/** Finds the numbers of those values that cover another one. */
export interface Coverage {
  /** The numbers of the values that cover the value with this number, its own where it is one of them. */
  of(inner: number): readonly number[];
}

/**
 * Patterns are found by the literal text with which they begin: of hundreds of patterns, only those are compared that
 * can match at all.
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

/** An account does not cover its roles: naming a role lets it in by itself, naming the account leaves that to IAM. */
export const PRINCIPALS: Comparer<Principal> = {
  keyOf: ({ kind, name }) => `${kind}\n${name}`,
  textOf: ({ name }) => name,
  edgesOf: ({ kind, name }) => {
    if (kind === "anyone" && name === "*") return ANY;
    const bits = kind === "network" ? networkBits(name) : undefined;
    return bits === undefined ? undefined : { start: bits, end: "" };
  },
  // A network is in those whose bits are the first ones of its own.
  ownEdgesOf: ({ kind, name }) => ({
    start: (kind === "network" ? networkBits(name) : undefined) ?? "",
    end: "",
  }),
  covers: (outer, inner) =>
    (outer.kind === "anyone" && outer.name === "*") ||
    (outer.kind === inner.kind && outer.name === inner.name) ||
    (outer.kind === "network" && inner.kind === "network" && coversAddresses(outer.name, inner.name)),
};

/** Actions are compared without regard to case. */
export const ACTIONS: Comparer<Named> = {
  keyOf: (action) => keyOf(action).toLowerCase(),
  textOf: keyOf,
  edgesOf: (action) => edgesOf(action, (text) => text.toLowerCase()),
  ownEdgesOf: (action) => ownEdgesOf(action, (text) => text.toLowerCase()),
  covers: (outer, inner) =>
    coversNamed(outer, inner, (one, other) => coversPattern(one.toLowerCase(), other.toLowerCase())),
};

/** Resources are ARNs, or patterns of them. */
export const RESOURCES: Comparer<Named> = {
  keyOf,
  textOf: keyOf,
  edgesOf: (resource) => edgesOf(resource, (text) => text),
  ownEdgesOf: (resource) => ownEdgesOf(resource, (text) => text),
  covers: (outer, inner) => coversNamed(outer, inner, coversArn),
};

function keyOf(named: Named): string {
  if (named.kind === "one") return named.text;
  if (named.kind === "by") return `${named.what} ${named.text}`;
  return `not ${JSON.stringify([...named.texts].sort())}`;
}

function edgesOf(named: Named, regard: (text: string) => string): Edges | undefined {
  if (named.kind === "one") return isLiteral(named.text) ? undefined : ownEdgesOf(named, regard);
  if (named.kind === "by") return named.what === "network" ? edgesOfPorts(named.text) : undefined;
  return ANY;
}

/** One port covers itself alone; a range covers ports of its protocol. */
function edgesOfPorts(text: string): Edges | undefined {
  if (/^\S+ \d+(?: over IPv6)?$/.test(text)) return undefined;
  const protocol = /^(\S+ )\d+-\d+/.exec(text)?.[1];
  return protocol === undefined ? ANY : { start: protocol, end: "" };
}

function ownEdgesOf(named: Named, regard: (text: string) => string): Edges {
  if (named.kind === "by" && named.what === "network") return { start: named.text, end: "" };
  if (named.kind !== "one") return ANY;
  const text = regard(named.text);
  return { start: /^[^*?$]*/.exec(text)?.[0] ?? "", end: endOf(text) };
}

/** What follows the last wildcard or variable. Without a regular expression, which would try it from each character on. */
function endOf(text: string): string {
  let start = text.length;
  while (start > 0 && !"*?$}".includes(text.charAt(start - 1))) start -= 1;
  return text.slice(start);
}

function isLiteral(text: string): boolean {
  return !/[*?$]/.test(text);
}

/** What is a part of every action: what policies elsewhere allow, and not what is no policy. */
const WITHIN_ALL: ReadonlySet<string> = new Set(["managed policy", "group", "role"]);

function coversNamed(outer: Named, inner: Named, fits: (outer: string, inner: string) => boolean): boolean {
  if (outer.kind === "one" && outer.text === "*") return inner.kind !== "by" || WITHIN_ALL.has(inner.what);
  if (outer.kind === "one" && inner.kind === "one") return fits(outer.text, inner.text);
  if (outer.kind === "not" && inner.kind === "not") {
    return outer.texts.every((one) => inner.texts.some((other) => fits(other, one)));
  }
  if (outer.kind === "by" && inner.kind === "by" && outer.what === "network" && inner.what === "network") {
    return coversPorts(outer.text, inner.text);
  }
  return keyOf(outer) === keyOf(inner);
}

/** Whether something can be in both. The answer is yes where it is not certain. */
export function mayMeet({ ownEdgesOf: edges }: Comparer<Named>, one: Named, other: Named): boolean {
  if (one.kind !== "one" || other.kind !== "one") return true;
  const [start, otherStart] = [edges(one).start, edges(other).start];
  if (isLiteral(one.text) && isLiteral(other.text)) return start === otherStart;
  return start.startsWith(otherStart) || otherStart.startsWith(start);
}
