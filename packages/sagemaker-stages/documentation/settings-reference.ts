import { join } from "node:path";
import {
  type DocComment,
  type DocumentedProperty,
  docOfConstant,
  docsOfInterface,
  propertiesOfConstant,
  propertiesOfExpression,
  sourceOfConstant,
} from "./doc-comments";
import { SECTIONS, type Section } from "./sections";
import { defaultOf, isRequired, optionsOf, shapeOf, typeOf, unwrap } from "./setting-types";

/** The document with the reference, from the repository's folder. */
export const DOCUMENT = "docs/environments.md";

/** The line that separates the written introduction from the generated reference. */
export const MARKER =
  "<!-- `npm run docs` generates the text below from the settings in packages/sagemaker-stages/src/environment. -->";

/** A row of a table. */
export interface Row {
  /** The path of the setting in its group, e.g. `throttling.rateLimit`. */
  readonly setting: string;
  readonly schema: unknown;
  readonly doc: DocComment;
  /** Whether the setting is one of several alternatives. One of the alternatives is required. */
  readonly isAlternative: boolean;
}

/** The document with a new reference. @throws Error if the document has no marker, or if a setting has no comment */
export function withReference(document: string): string {
  const [introduction, reference] = document.split(MARKER);
  if (introduction === undefined || reference === undefined) {
    throw new Error(`${DOCUMENT}: got no line ${MARKER}; allowed: one such line`);
  }
  return `${introduction}${MARKER}\n\n${renderReference()}`;
}

function renderReference(): string {
  return `## Reference\n\n${renderIndex()}\n\n${SECTIONS.map(renderSection).join("\n")}`;
}

/** The first section of each part of the index, with the title of the part. */
const PARTS: ReadonlyMap<string, string> = new Map([
  ["Environment", "Environment"],
  ["Caller", "Callers"],
  ["Model", "Model"],
  ["Existing endpoint", "Endpoint"],
  ["Model source", "Source of a model"],
  ["Account", "Account"],
]);

/** Links to all sections: one row for each part. */
function renderIndex(): string {
  const rows: { readonly part: string; readonly links: string[] }[] = [];
  for (const { title } of SECTIONS) {
    const part = PARTS.get(title);
    if (part !== undefined) rows.push({ part, links: [] });
    rows.at(-1)?.links.push(`[${title}](#${anchorOf(title)})`);
  }
  const lines = rows.map(({ part, links }) => `| ${part} | ${links.join(", ")} |`);
  return ["| part | settings |", "|---|---|", ...lines].join("\n");
}

function renderSection(section: Section): string {
  const descriptions = section.sources.map(({ file, constant }) => docOfConstant(file, constant)?.text ?? "");
  return [
    `### ${section.title}\n`,
    ...[...descriptions, section.note ?? ""]
      .filter((text) => text !== "")
      .map((text) => `${toMarkdown(text)}\n`),
    "| setting | type | default | meaning |",
    "| --- | --- | --- | --- |",
    ...rowsOf(section).map(renderRow),
    `\n\`\`\`ts\n${renderExample(section)}\n\`\`\`\n`,
  ].join("\n");
}

function renderExample({ example, around: [before, after] }: Section): string {
  const source = sourceOfConstant(join(__dirname, "examples.ts"), example);
  return `${before}${before.includes("\n") ? source.replaceAll("\n", "\n  ") : source}${after}`;
}

/** The rows of the table of a section. */
export function rowsOf({ sources, without = [], interface: name }: Section): readonly Row[] {
  const [{ file }] = sources;
  const overrides = name === undefined ? new Map<string, DocComment>() : docsOfInterface(file, name);
  const omitted = new Set(without.flatMap((other) => Object.keys(shapeOf(other.schema) ?? {})));
  const rows = new Map<string, Row>();
  for (const { schema, file, constant } of sources) {
    for (const row of rowsOfGroup("", schema, propertiesOfConstant(file, constant), overrides)) {
      const isInAll = sources.every((source) => row.setting in (shapeOf(source.schema) ?? {}));
      const isAlternative = row.isAlternative || (!isInAll && !row.setting.includes("."));
      if (!omitted.has(row.setting.split(".")[0] ?? "")) rows.set(row.setting, { ...row, isAlternative });
    }
  }
  return [...rows.values()];
}

