import type { AttributeChange } from "../attributes";
import type { Change, Kind } from "../changes";
import { counted } from "../counted";
import { byWeight, inWords } from "../resource-types";
import type { Section } from "./document";
import { code, header, plain, row } from "./text";

/** Sections are named by this, so that one in a document of several environments says whose it is. */
type Titled = (title: string) => string;

/** What goes, and what is replaced: never folded, felt most first. */
export function lossSection(changes: readonly Change[], titled: Titled): Section[] {
  const losses = changes
    .filter(({ kind }) => kind === "destroy" || kind === "replace")
    .sort((one, other) => byWeight(one.type, other.type));
  if (losses.length === 0) return [];
  return [
    {
      title: titled("Destroyed or replaced"),
      level: 3,
      folded: false,
      importance: 100,
      essentialRows: losses.length,
      paragraphs: [],
      header: header("", "what", "path", "why"),
      rows: losses.map((change) =>
        row(
          change.kind === "destroy" ? "✖ destroyed" : "✖ replaced",
          inWords(change.type).one,
          code(change.path),
          lossInWords(change),
        ),
      ),
    },
  ];
}

function lossInWords({ why, forcedBy, changed, knownAfterApply }: Change): string {
  const reasons = forcedBy.map((name) => {
    const change = changed.find((one) => one.name === name);
    if (change !== undefined) return `${code(name)}: ${fromTo(change)}`;
    return knownAfterApply.includes(name) ? `${code(name)}: known after apply` : code(name);
  });
  const forced = reasons.length === 0 ? [] : [`forced by ${reasons.join(", ")}`];
  return [...forced, ...(why === undefined ? [] : [plain(why)])].join("; ");
}

const FOLDED: readonly {
  readonly kinds: readonly Kind[];
  readonly title: string;
  readonly importance: number;
  readonly withAttributes: boolean;
}[] = [
  { kinds: ["rollout"], title: "rolled out", importance: 50, withAttributes: true },
  { kinds: ["update"], title: "updated in place", importance: 40, withAttributes: true },
  { kinds: ["create"], title: "created", importance: 30, withAttributes: false },
  {
    kinds: ["import", "move", "forget"],
    title: "imported, moved or forgotten",
    importance: 35,
    withAttributes: false,
  },
  { kinds: ["leftover"], title: "left over from a failed rollout", importance: 25, withAttributes: false },
  { kinds: ["tags"], title: "with other tags only", importance: 10, withAttributes: true },
];

/**
 * Everything else that changes, folded by its kind.
 *
 * @param told - addresses of resources whose documents were compared by what they mean
 */
export function otherSections(
  changes: readonly Change[],
  told: ReadonlySet<string>,
  titled: Titled,
): Section[] {
  return FOLDED.flatMap(({ kinds, title, importance, withAttributes }): Section[] => {
    const these = changes.filter(({ kind }) => kinds.includes(kind));
    if (these.length === 0) return [];
    return [
      {
        title: titled(`${these.length} ${title}: ${byType(these)}`),
        level: 3,
        folded: true,
        importance,
        paragraphs: [],
        ...tableOf(these, withAttributes ? (change) => attributesInWords(change, told) : otherwise),
      },
    ];
  });
}

/** `2 endpoints, 1 API` */
function byType(changes: readonly Change[]): string {
  const counts = new Map<string, number>();
  for (const { type } of changes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .sort(([one], [other]) => byWeight(one, other))
    .map(([type, count]) => counted(count, inWords(type)))
    .join(", ");
}

function otherwise({ kind, why }: Change): string {
  const said = kind === "create" || kind === "leftover" ? [] : [kind];
  return plain([...said, ...(why === undefined ? [] : [why])].join(": "));
}

/** Two columns, and a third one where there is something to say. */
function tableOf(
  changes: readonly Change[],
  inWordsOf: (change: Change) => string,
): Pick<Section, "header" | "rows"> {
  const said = changes.map(inWordsOf);
  const isSilent = said.every((words) => words === "");
  return {
    header: isSilent ? header("path", "what") : header("path", "what", "changes"),
    rows: changes.map(({ path, type }, index) =>
      row(code(path), inWords(type).one, ...(isSilent ? [] : [said[index] ?? ""])),
    ),
  };
}

function attributesInWords(change: Change, told: ReadonlySet<string>): string {
  const { kind, address, changed, tags, knownAfterApply, why, imported } = change;
  const parts = [
    ...changed.map((one) =>
      told.has(address) && isDocument(one)
        ? `${code(one.name)}: told above`
        : `${code(one.name)}: ${fromTo(one)}`,
    ),
    ...tags.map((change) => `tag ${code(change.name)}: ${fromTo(change)}`),
  ];
  // What AWS says anew after any apply is told only where nothing else is.
  if (parts.length === 0 && kind === "rollout") parts.push("a new revision");
  if (parts.length === 0 && knownAfterApply.length > 0) {
    parts.push(`${knownAfterApply.map(code).join(", ")}: known after apply`);
  }
  if (imported) parts.push("imported: it exists in AWS, and Terraform manages it from now on");
  if (why !== undefined) parts.push(plain(why));
  return parts.join("<br>");
}

/** A policy, or an API's document. */
function isDocument({ name, after }: AttributeChange): boolean {
  return /^(?:policy|assume_role_policy|body)$/.test(name) && /JSON of \d+ characters$/.test(after);
}

function fromTo({ before, after }: AttributeChange): string {
  return `${code(before)} → ${code(after)}`;
}
