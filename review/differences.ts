import { type Change, compareTexts } from "./changes";
import type { Plan } from "./plan";

/** One environment with what becomes of it. */
export interface Reviewed {
  readonly plan: Plan;
  readonly changes: readonly Change[];
}

/** Something that changes in one environment, and in another, which has it as well, not or otherwise. */
export interface Difference {
  /** Of the construct, or the address. */
  readonly path: string;
  /** What becomes of it, by environment. */
  readonly by: Readonly<Record<string, string>>;
}

const NOT_THERE = "not there";
const UNCHANGED = "unchanged";

/**
 * What does not change alike in environments that are alike: those that exist before and after. Only what exists in two
 * of them can differ. Values may differ, what is done with which attributes may not.
 */
export function differencesOf(reviewed: readonly Reviewed[]): readonly Difference[] {
  const alike = reviewed.filter(({ plan }) => exists(plan));
  if (alike.length < 2) return [];

  const paths = new Map<string, string>();
  const byEnvironment = alike.map(({ plan, changes }) => {
    const done = new Map(changes.map((change) => [lasting(change.address), wordsOf(change)]));
    const words = new Map<string, string>();
    for (const { address, path } of plan.resources) {
      const key = lasting(address);
      if (!paths.has(key)) paths.set(key, path);
      words.set(key, done.get(key) ?? UNCHANGED);
    }
    return { environment: plan.environment, words };
  });

  return [...paths]
    .flatMap(([key, path]): Difference[] => {
      const there = byEnvironment.flatMap(({ words }) => words.get(key) ?? []);
      if (there.length < 2 || new Set(there).size === 1) return [];
      const by = byEnvironment.map(({ environment, words }) => [environment, words.get(key) ?? NOT_THERE]);
      return [{ path, by: Object.fromEntries(by) }];
    })
    .sort((one, other) => compareTexts(one.path, other.path));
}

/** Whether the environment exists before and after. */
function exists({ resources }: Plan): boolean {
  return (
    resources.some(({ before }) => before !== undefined) && resources.some(({ after }) => after !== undefined)
  );
}

/** An address without what follows the content: the same thing in every environment. */
function lasting(address: string): string {
  return address.replace(/-[0-9a-f]{16}(_[0-9A-F]{8})?$/, "");
}

function wordsOf({ kind, changed, forcedBy }: Change): string {
  const attributes = kind === "replace" ? forcedBy : changed.map(({ name }) => name);
  // A rollout's values are its own, in every environment.
  if (kind === "rollout" || attributes.length === 0) return kind;
  return `${kind}: ${[...new Set(attributes)].join(", ")}`;
}
