import type { AccessChange } from "../access/access-change";
import { type Change, compareTexts } from "../changes/changes";
import type { Plan } from "../reading/plan";
import type { Risk } from "../risks";
import type { SurfaceChange } from "../surface";
import { DIFFERENCE_TEXTS } from "./phrases/headings";
import { riskPredicate, riskSubject } from "./phrases/risk-sentences";
import { stateText, subjectText } from "./phrases/surface";

/** A plan with the changes of its environment. */
export interface Reviewed {
  readonly plan: Plan;
  readonly changes: readonly Change[];
  readonly access: readonly AccessChange[];
  readonly surface: readonly SurfaceChange[];
  readonly risks?: readonly Risk[];
}

/** A resource that exists in several environments and changes differently. */
export interface Difference {
  /** Path of the construct, or the address. */
  readonly path: string;
  /** The change, by environment. */
  readonly by: Readonly<Record<string, string>>;
}

/**
 * Resources that change differently in environments that exist before and after. A resource is compared if at least two
 * environments contain it. Values can differ. The kind of change, the changed attributes, permissions and public access
 * should be equal.
 */
export function differencesOf(reviewed: readonly Reviewed[]): readonly Difference[] {
  const existing = reviewed.filter(({ plan }) => exists(plan));
  if (existing.length < 2) return [];

  const paths = new Map<string, string>();
  const byEnvironment = existing.map((reviewed) => {
    const { plan, changes } = reviewed;
    const meant = meaningsOf(reviewed);
    const done = new Map(
      changes.map((change) => {
        const key = lasting(change.address);
        return [key, [changeText(change), ...(meant.get(key) ?? [])].join("; ")];
      }),
    );
    const words = new Map<string, string>();
    for (const { address, path } of plan.resources) {
      const key = lasting(address);
      if (!paths.has(key)) paths.set(key, path);
      words.set(key, done.get(key) ?? DIFFERENCE_TEXTS.unchanged);
    }
    return { environment: plan.environment, words };
  });

  return [...paths]
    .flatMap(([key, path]): Difference[] => {
      const there = byEnvironment.flatMap(({ words }) => words.get(key) ?? []);
      if (there.length < 2 || new Set(there).size === 1) return [];
      const by = byEnvironment.map(({ environment, words }) => [
        environment,
        words.get(key) ?? DIFFERENCE_TEXTS.missing,
      ]);
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

/** An address without the hash of the content: equal in every environment. */
function lasting(address: string): string {
  return address.replace(/-[0-9a-f]{16}(_[0-9A-F]{8})?$/, "");
}

function changeText({ kind, changed, forcedBy }: Change): string {
  const attributes = kind === "replace" ? forcedBy : changed.map(({ name }) => name);
  // The values of a rollout always differ between environments.
  if (kind === "rollout" || attributes.length === 0) return kind;
  return `${kind}: ${[...new Set(attributes)].join(", ")}`;
}

/** The meaning of changed documents by address, as texts that do not depend on the environment. */
function meaningsOf({ plan, access, surface, risks = [] }: Reviewed): ReadonlyMap<string, readonly string[]> {
  const meant = new Map<string, string[]>();
  const add = (address: string, text: string): void => {
    const key = lasting(address);
    meant.set(key, [...(meant.get(key) ?? []), withoutNames(text, plan.environment)]);
  };
  for (const { address, subject, before, after } of surface) {
    const [old, next] = [before, after].map((state) => stateText(state) || DIFFERENCE_TEXTS.nothing);
    add(address, `${subjectText(subject)}: ${old} → ${next}`);
  }
  for (const risk of risks) {
    if (risk.direction !== "better") add(risk.address, `${riskSubject(risk)} ${riskPredicate(risk)}`);
  }
  for (const { widens, sentence, where } of access) {
    const [first] = where;
    if (widens && first !== undefined) add(first.address, sentence.replaceAll("`", ""));
  }
  return new Map([...meant].map(([key, texts]) => [key, texts.sort()]));
}

/** Names of environments and APIs, and account numbers, always differ between environments. */
function withoutNames(text: string, environment: string): string {
  const name = environment.replaceAll(/[^\w-]/g, "\\$&");
  return text
    .replaceAll(/(arn:[\w-]+:execute-api:[\w-]*:\d*:)[a-z0-9]{10}\b/g, "$1…")
    .replaceAll(/\b\d{12}\b/g, "…")
    .replaceAll(new RegExp(`(?<![a-z0-9])${name}(?![a-z0-9])`, "g"), "…");
}
