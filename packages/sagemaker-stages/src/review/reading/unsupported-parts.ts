import type { Masking } from "../masking/masking";

/** The members of a plan that can contain unsupported parts. */
interface Parts {
  readonly resource_changes?:
    | readonly { readonly mode: string; readonly change: { readonly actions: readonly string[] } }[]
    | undefined;
  readonly action_invocations?: readonly unknown[] | undefined;
  readonly checks?:
    | readonly {
        readonly address: { readonly to_display?: string | undefined };
        readonly status?: string | undefined;
      }[]
    | undefined;
}

/** The members of a plan's JSON that the review reads, and members that repeat their content. */
const MEMBERS: ReadonlySet<string> = new Set([
  "action_invocations",
  "applyable",
  "checks",
  "complete",
  "configuration",
  "deferred_changes",
  "errored",
  "format_version",
  "output_changes",
  "planned_values",
  "prior_state",
  "proposed_unknown",
  "relevant_attributes",
  "resource_changes",
  "resource_drift",
  "terraform_version",
  "timestamp",
  "variables",
]);

/** A line with more names is hard to read. */
const MAX_NAMES = 3;

/** The parts of a plan that the review does not support. The review lists these parts. */
export function unsupportedPartsOf(plan: Parts & object, masking: Masking): readonly string[] {
  const { resource_changes = [], action_invocations = [], checks = [] } = plan;
  const changing = resource_changes.filter(({ change }) => change.actions.join() !== "no-op");
  const data = changing.filter(({ mode }) => mode === "data").length;
  const others = changing.filter(({ mode }) => mode !== "data" && mode !== "managed").length;
  const named = (texts: readonly string[]): string => {
    const shown = texts.slice(0, MAX_NAMES).map((text) => masking.scrubAddress(text));
    return `${shown.join(", ")}${texts.length > MAX_NAMES ? ` and ${texts.length - MAX_NAMES} more` : ""}`;
  };
  // Failed checks and drift have sections in the review.
  const unknown = checks
    .filter(({ status }) => status === "unknown")
    .map(({ address }) => address.to_display ?? "a check");
  const members = Object.keys(plan).filter(
    (member) => !MEMBERS.has(member) && isFull(Reflect.get(plan, member)),
  );
  const parts: readonly (readonly [number, string, string])[] = [
    [data, "data source read during apply", ""],
    [others, "resource of another mode", ""],
    [action_invocations.length, "action invoked", named(action_invocations.flatMap(typeOfAction))],
    [unknown.length, "check known after apply", named(unknown)],
    [members.length, "unknown member of the plan", named(members)],
  ];
  return parts.flatMap(([count, what, names]) => {
    if (count === 0) return [];
    const counted = count === 1 ? `1 ${what}` : `${count} ${inPlural(what)}`;
    return names === "" ? counted : `${counted} (${names})`;
  });
}

/** The plural of the noun: `data source`, or the first word. */
function inPlural(what: string): string {
  return what.replace(/^(data source|\w+)/, "$1s");
}

function typeOfAction(invocation: unknown): string[] {
  if (typeof invocation !== "object" || invocation === null) return [];
  const { address, type } = invocation as { readonly address?: unknown; readonly type?: unknown };
  const name = address ?? type;
  return typeof name === "string" ? [name] : [];
}

function isFull(value: unknown): boolean {
  if (typeof value !== "object" || value === null)
    return value !== undefined && value !== null && value !== false;
  return Object.keys(value).length > 0;
}
