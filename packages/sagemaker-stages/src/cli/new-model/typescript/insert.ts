import { importsIn, type ObjectLiteral, rangeOf, type SourceFile, UnknownForm } from "./source-file";

/** A new property of an object literal. */
export interface Property {
  readonly name: string;
  /** TypeScript, indented by two spaces for each level. A value that equals the name makes a shorthand property. */
  readonly value: string;
}

/** The maximum length of a line, as in the template's biome.json. */
const MAX_COLUMNS = 110;

/** The indentation of one level in the text of a {@link Property}. */
const INDENT = "  ";

/**
 * Adds a property at the end of an object literal. All other bytes of the file stay, unless a literal in one line must
 * become a literal in several lines.
 *
 * @returns the file's new text
 * @throws UnknownForm if the literal has a form that no formatter writes
 */
export function insertProperty(file: SourceFile, literal: ObjectLiteral, property: Property): string {
  const [start, end] = rangeOf(literal);
  return file.text.slice(start, end).includes("\n")
    ? appendLines(file, literal, property)
    : rewriteLine(file, literal, property);
}

/** Adds lines above the line of the closing brace, below any comment. */
function appendLines(file: SourceFile, literal: ObjectLiteral, property: Property): string {
  const { path, text } = file;
  const [, end] = rangeOf(literal);
  const closingLine = startOfLine(text, end - 1);
  const indent = text.slice(closingLine, end - 1);
  if (indent.trim() !== "") {
    throw new UnknownForm(`${path}: got a closing brace that shares its line with code`);
  }
  const last = literal.properties.at(-1);
  const ofProperties = last === undefined ? "" : indentAt(text, rangeOf(last)[0]);
  const unit = ofProperties.slice(indent.length) || unitOf(text);
  const lines = `${indentLines(printProperty(property), indent + unit, unit)},\n`;
  const comma = last === undefined || hasComma(file, rangeOf(last)[1], end) ? "" : ",";
  const lastEnd = last === undefined ? closingLine : rangeOf(last)[1];
  return `${text.slice(0, lastEnd)}${comma}${text.slice(lastEnd, closingLine)}${withLineBreaks(lines, text)}${text.slice(closingLine)}`;
}

/** Prints a one-line literal again: in one line if it fits, otherwise with a line for each property. */
function rewriteLine(file: SourceFile, literal: ObjectLiteral, property: Property): string {
  const { path, text } = file;
  const [start, end] = rangeOf(literal);
  if (commentsIn(file, start, end).length > 0) {
    throw new UnknownForm(`${path}: got a comment in an object literal of one line`);
  }
  const properties = [
    ...literal.properties.map((node) => text.slice(...rangeOf(node))),
    printProperty(property),
  ];
  const line = `{ ${properties.join(", ")} }`;
  const columns = endOfLine(text, end) - startOfLine(text, start) - (end - start) + line.length;
  const isShort = columns <= MAX_COLUMNS && !line.includes("\n");
  return text.slice(0, start) + (isShort ? line : inLines(text, start, properties)) + text.slice(end);
}

function inLines(text: string, start: number, properties: readonly string[]): string {
  const [indent, unit] = [indentAt(text, start), unitOf(text)];
  const lines = properties.map((property) => `${indentLines(property, indent + unit, unit)},`);
  return withLineBreaks(["{", ...lines, `${indent}}`].join("\n"), text);
}

/** A property as TypeScript, without a comma after it. */
export function printProperty({ name, value }: Property): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  return key === value ? key : `${key}: ${value}`;
}

/** Whether a range of the text contains a comma outside of comments. */
function hasComma(file: SourceFile, start: number, end: number): boolean {
  let code = file.text.slice(start, end);
  for (const comment of commentsIn(file, start, end)) code = code.replace(comment, "");
  return code.includes(",");
}

function commentsIn({ text, tree }: SourceFile, start: number, end: number): string[] {
  const ranges = (tree.comments ?? []).map(rangeOf);
  return ranges.filter(([from, to]) => from >= start && to <= end).map((range) => text.slice(...range));
}

/**
 * Adds an import of a file in the same folder or below it, in the sorted list of such imports.
 *
 * @param name - the name of the imported module in this file
 * @param source - e.g. `./iris/contract`
 * @returns the file's new text
 * @throws UnknownForm if the file imports nothing
 */
export function insertModuleImport(file: SourceFile, name: string, source: string): string {
  return insertImportLine(file, moduleImport(name, source), source);
}

/**
 * Adds the statement of an import in the same way as {@link insertModuleImport}.
 *
 * @throws UnknownForm if the file imports nothing
 */
