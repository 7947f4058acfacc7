import type { AccessChange } from "./access/access-change";
import { type Change, compareTexts } from "./changes";
import type { Plan } from "./plan";
import type { Risk } from "./risks";
import type { SurfaceChange } from "./surface";

/** One environment with what becomes of it. */
export interface Reviewed {
  readonly plan: Plan;
  readonly changes: readonly Change[];
  readonly access: readonly AccessChange[];
  readonly surface: readonly SurfaceChange[];
  readonly risks?: readonly Risk[];
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
 * of them can differ. Values may differ; what is done with which attributes, who can do more and what can be reached
 * otherwise may not.
 */
export function differencesOf(reviewed: readonly Reviewed[]): readonly Difference[] {
  const alike = reviewed.filter(({ plan }) => exists(plan));
  if (alike.length < 2) return [];

  const paths = new Map<string, string>();
  const byEnvironment = alike.map((reviewed) => {
    const { plan, changes } = reviewed;
    const meant = meaningsOf(reviewed);
    const done = new Map(
      changes.map((change) => {
        const key = lasting(change.address);
        return [key, [wordsOf(change), ...(meant.get(key) ?? [])].join("; ")];
      }),
    );
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

/** What documents mean that change, by address, in words that are the same in each environment. */
function meaningsOf({ plan, access, surface, risks = [] }: Reviewed): ReadonlyMap<string, readonly string[]> {
  const meant = new Map<string, string[]>();
  const add = (address: string, words: string): void => {
    const key = lasting(address);
    meant.set(key, [...(meant.get(key) ?? []), withoutPlace(words, plan.environment)]);
  };
  for (const { address, what, before = "nothing", after = "nothing" } of surface) {
    add(address, `${what}: ${before} → ${after}`);
  }
  for (const { address, direction, subject, says } of risks) {
    if (direction !== "better") add(address, `${subject} ${says}`);
  }
  for (const { widens, words, where } of access) {
    const [first] = where;
    if (widens && first !== undefined) add(first.address, words.replaceAll("`", ""));
  }
  return new Map([...meant].map(([key, words]) => [key, words.sort()]));
}

/** Names of environments and APIs, and numbers of accounts, differ without a meaning. */
function withoutPlace(words: string, environment: string): string {
  const name = environment.replaceAll(/[^\w-]/g, "\\$&");
  return words
    .replaceAll(/(arn:[\w-]+:execute-api:[\w-]*:\d*:)[a-z0-9]{10}\b/g, "$1…")
    .replaceAll(/\b\d{12}\b/g, "…")
    .replaceAll(new RegExp(`(?<![a-z0-9])${name}(?![a-z0-9])`, "g"), "…");
}
