import { coversPattern } from "../../aws/wildcards";
import { inAws } from "../in-aws";
import type { PlannedResource } from "../planned-resource";
import { at, isSame, textOf, type Value, type Values } from "../values";
import { type Finding, unjudged } from "./change";

/** Blocks with which CloudFront asks for signed URLs or cookies. */
const SIGNERS = ["trusted_key_groups", "trusted_signers"] as const;

const ANYBODY = "anybody may read it";

const PAGE = "page (CloudFront distribution)";

/** What CloudFront does with the paths that fit a pattern. */
interface Behavior {
  /** Without the slash with which every path begins, and which CloudFront's patterns may leave out. */
  readonly pattern: string;
  readonly readers: string;
}

/** The pattern of what no other behavior takes. */
const EVERYTHING = "*";

/**
 * Whether a page comes, goes or is opened, as a whole or below some paths: a distribution is there to be read by anybody,
 * but for signed URLs.
 */
export function distributionChanges(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  if (isSame(before, after)) return [];
  const was = behaviorsOf(before);
  const is = behaviorsOf(after);
  if (was === undefined || is === undefined) {
    return [unjudged(PAGE, before && "there", after && "its behaviors are known after apply")];
  }
  const patterns = [...new Set([...was, ...is].map(({ pattern }) => pattern))].sort();
  const whole = changeOf(EVERYTHING, was, is);
  const parts = patterns
    .filter((pattern) => pattern !== EVERYTHING)
    .flatMap((pattern) => changeOf(pattern, was, is))
    // What becomes of the whole page is not told again for each of its paths.
    .filter(
      (part) => !whole.some(({ before: one, after: other }) => part.before === one && part.after === other),
    );
  return [...whole, ...parts];
}

function changeOf(pattern: string, was: readonly Behavior[], is: readonly Behavior[]): Finding[] {
  const before = readersOf(pattern, was);
  const after = readersOf(pattern, is);
  if (before === after) return [];
  const opened = after === ANYBODY;
  return [
    {
      what: pattern === EVERYTHING ? PAGE : `${PAGE}, ${pattern.startsWith("*") ? "" : "/"}${pattern}`,
      kind: before === undefined ? "added" : after === undefined ? "removed" : "authorization changed",
      before,
      after,
      opened,
      public: opened,
    },
  ];
}

/** By the first behavior that takes the paths. */
function readersOf(pattern: string, behaviors: readonly Behavior[]): string | undefined {
  return behaviors.find((one) => coversPattern(one.pattern, pattern))?.readers;
}

/** In CloudFront's order, the default last; none without a distribution, undefined where they are not known yet. */
function behaviorsOf(values: Values | undefined): readonly Behavior[] | undefined {
  if (values === undefined) return [];
  if (values.enabled === false) return [{ pattern: EVERYTHING, readers: "off" }];
  const ordered = values.ordered_cache_behavior ?? [];
  if (!Array.isArray(ordered)) return undefined;
  const behaviors = ordered.map((behavior: Value) => ({
    pattern: textOf(at(behavior, "path_pattern"))?.replace(/^\//, ""),
    readers: askedBy(behavior),
  }));
  const known = behaviors.flatMap(({ pattern, readers }) =>
    pattern === undefined ? [] : [{ pattern, readers }],
  );
  if (known.length < behaviors.length) return undefined;
  return [...known, { pattern: EVERYTHING, readers: askedBy(at(values, "default_cache_behavior", 0)) }];
}

function askedBy(behavior: Value | undefined): string {
  const asksForSignatures = SIGNERS.some((block) => {
    const signers = at(behavior, block);
    return Array.isArray(signers) && signers.length > 0;
  });
  return asksForSignatures ? "who has a signed URL or cookie may read it" : ANYBODY;
}
