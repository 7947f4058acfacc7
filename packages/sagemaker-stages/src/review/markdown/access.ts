import type { AccessChange } from "../access/access-change";
import { grouped } from "../access/rights";
import { counted } from "../counted";
import type { Section } from "./document";
import { code, codes, header, row } from "./text";

/** More sentences of the same principals, in the same policies, are one sentence. */
const MAX_SENTENCES = 6;

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
  const inOrder = [...access].sort((one, other) => weightOf(other) - weightOf(one));
  const widening = inOrder.filter(({ widens }) => widens);
  const words: Section = {
    title: titled("Access is widened"),
    level: 3,
    folded,
    importance: 95,
    essentialRows: widening.filter((change) => weightOf(change) > 1).length,
    paragraphs: [],
    header: [],
    rows: sentences(widening),
  };
  const table: Section = {
    title: titled(`Access, right by right: ${access.length}`),
    level: 3,
    folded: true,
    importance: 60,
    paragraphs: [],
    header: header("", "who", "may", "on", "under which condition", "where"),
    rows: inOrder.map((change) =>
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

const DANGEROUS: ReadonlySet<AccessChange["marks"][number]> = new Set([
  "every action",
  "other account",
  "permissions management",
]);

/** How dangerous a change is: rows are left out from the end. */
function weightOf({ widens, public: isPublic, marks }: AccessChange): number {
  if (!widens) return 0;
  if (isPublic) return 3;
  return marks.some((mark) => DANGEROUS.has(mark)) ? 2 : 1;
}

/** One sentence a change; where one policy has many changes, one for those that are left after the first. */
function sentences(widening: readonly AccessChange[]): string[] {
  const groups = grouped(widening, ({ principals, where, of }) =>
    JSON.stringify([principals, of.thing, where.map(({ address }) => address)]),
  );
  return [...groups.values()].flatMap((group) => {
    // What anyone can do is never summed up.
    const first = group.filter((change, index) => change.public || index < MAX_SENTENCES);
    const rest = group.filter((change) => !first.includes(change));
    const shown = rest.length < 2 ? group : first;
    return [
      ...shown.map((change) => `- ⚠ ${change.words}${marksInWords(change.marks)}`),
      ...(rest.length < 2 ? [] : [summary(rest)]),
    ];
  });
}

/** What many changes of one policy have in common. */
function summary(changes: readonly AccessChange[]): string {
  const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];
  const [actions, resources] = [
    distinct(changes.flatMap((change) => change.actions)),
    distinct(changes.flatMap((change) => change.resources)),
  ];
  const marks = distinct(changes.flatMap((change) => change.marks)) as AccessChange["marks"];
  const places = distinct(changes.flatMap(({ where }) => where.map(({ path }) => path)));
  return (
    `- ⚠ ${changes.length} more changes in ${listed(places)} widen access of ` +
    `${listed(changes[0]?.principals ?? [])}: ${counted(actions.length, "action")} (${listed(actions)}) on ` +
    `${counted(resources.length, "resource")} (${listed(resources)}), in the table below.${marksInWords(marks)}`
  );
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).map(code);
  return `${shown.join(", ")}${texts.length > 3 ? ` and ${texts.length - 3} more` : ""}`;
}

function marksInWords(marks: AccessChange["marks"]): string {
  return marks.length === 0 ? "" : ` *(${marks.join(", ")})*`;
}
