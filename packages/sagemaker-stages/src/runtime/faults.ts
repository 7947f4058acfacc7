import type * as z from "zod/mini";
import { MAX_FAULTY_MEMBERS } from "./bounded-schema";
import { isRecord } from "./json";

type Issue = z.core.$ZodIssue;

/** A rule of a contract that zod has no word for, to be pushed onto `payload.issues` in a check. */
export function fault(
  input: unknown,
  params: { readonly got: string; readonly allowed: string },
): z.core.$ZodRawIssue {
  return { code: "custom", input, params, continue: true };
}

/** Enough to correct a request by; a batch with a systematic error has thousands. */
const MAX_FAULTS_NAMED = 3;
/** Long enough to recognize a value, short enough to read. */
const MAX_CHARACTERS_QUOTED = 40;
/** Of one fault; a contract's own words can be longer. */
const MAX_CHARACTERS_OF_FAULT = 400;

/**
 * What is wrong with `request`, for the caller: which field, what was got, what is allowed.
 *
 * @param issues - from zod's `safeParse`; at least one
 * @param request - what was parsed
 */
export function describeFaults(issues: readonly Issue[], request: unknown): string {
  const faults = issues.flatMap(unfold);
  const named = faults
    .slice(0, MAX_FAULTS_NAMED)
    .map((issue) => cut(describe(issue, request), MAX_CHARACTERS_OF_FAULT))
    .join("; ");
  const rest = faults.length - MAX_FAULTS_NAMED;
  if (rest <= 0) return named;
  // A list of so many faulty members was not read to its end.
  return `${named}; and ${faults.length < MAX_FAULTY_MEMBERS ? "" : "at least "}${rest} more`;
}

/** A union's issue says only "none fits"; the alternative whose type is right says what is wrong. */
function unfold(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const nearest = issue.errors.find(
    (branch) => !branch.some(({ code, path }) => path.length === 0 && !/custom|keys/.test(code)),
  );
  if (nearest === undefined) return [issue];
  return nearest.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] }));
}

function describe(issue: Issue, request: unknown): string {
  const field = fieldName(issue.path);
  if (issue.code === "unrecognized_keys") return describeUnknown(field, issue.keys);
  const value = issue.path.reduce<unknown>(
    (at, key) => (isRecord(at) ? at[key as string] : undefined),
    request,
  );
  const { got, allowed = allowedBy(issue) } = (issue.code === "custom" && issue.params) || {};
  return `${field}: got ${got ?? quote(issue.code === "invalid_key" ? issue.path.at(-1) : value)}; allowed: ${allowed}`;
}

/** What zod's issues say of the rule that was broken; each kind of issue has some of it. */
interface Rule {
  readonly message: string;
  readonly expected?: string;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly inclusive?: boolean;
  readonly exact?: boolean;
  readonly origin?: string;
  readonly divisor?: number;
  readonly format?: string;
  readonly pattern?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly includes?: string;
  readonly values?: readonly unknown[];
  readonly options?: readonly unknown[];
  readonly errors?: readonly (readonly Rule[])[];
  readonly issues?: readonly Rule[];
}

/** What a rule allows, in the contract's own words or by what zod's issue says of the rule. */
function allowedBy(rule: Rule): string {
  const { expected, minimum, maximum = minimum, divisor, format } = rule;
  // zod/mini has no language, and says this of every rule.
  if (rule.message !== "Invalid input") return rule.message;
  if (expected) return withArticle({ int: "whole number", nonoptional: "value" }[expected] ?? expected);
  if (divisor) return `a multiple of ${divisor}`;
  if (maximum !== undefined) {
    const [including, excluding] = maximum === minimum ? ["at least", "more than"] : ["at most", "less than"];
    const bound = rule.exact ? "exactly" : rule.inclusive ? including : excluding;
    return `${bound} ${maximum}${rule.origin === "string" ? " character(s)" : ""}`;
  }
  if (format) {
    const part = rule.prefix ?? rule.suffix ?? rule.includes ?? (format === "regex" && rule.pattern);
    return `text in the format ${part ? `${format} ${part}` : format}`;
  }
  const alternatives = rule.errors ?? [rule.issues ?? []];
  const choices =
    (rule.values ?? rule.options)?.map(quote) ??
    alternatives.flatMap(([first]) => (first ? allowedBy(first) : []));
  // A check of the contract names no choice, nor does an exclusive union of which several alternatives fit.
  return [...new Set(choices)].join(" or ") || "what the contract accepts";
}

/** Properties that a strict object does not have. */
export function describeUnknown(field: string, keys: readonly string[]): string {
  const named = keys.slice(0, MAX_FAULTS_NAMED).map(quote).join(", ");
  const noun = keys.length === 1 ? "property" : "properties";
  return `${field}: got the unknown ${noun} ${named}; allowed: only the properties of this model's request`;
}

function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${cut(String(key))}`)).join("");
  return name === "" ? "request" : name.replace(/^\./, "");
}

/** A value as a person would name it, cut to a length that can be read. */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : `an array of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return JSON.stringify(cut(value));
  return `the ${typeof value} ${String(value)}`;
}

/** A text cut to a length that can be read, never in the middle of a character. */
export function cut(text: string, maxCharacters = MAX_CHARACTERS_QUOTED): string {
  return text.length > maxCharacters
    ? `${text.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, "")}…`
    : text;
}

function withArticle(noun: string): string {
  return `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;
}
