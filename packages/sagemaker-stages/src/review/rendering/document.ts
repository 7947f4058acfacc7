import { html, plain } from "./markdown";
import { leftOutRows, leftOutSections } from "./phrases/headings";

/** A part of a document: text above the rows, and the rows, of which the last can be left out. */
export interface Section {
  /** The heading, or the summary of a folded section. */
  readonly title: string;
  /** Level of the heading: 2 for `##`. */
  readonly level: number;
  /** Whether the section is shown folded. */
  readonly folded: boolean;
  /** Where the document is too long, rows of the sections with the lowest importance are left out first. */
  readonly importance: number;
  /** Markdown above the rows. */
  readonly paragraphs: readonly string[];
  /** The header of the rows; empty where the rows are a list. */
  readonly header: readonly string[];
  readonly rows: readonly string[];
  /** The number of first rows that are left out last. @default 0 */
  readonly essentialRows?: number;
}

/**
 * A comment on GitHub has at most 65,536 characters (https://github.com/orgs/community/discussions/27190). The rest is
 * for the program that posts the comment.
 */
export const MAX_COMMENT_CHARACTERS = 65_000;

/** The note about rows that are left out is shorter. */
const ROOM_FOR_NOTE = 160;

/** Essential rows that a section keeps while other sections have more. */
const MAX_KEPT = 12;

/**
 * A document of Markdown and sections, in their order. Where the document is longer than `max` characters, rows are left
 * out from the ends of sections, of the least important sections first, and each section counts its rows that are left
 * out. The essential rows of each section are left out last, so that no table takes the room of an important sentence. If
 * the document is still too long, whole sections are left out, and the last line counts them.
 *
 * @param max - characters, counted as UTF-16 code units, which are never fewer than Unicode characters
 */
export function compose(blocks: readonly (string | Section)[], max = MAX_COMMENT_CHARACTERS): string {
  const sections = blocks.flatMap((block) => (typeof block === "string" ? [] : [block]));
  const shown = sections.map(({ rows }) => rows.length);
  const parts: (string | undefined)[] = sections.map((section) => render(section, section.rows.length));
  const text = (): string => {
    const leftOut = parts.filter((part) => part === undefined).length;
    const written = blocks.flatMap((block) =>
      typeof block === "string" ? [block] : (parts[sections.indexOf(block)] ?? []),
    );
    return `${[...written, ...(leftOut === 0 ? [] : [leftOutSections(leftOut)])].join("\n\n")}\n`;
  };

  let excess = text().length - max;
  const leastImportantFirst = sections
    .map((section, index) => ({ ...section, index }))
    .sort((one, other) => one.importance - other.importance || other.index - one.index);
  const shorten = (keepsEssential: boolean): void => {
    for (const section of leastImportantFirst) {
      if (excess <= 0) return;
      const { rows, index, essentialRows = 0 } = section;
      const min = keepsEssential ? Math.min(essentialRows, MAX_KEPT) : 0;
      let kept = shown[index] ?? 0;
      let saved = kept === rows.length ? -ROOM_FOR_NOTE : 0;
      while (kept > min && saved < excess) {
        kept -= 1;
        saved += (rows[kept]?.length ?? 0) + 1;
      }
      if (saved <= 0) continue;
      const shorter = render(section, kept);
      excess += shorter.length - (parts[index]?.length ?? 0);
      parts[index] = shorter;
      shown[index] = kept;
    }
  };
  shorten(true);
  shorten(false);
  for (const { index } of leastImportantFirst) {
    if (text().length <= max) break;
    parts[index] = undefined;
  }
  return text();
}

function render(section: Section, shown: number): string {
  const { title, level, folded, paragraphs, rows } = section;
  const left = rows.length - shown;
  const parts = [
    ...paragraphs,
    ...(shown === 0 ? [] : [[...section.header, ...rows.slice(0, shown)].join("\n")]),
    ...(left === 0 ? [] : [leftOutRows(left, rows.length)]),
  ];
  if (folded) {
    return [`<details><summary>${html(title)}</summary>`, ...parts, "</details>"].join("\n\n");
  }
  return [`${"#".repeat(level)} ${plain(title)}`, ...parts].join("\n\n");
}
