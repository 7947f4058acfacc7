import { isIP } from "node:net";
import { coversArn } from "../../aws/arn-pattern";
import { coversPattern } from "../../aws/wildcards";

/** The effect of several values: `any` value must match, `none` may match, `below` and `above` are limits. */
type Sense = "any" | "none" | "below" | "above";

interface Operator {
  readonly sense: Sense;
  /** Operators of one family compare values of the same type. */
  readonly family: string;
  /** Whether the outer value matches every request that the inner value matches. */
  readonly covers: (outer: string, inner: string) => boolean;
}

const same = (outer: string, inner: string): boolean => outer === inner;
const sameWithoutCase = (outer: string, inner: string): boolean =>
  outer.toLowerCase() === inner.toLowerCase();
const atLeast = (outer: string, inner: string): boolean => compare(outer, inner, (a, b) => a >= b);
const atMost = (outer: string, inner: string): boolean => compare(outer, inner, (a, b) => a <= b);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["StringEquals", { sense: "any", family: "string", covers: same }],
  ["StringNotEquals", { sense: "none", family: "not string", covers: same }],
  ["StringEqualsIgnoreCase", { sense: "any", family: "string", covers: sameWithoutCase }],
  ["StringNotEqualsIgnoreCase", { sense: "none", family: "not string, no case", covers: sameWithoutCase }],
  ["StringLike", { sense: "any", family: "string", covers: coversPattern }],
  ["StringNotLike", { sense: "none", family: "not like", covers: coversPattern }],
  // IAM documents ArnEquals and ArnLike as identical: both support wildcards.
  ["ArnEquals", { sense: "any", family: "arn", covers: coversArn }],
  ["ArnLike", { sense: "any", family: "arn", covers: coversArn }],
  ["ArnNotEquals", { sense: "none", family: "not arn", covers: coversArn }],
  ["ArnNotLike", { sense: "none", family: "not arn", covers: coversArn }],
  ["Bool", { sense: "any", family: "bool", covers: sameWithoutCase }],
  ["Null", { sense: "any", family: "null", covers: sameWithoutCase }],
  ["BinaryEquals", { sense: "any", family: "binary", covers: same }],
  ["IpAddress", { sense: "any", family: "ip", covers: coversAddresses }],
  ["NotIpAddress", { sense: "none", family: "not ip", covers: coversAddresses }],
  ["NumericEquals", { sense: "any", family: "number", covers: same }],
  ["NumericNotEquals", { sense: "none", family: "not number", covers: same }],
  ["NumericLessThan", { sense: "below", family: "number <", covers: atLeast }],
  ["NumericLessThanEquals", { sense: "below", family: "number <=", covers: atLeast }],
  ["NumericGreaterThan", { sense: "above", family: "number >", covers: atMost }],
  ["NumericGreaterThanEquals", { sense: "above", family: "number >=", covers: atMost }],
  ["DateEquals", { sense: "any", family: "date", covers: same }],
  ["DateNotEquals", { sense: "none", family: "not date", covers: same }],
  ["DateLessThan", { sense: "below", family: "date <", covers: atLeast }],
  ["DateLessThanEquals", { sense: "below", family: "date <=", covers: atLeast }],
  ["DateGreaterThan", { sense: "above", family: "date >", covers: atMost }],
  ["DateGreaterThanEquals", { sense: "above", family: "date >=", covers: atMost }],
]);

/**
 * Whether the outer operator with its values matches every request that the inner operator matches. The answer is no in
 * case of doubt, e.g. for an operator that IAM does not document.
 */