function rowsOfGroup(
  prefix: string,
  schema: unknown,
  documented: ReadonlyMap<string, DocumentedProperty>,
  overrides: ReadonlyMap<string, DocComment> = new Map(),
): Row[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, inner]) => {
    const setting = `${prefix}${key}`;
    const property = documented.get(key);
    const doc = overrides.get(key) ?? property?.doc;
    if (doc === undefined) throw new Error(`the setting ${setting} has no doc comment`);
    const row = { setting, schema: inner, doc, isAlternative: !isInEveryOption(schema, key) };
    if (property === undefined || isLinked(inner)) return [row];
    const below = rowsOfGroup(belowOf(setting, inner), itemOf(inner), propertiesOfExpression(property));
    return [row, ...below];
  });
}

/** Whether every option of a union has a setting. */
function isInEveryOption(schema: unknown, key: string): boolean {
  return optionsOf(schema).every((option) => key in (shapeOf(option) ?? {}));
}

/** Whether the type of a setting links to sections. */
function isLinked(schema: unknown): boolean {
  return typeOf(schema, linkOf).includes("](#");
}

function itemOf(schema: unknown): unknown {
  const inner = unwrap(schema);
  return inner instanceof Object && "element" in inner ? inner.element : inner;
}

/** The start of the names of settings in a group, e.g. `mayInvoke[].` for the items of a list. */
function belowOf(setting: string, schema: unknown): string {
  return `${setting}${itemOf(schema) === unwrap(schema) ? "" : "[]"}.`;
}

function renderRow({ setting, schema, doc, isAlternative }: Row): string {
  const cells = [
    `\`${setting}\``,
    typeOf(schema, linkOf),
    isAlternative && isRequired(schema) ? "one is required" : renderDefault(schema, doc),
    toCell(doc.text),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function renderDefault(schema: unknown, doc: DocComment): string {
  if (isRequired(schema)) return "required";
  const text = doc.default ?? describeDefault(defaultOf(schema));
  // A value and a remark, e.g. `512`, in MB. A list is one value.
  return toCell(
    text.startsWith("- ") ? text.slice(2) : `\`${text}\``.replace(/^`(?!\[)([^,]+), (.*)`$/, "`$1`, $2"),
  );
}

function describeDefault(value: unknown): string {
  return value === undefined ? "- none" : JSON.stringify(value);
}

/** A link to the section of a schema. */
function linkOf(schema: unknown): string | undefined {
  const section = SECTIONS.find(({ sources, aliases = [] }) =>
    [...sources.map((source) => source.schema), ...aliases].some((one) => unwrap(one) === schema),
  );
  return section === undefined ? undefined : `[${section.title}](#${anchorOf(section.title)})`;
}

function anchorOf(title: string): string {
  return title.toLowerCase().replaceAll(" ", "-");
}

/** Text of a doc comment in a table. */
function toCell(text: string): string {
  return withLinks(text).replace(/\n- /g, "<br>• ").replace(/\n+/g, "<br>");
}

/** Text of a doc comment in a paragraph, with one sentence per line. */
function toMarkdown(text: string): string {
  return withLinks(text).replace(/(?<=\.\)?)(?<!e\.g\.) (?=[A-Z`\d])/g, "\n");
}

/** Turns the addresses of a doc comment into links, and references to code into code. */
function withLinks(text: string): string {
  return text
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .replaceAll(/(?<!`)https:\/\/[^\s`)]+/g, (url) => `[${labelOf(url)}](${url})`);
}

function labelOf(url: string): string {
  if (/docs\.aws\.amazon\.com|aws\.amazon\.com/.test(url)) return "AWS";
  return new URL(url).hostname.replace(/^www\./, "");
}