export function insertImportLine(file: SourceFile, statement: string, source: string): string {
  const { path, text } = file;
  const line = withLineBreaks(`${statement}\n`, text);
  const imports = importsIn(file);
  const next = imports.findIndex(
    ({ source: { value } }) => value.startsWith("./") && compareSources(value, source) > 0,
  );
  const [before, after] = [imports[next < 0 ? imports.length - 1 : next - 1], imports[next]];
  const beforeEnd = before === undefined ? 0 : rangeOf(before)[1];
  // A comment between two imports describes the second import.
  if (after !== undefined && text.slice(beforeEnd, rangeOf(after)[0]).trim() === "") {
    return insertAt(text, rangeOf(after)[0], line);
  }
  if (before === undefined) throw new UnknownForm(`${path}: got no import before the imports of the models`);
  return insertAt(text, endOfLine(text, beforeEnd) + 1, line);
}

/**
 * Adds a name to the import of a module, in the order of the names.
 *
 * @param name - the exported name, and its name in this file
 * @returns the file's new text
 * @throws UnknownForm if the file has no import of names of the module
 */
export function insertNamedImport(
  file: SourceFile,
  source: string,
  name: { readonly imported: string; readonly local: string },
): string {
  const { path, text } = file;
  const statement = importsIn(file).find(
    ({ source: { value }, importKind, specifiers }) =>
      value === source && importKind !== "type" && specifiers.some(({ type }) => type === "ImportSpecifier"),
  );
  if (statement === undefined) throw new UnknownForm(`${path}: got no import of names of ${source}`);
  const specifiers = statement.specifiers.map((node) => text.slice(...rangeOf(node)));
  const added = name.imported === name.local ? name.local : `${name.imported} as ${name.local}`;
  const names = [...specifiers, added].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const [start, end] = rangeOf(statement);
  if (commentsIn(file, start, end).length > 0) {
    throw new UnknownForm(`${path}: got a comment in the import of ${source}`);
  }
  const from = `from ${JSON.stringify(source)};`;
  const line = `import { ${names.join(", ")} } ${from}`;
  const lines = ["import {", ...names.map((specifier) => `${unitOf(text)}${specifier},`), `} ${from}`].join(
    "\n",
  );
  const isShort = line.length <= MAX_COLUMNS;
  return text.slice(0, start) + (isShort ? line : withLineBreaks(lines, text)) + text.slice(end);
}

/** The exported name of a specifier, e.g. `Models` of `type Models as AllModels`. */
function nameOf(specifier: string): string {
  return /^(?:type\s+)?(\S+)/.exec(specifier)?.[1] ?? specifier;
}

/** The statement of an import of a whole module. */
export function moduleImport(name: string, source: string): string {
  return `import * as ${name} from ${JSON.stringify(source)};`;
}

/** The statement of an import of a module's default export. */
export function defaultImport(name: string, source: string): string {
  return `import ${name} from ${JSON.stringify(source)};`;
}

/**
 * The order of Biome (https://biomejs.dev/assist/actions/organize-imports/): folder by folder, numbers by their value.
 */
export function compareSources(one: string, other: string): number {
  const [left, right] = [partsOf(one), partsOf(other)];
  const index = left.findIndex((part, at) => part !== right[at]);
  if (index < 0) return left.length - right.length;
  const [a = "", b = ""] = [left[index], right[index]];
  const areNumbers = /^\d/.test(a) && /^\d/.test(b);
  if (areNumbers && a.length !== b.length) return a.length - b.length;
  return rankOf(a) - rankOf(b) || (a < b ? -1 : 1);
}

/** The numbers and the single other characters of a source. */
function partsOf(source: string): string[] {
  return source.match(/\d+|\D/g) ?? [];
}

/** The end of the text and the end of a folder's name come first. */
function rankOf(part: string): number {
  return part === "" ? 0 : part === "/" ? 1 : 2;
}

function insertAt(text: string, position: number, added: string): string {
  return text.slice(0, position) + added + text.slice(position);
}

/** Indents lines that are indented by {@link INDENT} for each level. */
function indentLines(lines: string, indent: string, unit: string): string {
  return lines
    .split("\n")
    .map((line) => {
      const code = line.trimStart();
      return indent + unit.repeat((line.length - code.length) / INDENT.length) + code;
    })
    .join("\n");
}

/** The line breaks of the file. */
function withLineBreaks(lines: string, text: string): string {
  return text.includes("\r\n") ? lines.replaceAll("\n", "\r\n") : lines;
}

/** The indentation of one level in the file: the indentation of the first indented line. */
function unitOf(text: string): string {
  return /^(\t| +)(?=[^\s*])/m.exec(text)?.[1] ?? INDENT;
}

function indentAt(text: string, position: number): string {
  return /^[ \t]*/.exec(text.slice(startOfLine(text, position)))?.[0] ?? "";
}

function startOfLine(text: string, position: number): number {
  return text.lastIndexOf("\n", position - 1) + 1;
}

/** The position of the line break, or of the end of the text. */
function endOfLine(text: string, position: number): number {
  const end = text.indexOf("\n", position);
  return end < 0 ? text.length : end;
}
