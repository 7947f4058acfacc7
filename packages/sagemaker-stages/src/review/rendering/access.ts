import type { AccessChange } from "../access/access-change";
import { grouped } from "../access/permissions";
import type { Section } from "./document";
import { code, codes, header, row } from "./markdown";
import { moreChangesSentence, riskFlagsText } from "./phrases/access";
import { COLUMNS } from "./phrases/headings";

/** Further changes of the same principals in the same policies share a sentence. */
const MAX_SENTENCES = 6;

/** The changes that give new or wider permissions, a sentence each. */
export function widenedAccessSection(
  access: readonly AccessChange[],
  title: string,
  folded: boolean,
): Section[] {
  const widening = inOrder(access).filter(({ widens }) => widens);
  if (widening.length === 0) return [];
  return [
    {
      title,
      level: 3,
      folded,
      importance: 95,
      essentialRows: widening.filter((change) => weightOf(change) > 1).length,
      paragraphs: [],
      header: [],
      rows: sentences(widening),
    },
  ];
}

/** The table of all changed permissions. */
export function permissionsSection(access: readonly AccessChange[], title: string): Section[] {
  if (access.length === 0) return [];
  return [
    {
      title: `${title}: ${access.length}`,
      level: 3,
      folded: true,
      importance: 60,
      paragraphs: [],
      header: header(...COLUMNS.permissions),
      rows: inOrder(access).map((change) =>
        row(
          `${change.widens ? "⚠ " : ""}${change.change}`,
          codes(change.principals),
          codes(change.actions),
          codes(change.resources),
          code(change.condition),
          codes(change.where.map(({ path }) => path)),
        ),
      ),
    },
  ];
}

function inOrder(access: readonly AccessChange[]): AccessChange[] {
  return [...access].sort((one, other) => weightOf(other) - weightOf(one));
}

const DANGEROUS: ReadonlySet<AccessChange["riskFlags"][number]> = new Set([
  "every action",
  "other account",
  "permissions management",
]);

/** How dangerous a change is: the last rows are left out first. */
function weightOf({ widens, public: isPublic, riskFlags }: AccessChange): number {
  if (!widens) return 0;
  if (isPublic) return 3;
  return riskFlags.some((riskFlag) => DANGEROUS.has(riskFlag)) ? 2 : 1;
}

/** A sentence per change. If a policy has many changes, the changes after the first share a sentence. */
function sentences(widening: readonly AccessChange[]): string[] {
  const groups = grouped(widening, ({ principals, where, subject }) =>
    JSON.stringify([principals, subject.resource, where.map(({ address }) => address)]),
  );
  return [...groups.values()].flatMap((group) => {
    // Changes for anyone always have a sentence.
    const first = group.filter((change, index) => change.public || index < MAX_SENTENCES);
    const rest = group.filter((change) => !first.includes(change));
    const shown = rest.length < 2 ? group : first;
    return [
      ...shown.map((change) => `- ⚠ ${change.sentence}${riskFlagsText(change.riskFlags)}`),
      ...(rest.length < 2 ? [] : [`- ⚠ ${moreChangesSentence(rest)}`]),
    ];
  });
}
