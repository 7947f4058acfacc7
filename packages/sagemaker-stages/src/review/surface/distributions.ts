import { coversPattern } from "../../aws/wildcards";
import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isSame, textOf, type Value, type Values } from "../reading/values";
import {
  type Finding,
  isSameState,
  note,
  type SurfaceState,
  type SurfaceSubject,
  undetermined,
} from "./change";

/** Blocks with which CloudFront requires signed URLs or cookies. */
const SIGNERS = ["trusted_key_groups", "trusted_signers"] as const;

const ANYONE = note("readable by anyone");

/** What CloudFront does with the paths that match a pattern. */
interface Behavior {
  /** Without the first slash, which CloudFront's patterns may omit. */
  readonly pattern: string;
  readonly readers: SurfaceState;
}

/** The pattern of the default behavior. */
const EVERYTHING = "*";

function pageOf(pattern: string): SurfaceSubject {
  return { kind: "page", pattern };
}

/**
 * Whether a page is added, removed or opened, as a whole or below some paths. Anyone can read a distribution that does
 * not require signed URLs.
 */
export function distributionChanges(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  if (isSame(before, after)) return [];
  return [...behaviorChanges(before, after), ...aliasChanges(before, after)];
}

/** Domain names of a page. Anyone who can read the page at CloudFront's own name reads the same page. */
function aliasChanges(before: Values | undefined, after: Values | undefined): Finding[] {
  const [was, is] = [aliasesOf(before), aliasesOf(after)];
  const added = is.filter((name) => !was.includes(name));
  const removed = was.filter((name) => !is.includes(name));
  return [
    ...added.map(
      (name): Finding => ({
        subject: { kind: "domain name", name },
        kind: "added",
        before: undefined,
        after: note("address of the page"),
      }),
    ),
    ...removed.map(
      (name): Finding => ({
        subject: { kind: "domain name", name },
        kind: "removed",
        before: note("address of the page"),
        after: undefined,
      }),
    ),
  ];
}

function aliasesOf(values: Values | undefined): string[] {
  const aliases = values?.aliases ?? [];
  if (!Array.isArray(aliases)) return [];
  return (aliases as readonly Value[]).flatMap((alias) => textOf(alias) ?? []).sort();
}

function behaviorChanges(before: Values | undefined, after: Values | undefined): Finding[] {
  const was = behaviorsOf(before);
  const is = behaviorsOf(after);
  if (was === undefined || is === undefined) {
    const [old, now] = [before && note("exists"), after && note("behaviors known after apply")];
    return [undetermined(pageOf(EVERYTHING), old, now)];
  }
  const patterns = [...new Set([...was, ...is].map(({ pattern }) => pattern))].sort();
  const whole = changeOf(EVERYTHING, was, is);
  const parts = patterns
    .filter((pattern) => pattern !== EVERYTHING)
    .flatMap((pattern) => changeOf(pattern, was, is))
    // A change of the whole page is not repeated for each of its paths.
    .filter(
      (part) =>
        !whole.some(
          ({ before: one, after: other }) => isSameState(part.before, one) && isSameState(part.after, other),
        ),
    );
  return [...whole, ...parts];
}

function changeOf(pattern: string, was: readonly Behavior[], is: readonly Behavior[]): Finding[] {
  const before = readersOf(pattern, was);
  const after = readersOf(pattern, is);
  if (isSameState(before, after)) return [];
  const opened = isSameState(after, ANYONE);
  return [
    {
      subject: pageOf(pattern),
      kind: before === undefined ? "added" : after === undefined ? "removed" : "authorization changed",
      before,
      after,
      opened,
      public: opened,
      refuses:
        before !== undefined && after !== undefined && !opened && !isSameState(before, note("disabled")),
    },
  ];
}

/** The readers of the first behavior that matches the paths. */
function readersOf(pattern: string, behaviors: readonly Behavior[]): SurfaceState | undefined {
  return behaviors.find((one) => coversPattern(one.pattern, pattern))?.readers;
}

/** In CloudFront's order, the default last; empty without a distribution, undefined where known after apply. */
function behaviorsOf(values: Values | undefined): readonly Behavior[] | undefined {
  if (values === undefined) return [];
  if (values.enabled === false) return [{ pattern: EVERYTHING, readers: note("disabled") }];
  const ordered = values.ordered_cache_behavior ?? [];
  if (!Array.isArray(ordered)) return undefined;
  const behaviors = ordered.map((behavior: Value) => ({
    pattern: textOf(at(behavior, "path_pattern"))?.replace(/^\//, ""),
    readers: readersBy(behavior),
  }));
  const known = behaviors.flatMap(({ pattern, readers }) =>
    pattern === undefined ? [] : [{ pattern, readers }],
  );
  if (known.length < behaviors.length) return undefined;
  return [...known, { pattern: EVERYTHING, readers: readersBy(at(values, "default_cache_behavior", 0)) }];
}

function readersBy(behavior: Value | undefined): SurfaceState {
  const requiresSignature = SIGNERS.some((block) => {
    const signers = at(behavior, block);
    return Array.isArray(signers) && signers.length > 0;
  });
  return requiresSignature ? note("readable with a signature") : ANYONE;
}
