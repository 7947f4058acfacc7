import { counted } from "../counted";
import { html, plain } from "./text";

/** A part of a document: what stands above its rows, and the rows, of which the last may be left out. */
export interface Section {
  /** As it is to be read; also the summary, where it is folded. */
  readonly title: string;
  /** Of the heading, 2 for `##`. */
  readonly level: number;
  /** Whether it is shown folded. */
  readonly folded: boolean;
  /** What goes first where the document is too long: the lowest. */
  readonly importance: number;
  /** Markdown above the rows. */
  readonly paragraphs: readonly string[];
  /** The rows' header; empty where they are a list. */
  readonly header: readonly string[];
  readonly rows: readonly string[];
  /** How many of the first rows nobody may overlook. @default 0 */
  readonly essentialRows?: number;
}

/**
 * A comment of GitHub's has at most 65,536 characters
 * (https://github.com/orgs/community/discussions/27190). The rest is for who posts it.
 */
export const LONGEST_COMMENT = 65_000;

/** What is told of rows that are left out is shorter than this. */
const ROOM_FOR_NOTE = 160;

/** Essential rows that a section keeps while another one has more. */
const MAX_KEPT = 12;

/**
 * The document: `lead`, then the sections in their order. Where it is longer than `most` characters, rows are left out
 * from the ends of sections, of the least important sections first, and each such section says how many. The first
 * essential rows of each section are left out last, so that no table takes the room of a sentence that matters. Where
 * that is not enough, so are whole sections, and the last line says how many.
 *
 * @param most - characters, counted as UTF-16 does, which is never less than Unicode does
 */
export function compose(
  lead: readonly string[],
  sections: readonly Section[],
  most = LONGEST_COMMENT,
): string {
  const shown = sections.map(({ rows }) => rows.length);
  const parts: (string | undefined)[] = sections.map((section) => render(section, section.rows.length));
  const text = (): string => {
    const gone = parts.filter((part) => part === undefined).length;
    const note =
      gone === 0
        ? []
        : [
            `*${counted(gone, "section")} ${gone === 1 ? "is" : "are"} left out, or this would be longer than GitHub takes.*`,
          ];
    return `${[...lead, ...parts.filter((part) => part !== undefined), ...note].join("\n\n")}\n`;
  };

  let excess = text().length - most;
  const leastImportantFirst = sections
    .map((section, index) => ({ ...section, index }))
    .sort((one, other) => one.importance - other.importance || other.index - one.index);
  const shorten = (keepsEssential: boolean): void => {
    for (const section of leastImportantFirst) {
      if (excess <= 0) return;
      const { rows, index, essentialRows = 0 } = section;
      const least = keepsEssential ? Math.min(essentialRows, MAX_KEPT) : 0;
      let kept = shown[index] ?? 0;
      let saved = kept === rows.length ? -ROOM_FOR_NOTE : 0;
      while (kept > least && saved < excess) {
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
    if (text().length <= most) break;
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
    ...(left === 0
      ? []
      : [
          `*${left} of ${counted(rows.length, "row")} ${left === 1 ? "is" : "are"} left out here, or this would be longer than GitHub takes.*`,
        ]),
  ];
  if (folded) {
    return [`<details><summary>${html(title)}</summary>`, ...parts, "</details>"].join("\n\n");
  }
  return [`${"#".repeat(level)} ${plain(title)}`, ...parts].join("\n\n");
}