export function coversValues(
  outerName: string,
  outer: readonly string[],
  innerName: string,
  inner: readonly string[],
): boolean {
  const outerParts = parse(outerName);
  const innerParts = parse(innerName);
  // An operator with IfExists also matches a request without the key.
  if (outerParts.quantifier !== innerParts.quantifier || (innerParts.ifExists && !outerParts.ifExists)) {
    return false;
  }
  const [wide, narrow] = [OPERATORS.get(outerParts.base), OPERATORS.get(innerParts.base)];
  if (wide === undefined || narrow === undefined || wide.family !== narrow.family) return false;
  // With wildcards or without case, a text matches more requests than the same text of an exact operator.
  if (wide.covers !== narrow.covers && narrow.covers !== same && !areLiteral(narrow, inner)) return false;
  if (wide.sense === "none") {
    const exact = new Set(inner);
    return outer.every((one) => exact.has(one) || inner.some((other) => wide.covers(other, one)));
  }
  const exact = new Set(outer);
  return inner.every((one) => exact.has(one) || outer.some((other) => wide.covers(other, one)));
}

/** Whether patterns have no wildcard and no variable. Such a pattern matches only its own text. */
function areLiteral({ covers }: Operator, values: readonly string[]): boolean {
  return covers === coversPattern && values.every((value) => !/[*?$]/.test(value));
}

/** Whether one matching value is sufficient for the operator. */
export function isAnyOf(name: string): boolean {
  const { quantifier, base } = parse(name);
  return quantifier !== "ForAllValues:" && OPERATORS.get(base)?.sense === "any";
}

/** Whether the operator requires that no value matches. */
export function isNoneOf(name: string): boolean {
  return OPERATORS.get(baseOf(name))?.sense === "none";
}

/** The operator without `ForAllValues:`, `ForAnyValue:` and `IfExists`. */
export function baseOf(name: string): string {
  return parse(name).base;
}

function parse(name: string): { quantifier: string; base: string; ifExists: boolean } {
  const [, quantifier = "", rest = ""] = /^(ForAllValues:|ForAnyValue:)?(.*)$/s.exec(name) ?? [];
  const ifExists = rest.endsWith("IfExists");
  return { quantifier, base: ifExists ? rest.slice(0, -"IfExists".length) : rest, ifExists };
}

function compare(outer: string, inner: string, isWithin: (outer: number, inner: number) => boolean): boolean {
  const [a, b] = [quantity(outer), quantity(inner)];
  return outer === inner || (!Number.isNaN(a) && !Number.isNaN(b) && isWithin(a, b));
}

function quantity(text: string): number {
  const number = Number(text);
  return Number.isNaN(number) ? Date.parse(text) : number;
}

/** Whether the outer network contains the inner network: the inner bits start with the outer bits. */
export function coversAddresses(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  const [wide, narrow] = [networkBits(outer), networkBits(inner)];
  return wide !== undefined && narrow?.startsWith(wide) === true;
}

const knownBits = new Map<string, string | undefined>();

/**
 * The version and the common first bits of a network; undefined if the text is no network. Results are cached: a policy
 * of legal size can contain a thousand networks, and every pair is compared.
 */
export function networkBits(network: string): string | undefined {
  if (!knownBits.has(network)) knownBits.set(network, readBits(network));
  return knownBits.get(network);
}

/** The version and the common first bits, e.g. `4:00001010` for `10.0.0.0/8`. */
function readBits(text: string): string | undefined {
  const [address = "", length] = text.split("/");
  const version = isIP(address);
  if (version === 0) return undefined;
  const bits = version === 4 ? bitsOfIpv4(address) : bitsOfIpv6(address);
  const prefix = length === undefined ? bits.length : Number(length);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > bits.length) return undefined;
  return `${version}:${bits.slice(0, prefix)}`;
}

function bitsOfIpv4(address: string): string {
  return address
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");
}

function bitsOfIpv6(address: string): string {
  // The URL parser normalizes the address, and converts an IPv4 address at its end.
  const [host = ""] = new URL(`http://[${address.split("%")[0]}]`).host.slice(1).split("]");
  const [first = "", second] = host.split("::");
  const groupsOf = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const [left, right] = [groupsOf(first), groupsOf(second ?? "")];
  const zeros = Array.from({ length: second === undefined ? 0 : 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}
