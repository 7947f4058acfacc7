import type { PlannedCounts } from "../../environment-report";
import type { SectionName } from "../sections";
import { counted } from "./formats";

/** The headings of the sections. A number or a sum can follow the heading, after a colon. */
export const HEADINGS = {
  differences: "Differences between environments",
  checks: "Failed checks",
  releases: "Releases",
  destroyed: "Destroyed or replaced",
  outages: "Calls that fail",
  risks: "Dangerous settings",
  public: "Routes and public access",
  access: "New or wider permissions",
  permissions: "All changed permissions",
  cost: "Cost",
  drift: "Changed outside of Terraform since the last apply",
  outputs: "Outputs",
} as const satisfies Readonly<Partial<Record<SectionName, string>>>;

/** The heading of the settings that become safer, in the section `risks`. */
export const SAFER_SETTINGS = "Safer settings";

/** Headings of columns, by section. */
export const COLUMNS = {
  summary: {
    environment: "environment",
    import: "import",
    create: "create",
    update: "update",
    rollout: "rollout",
    replace: "replace",
    destroy: "destroy",
    outages: "outages",
    permissions: "permissions",
    public: "public access",
    cost: "monthly cost",
  },
  releases: ["model", "before", "after", "origin", "metrics", "serves"],
  destroyed: ["change", "resource", "path", "reason"],
  public: ["change", "subject", "before", "after", "path"],
  permissions: ["change", "principal", "action", "resource", "condition", "path"],
  cost: ["path", "charge", "unit", "before", "after", "difference"],
  changes: ["path", "resource", "changes"],
  drift: ["path", "resource", "changes"],
  outputs: ["output", "before", "after"],
  differences: "path",
} as const;

/** Cells of the summary. */
export const SUMMARY_CELLS = {
  wider: "⚠ wider",
  notWider: "changed, not wider",
  open: "⚠ **opened**",
  undetermined: "⚠ undetermined",
  weaker: "⚠ weaker authorization",
  changes: "routes changed",
  partlyUnknown: "partly unknown",
} as const;

/**
 * The warning below the summary.
 *
 * @param position - where the review lists the differences
 */
export function differencesWarning(count: number, position: "above" | "below" | undefined): string {
  const differences = [counted(count, "difference"), ...(position === undefined ? [] : [position])].join(" ");
  return `⚠ The environments do not change in the same way: ${differences}.`;
}

/** The plan's parts and types that the review does not evaluate. */
export function undeterminedPartsSentence(
  environment: string,
  parts: readonly string[],
  types: readonly { readonly type: string; readonly count: number }[],
): string {
  const listed = types.map(({ type, count }) => `${type} (${count})`).join(", ");
  const all = [...parts, ...(types.length === 0 ? [] : [`changes of ${listed}`])];
  return `${environment}, not determined: ${all.join("; ")}.`;
}

/** The note of a section that is too long. */
export function leftOutRows(left: number, all: number): string {
  return `*${left} of ${counted(all, "row")} ${left === 1 ? "is" : "are"} left out, because a comment on GitHub has a maximum length.*`;
}

/** The note of a document that is too long. */
export function leftOutSections(left: number): string {
  return `*${counted(left, "section")} ${left === 1 ? "is" : "are"} left out, because a comment on GitHub has a maximum length.*`;
}

/** Terraform's sentence: `Plan: 1 to import, 2 to add, 3 to change, 1 to destroy.` A replacement counts twice. */
export function planSentence(counts: PlannedCounts): string {
  const parts = [
    ...(counts.import === 0 ? [] : [`${counts.import} to import`]),
    `${counts.add} to add`,
    `${counts.change} to change`,
    `${counts.destroy} to destroy`,
    ...(counts.forget === 0 ? [] : [`${counts.forget} to forget`]),
  ];
  return `Plan: ${parts.join(", ")}.`;
}

/** The text of a failed check, after its name. */
export const CHECK_STATES = { fail: "failed", error: "could not be evaluated" } as const;

/** The labels of the changes of public access. */
export const PUBLIC_LABELS = {
  undetermined: "⚠ undetermined: ",
  public: "⚠ **opened to the public**: ",
  opened: "⚠ weaker: ",
  wider: "wider: ",
} as const;

/** Texts of the differences between environments. */
export const DIFFERENCE_TEXTS = {
  missing: "does not exist",
  unchanged: "unchanged",
  nothing: "nothing",
} as const;
