import type * as z from "zod/mini";
import { isRecord } from "./json";
import {
  MAX_CHARACTERS_OF_FAULT,
  MAX_CHARACTERS_QUOTED,
  MAX_FAULTS_NAMED,
  MAX_FAULTY_MEMBERS,
} from "./limits";

type Issue = z.core.$ZodIssue;

/**
 * An issue for a rule of a contract that zod cannot express. A check of zod adds the issue to `payload.issues`.
 *
 * @example
 * const text = z.string().check((payload) => {
 *   if (payload.value.trim() !== "") return;
 *   payload.issues.push(fault(payload.value, { got: "an empty text", allowed: "a text" }));
 * });
 */
export function fault(
  input: unknown,
  params: { readonly got: string; readonly allowed: string },
): z.core.$ZodRawIssue {
  return { code: "custom", input, params, continue: true };
}

/**
 * Describes the faults of `request` for the caller: the field, the value, and the allowed values.
 *
 * @param issues - at least one issue of zod's `safeParse`
 * @param request - the parsed value
 */
export function describeFaults(issues: readonly Issue[], request: unknown): string {
  const faults = issues.flatMap(unfold);
  const named = faults
    .slice(0, MAX_FAULTS_NAMED)
    .map((issue) => cut(describe(issue, request), MAX_CHARACTERS_OF_FAULT))
    .join("; ");
  const rest = faults.length - MAX_FAULTS_NAMED;
  if (rest <= 0) return named;
  // The schema stops at so many faulty members, so that the exact number is unknown.
  return `${named}; and ${faults.length < MAX_FAULTY_MEMBERS ? "" : "at least "}${rest} more`;
}

/** Replaces the issue of a union by the issues of the alternative with the right type, because these are specific. */
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

/** The properties of zod's issues that describe the violated rule. Each kind of issue has some of these properties. */
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

/** Describes the allowed values: the contract's own text, or a text made from zod's issue. */
function allowedBy(rule: Rule): string {
  const { expected, minimum, maximum = minimum, divisor, format } = rule;
  // zod/mini has no texts: this is its message for every rule.
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
  // Neither a check without a message nor an exclusive union with several matches lists allowed values.
  return [...new Set(choices)].join(" or ") || "what the contract accepts";
}

/** Describes properties that a strict object does not have. */
export function describeUnknown(field: string, keys: readonly string[]): string {
  const named = keys.slice(0, MAX_FAULTS_NAMED).map(quote).join(", ");
  const noun = keys.length === 1 ? "property" : "properties";
  return `${field}: got the unknown ${noun} ${named}; allowed: only the properties of this model's request`;
}

function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${cut(String(key))}`)).join("");
  return name.replace(/^\./, "") || "request";
}

/** Describes a value for a person, cut to a readable length. */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : `an array of ${value.length}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return JSON.stringify(cut(value));
  return `the ${typeof value} ${String(value)}`;
}

/** Cuts a text to a readable length, never within a surrogate pair. */
export function cut(text: string, maxCharacters = MAX_CHARACTERS_QUOTED): string {
  return text.length > maxCharacters
    ? `${text.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, "")}…`
    : text;
}

function withArticle(noun: string): string {
  return `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;
}
