import { ARN_PARTS, splitArn } from "./arn";
import { covers, type Tokens, tokenize } from "./wildcards";

/**
 * Whether an ARN matches a pattern of IAM's `ArnLike` and `ArnEquals`: each of the six parts is compared separately. `*`
 * and `?` match characters of one part; only the last part, the resource, can contain colons
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN).
 *
 * Patterns of the element `Resource` are compared in the same way, except that the pattern `*` matches every ARN. AWS
 * documents that a `*` at the end of a part of such a pattern "can expand to match beyond the colon boundaries"
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html), but not in which cases: this
 * function does not expand `*` beyond colons. A caller that must not underestimate a grant must refuse patterns with fewer
 * than six parts, see {@link isArnPattern}.
 *
 * @returns whether the ARN matches; `false` for a pattern or an ARN with fewer than six parts
 */
export function matchesArn(pattern: string, arn: string): boolean {
  const { tokens: wanted, isLiteral } = readPattern(pattern);
  if (wanted === undefined) return false;
  if (isLiteral) return pattern === arn;
  const parts = partsOfArn(arn);
  if (parts.length < ARN_PARTS) return false;
  return wanted.every((part, index) => covers(part, parts[index] ?? ""));
}

let lastArn = "";
let lastParts: readonly string[] = [];

/** The parts of an ARN. One ARN is compared with many patterns before the next ARN. */
function partsOfArn(arn: string): readonly string[] {
  if (arn !== lastArn) {
    lastArn = arn;
    lastParts = splitArn(arn);
  }
  return lastParts;
}

/** Whether a pattern has the six parts of an ARN, and matches only the ARN with the same text. */
export function isLiteralArn(pattern: string): boolean {
  return readPattern(pattern).isLiteral;
}

/** Whether a pattern has the six parts of an ARN. */
export function isArnPattern(pattern: string): boolean {
  return partsOfPattern(pattern) !== undefined;
}

/**
 * Whether every ARN that matches the pattern `inner` matches the pattern `outer`, too, part by part as in {@link
 * matchesArn}. The pattern `*` matches every ARN. The result is `false` if the answer is uncertain.
 */
export function coversArn(outer: string, inner: string): boolean {
  if (outer === "*" || outer === inner) return true;
  const outerParts = partsOfPattern(outer);
  const innerParts = partsOfPattern(inner);
  if (outerParts === undefined || innerParts === undefined) return false;
  return outerParts.every((part, index) => covers(part, innerParts[index] ?? ""));
}

/**
 * The parts of a pattern of ARNs. A colon in a policy variable, e.g. `${aws:username}`, does not separate parts. The result
 * can have fewer than six parts.
 */
export function splitArnPattern(pattern: string): string[] {
  if (!pattern.includes("${")) return splitArn(pattern);
  const parts = [""];
  for (const [piece] of pattern.matchAll(/\$\{[^}]*\}|[\s\S]/g)) {
    if (piece === ":" && parts.length < ARN_PARTS) parts.push("");
    else parts.push(`${parts.pop()}${piece}`);
  }
  return parts;
}

interface ReadPattern {
  /** The six parts; `undefined` for a pattern with fewer parts. */
  readonly tokens: readonly Tokens[] | undefined;
  /** Whether the six parts have no wildcards and no variables. */
  readonly isLiteral: boolean;
}

const knownPatterns = new Map<string, ReadPattern>();

function partsOfPattern(pattern: string): readonly Tokens[] | undefined {
  return readPattern(pattern).tokens;
}

/** Cached, because a proof and a review compare the same patterns with many ARNs. */
function readPattern(pattern: string): ReadPattern {
  const known = knownPatterns.get(pattern);
  if (known !== undefined) return known;
  const parts = splitArnPattern(pattern);
  const tokens = parts.length < ARN_PARTS ? undefined : parts.map(tokenize);
  const read = { tokens, isLiteral: tokens?.every((part) => typeof part === "string") ?? false };
  knownPatterns.set(pattern, read);
  return read;
}
