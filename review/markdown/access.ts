import type { AccessChange } from "../access/access";
import type { Section } from "./document";
import { code, codes, header, row } from "./text";

/**
 * Who can do what now: in words what widens access, then everything in a table.
 *
 * @param folded - whether the words are folded, too: of an environment that is new, everything is
 */
export function accessSections(
  access: readonly AccessChange[],
  titled: (title: string) => string,
  folded: boolean,
): Section[] {
  if (access.length === 0) return [];
  const widening = access.filter(({ widens }) => widens);
  const words: Section = {
    title: titled("Access is widened"),
    level: 3,
    folded,
    importance: 95,
    paragraphs: [],
    header: [],
    rows: widening.map((change) => `- ⚠ ${change.words}${marksInWords(change)}`),
  };
  const table: Section = {
    title: titled(`Access, right by right: ${access.length}`),
    level: 3,
    folded: true,
    importance: 60,
    paragraphs: [],
    header: header("", "who", "may", "on", "under which condition", "where"),
    rows: access.map((change) =>
      row(
        `${change.widens ? "⚠ " : ""}${change.change}`,
        codes(change.principals),
        codes(change.actions),
        codes(change.resources),
        code(change.condition),
        codes(change.where.map(({ path }) => path)),
      ),
    ),
  };
  return widening.length === 0 ? [table] : [words, table];
}

function marksInWords({ marks }: AccessChange): string {
  return marks.length === 0 ? "" : ` *(${marks.join(", ")})*`;
}
