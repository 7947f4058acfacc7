import { UsageError } from "../../lib/arguments";

/** Names of the sections of a review, in their default order. */
export const SECTION_NAMES = [
  "summary",
  "undetermined",
  "differences",
  "checks",
  "releases",
  "destroyed",
  "outages",
  "risks",
  "public",
  "access",
  "permissions",
  "cost",
  "changes",
  "drift",
  "outputs",
] as const;

/** The name of a section in `--sections` and in a template. */
export type SectionName = (typeof SECTION_NAMES)[number];

/** A section of a layout, or Markdown that the author of a template wrote. */
export type LayoutPart =
  | { readonly section: SectionName /** Replaces the section's heading. */; readonly heading?: string }
  | { readonly markdown: string };

/** The parts of a review below the verdict. */
export interface Layout {
  readonly parts: readonly LayoutPart[];
  /** Whether each environment has a chapter with its sections, and not each section a list of environments. */
  readonly byEnvironment: boolean;
}

/** The layout with the sections, in their order. */
function layoutOf(sections: readonly SectionName[]): Layout {
  return { parts: sections.map((section) => ({ section })), byEnvironment: true };
}

/** Where the reader finds the first of the sections, from a part of the layout; `undefined` if the layout has none. */
export function positionOf(
  { parts }: Layout,
  sections: readonly SectionName[],
  from: SectionName,
): "above" | "below" | undefined {
  const order = parts.flatMap((part) => ("section" in part ? part.section : []));
  const first = order.find((section) => sections.includes(section));
  if (first === undefined) return undefined;
  return order.indexOf(first) < order.indexOf(from) ? "above" : "below";
}

/** All sections. */
export const DEFAULT_LAYOUT = layoutOf(SECTION_NAMES);

/**
 * The layout of `--sections`.
 *
 * @param lists - names, separated by commas
 * @throws UsageError where a name is unknown
 */
export function readSections(lists: readonly string[]): Layout {
  const names = lists.flatMap((list) => list.split(",")).map((name) => name.trim());
  return layoutOf([...new Set(names)].map(sectionNamed));
}

function sectionNamed(name: string): SectionName {
  const section = SECTION_NAMES.find((known) => known === name);
  if (section === undefined) {
    throw new UsageError(`--sections: got ${JSON.stringify(name)}; allowed: ${SECTION_NAMES.join(", ")}`);
  }
  return section;
}
