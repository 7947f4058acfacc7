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

/** A union's issue says only "none fits"; the alternative whose type was right says what is wrong. */
function unfold(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const nearest = issue.errors.find(
    (branch) => !branch.some((b) => b.code === "invalid_type" && b.path.length === 0),
  );
  if (nearest === undefined) return [issue];
  return nearest.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] }));
}

function describe(issue: Issue, request: unknown): string {
  const field = fieldName(issue.path);
  const value = issue.path.reduce<unknown>(
    (at, key) => (isRecord(at) ? at[key as string] : undefined),
    request,
  );
  switch (issue.code) {
    case "invalid_type":
      return `${field}: got ${quote(value)}; allowed: ${withArticle(issue.expected)}`;
    case "invalid_union": {
      const kinds = issue.errors
        .flat()
        .flatMap((inner) => (inner.code === "invalid_type" ? [withArticle(inner.expected)] : []));
      return `${field}: got ${quote(value)}; allowed: ${[...new Set(kinds)].join(" or ")}`;
    }
    case "unrecognized_keys":
      return describeUnknown(field, issue.keys);
    case "custom":
      return `${field}: got ${issue.params?.got}; allowed: ${issue.params?.allowed}`;
    default:
      return `${field}: got ${quote(value)}; ${issue.message}`;
  }
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
