import type { AttributeChange } from "../changes/attributes";
import type { Change, Kind } from "../changes/changes";
import { byImportance } from "../changes/resource-types";
import type { Section } from "./document";
import { code, header, plain, row } from "./markdown";
import {
  CHANGE_TEXTS,
  CHANGE_TITLES,
  KIND_LABELS,
  LOSS_LABELS,
  reasonText,
  seeText,
} from "./phrases/changes";
import { counted } from "./phrases/formats";
import { COLUMNS } from "./phrases/headings";
import { labelOf } from "./phrases/resource-types";

/** Destroyed and replaced resources: never folded, most important first. */
export function lossSection(changes: readonly Change[], title: string): Section[] {
  const losses = changes
    .flatMap((change) =>
      change.kind === "destroy" || change.kind === "replace" ? [{ ...change, kind: change.kind }] : [],
    )
    .sort((one, other) => byImportance(one.type, other.type));
  if (losses.length === 0) return [];
  return [
    {
      title,
      level: 3,
      folded: false,
      importance: 100,
      essentialRows: losses.length,
      paragraphs: [],
      header: header(...COLUMNS.destroyed),
      rows: losses.map((change) =>
        row(LOSS_LABELS[change.kind], labelOf(change.type).one, code(change.path), lossText(change)),
      ),
    },
  ];
}

function lossText({ reason, forcedBy, changed, knownAfterApply }: Change): string {
  const attributes = forcedBy.map((name) => {
    const change = changed.find((one) => one.name === name);
    if (change !== undefined) return `${code(name)}: ${fromTo(change)}`;
    return knownAfterApply.includes(name) ? `${code(name)}: ${CHANGE_TEXTS.knownAfterApply}` : code(name);
  });
  const forced = attributes.length === 0 ? [] : [`${CHANGE_TEXTS.forcedBy} ${attributes.join(", ")}`];
  return [...forced, ...(reason === undefined ? [] : [plain(reasonText(reason))])].join("; ");
}

/** The sections of other changes. The first kind of each names the title. */
const FOLDED: readonly {
  readonly kinds: readonly [Kind, ...Kind[]];
  readonly importance: number;
  readonly withAttributes: boolean;
}[] = [
  { kinds: ["rollout"], importance: 50, withAttributes: true },
  { kinds: ["update"], importance: 40, withAttributes: true },
  { kinds: ["create"], importance: 30, withAttributes: false },
  { kinds: ["import", "move", "forget"], importance: 35, withAttributes: false },
  { kinds: ["leftover"], importance: 25, withAttributes: false },
  { kinds: ["tags"], importance: 10, withAttributes: true },
];

/**
 * All other changes, folded by kind.
 *
 * @param positionOfMeaning - where another section of this review compares the documents of the resource at the address
 */
export function otherSections(
  changes: readonly Change[],
  positionOfMeaning: (address: string) => "above" | "below" | undefined,
  titled: (title: string) => string,
): Section[] {
  return FOLDED.flatMap(({ kinds, importance, withAttributes }): Section[] => {
    const these = changes.filter(({ kind }) => kinds.includes(kind));
    if (these.length === 0) return [];
    return [
      {
        title: titled(`${these.length} ${CHANGE_TITLES[kinds[0]]}: ${byType(these)}`),
        level: 3,
        folded: true,
        importance,
        paragraphs: [],
        ...tableOf(
          these,
          withAttributes ? (change) => attributesText(change, positionOfMeaning(change.address)) : kindText,
        ),
      },
    ];
  });
}

/** `2 endpoints, 1 API` */
function byType(changes: readonly Change[]): string {
  const counts = new Map<string, number>();
  for (const { type } of changes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .sort(([one], [other]) => byImportance(one, other))
    .map(([type, count]) => counted(count, labelOf(type)))
    .join(", ");
}

function kindText({ kind, reason }: Change): string {
  return plain([KIND_LABELS[kind] ?? [], reason === undefined ? [] : reasonText(reason)].flat().join(": "));
}

/** Two columns, and a third column where it is not empty. */
function tableOf(
  changes: readonly Change[],
  textOf: (change: Change) => string,
): Pick<Section, "header" | "rows"> {
  const texts = changes.map(textOf);
  const isEmpty = texts.every((text) => text === "");
  const [path, type, text] = COLUMNS.changes;
  return {
    header: isEmpty ? header(path, type) : header(path, type, text),
    rows: changes.map((change, index) =>
      row(code(change.path), labelOf(change.type).one, ...(isEmpty ? [] : [texts[index] ?? ""])),
    ),
  };
}

function attributesText(change: Change, position: "above" | "below" | undefined): string {
  const { kind, changed, tags, knownAfterApply, reason, imported } = change;
  const parts = [
    ...changed.map((one) =>
      position !== undefined && isDocument(one)
        ? `${code(one.name)}: ${seeText(position)}`
        : `${code(one.name)}: ${fromTo(one)}`,
    ),
    ...tags.map((tag) => `${CHANGE_TEXTS.tag} ${code(tag.name)}: ${fromTo(tag)}`),
  ];
  // Attributes that are known after apply are shown only where no other attribute changes.
  if (parts.length === 0 && kind === "rollout") parts.push(CHANGE_TEXTS.newRevision);
  if (parts.length === 0 && knownAfterApply.length > 0) {
    parts.push(`${knownAfterApply.map(code).join(", ")}: ${CHANGE_TEXTS.knownAfterApply}`);
  }
  if (imported) parts.push(CHANGE_TEXTS.imported);
  if (reason !== undefined) parts.push(plain(reasonText(reason)));
  return parts.join("<br>");
}

/** Whether the attribute is a policy or an API's document. */
function isDocument({ name, after }: AttributeChange): boolean {
  return /^(?:policy|assume_role_policy|body)$/.test(name) && /JSON of [\d,]+ characters$/.test(after);
}

function fromTo({ before, after }: AttributeChange): string {
  return `${code(before)} → ${code(after)}`;
}
