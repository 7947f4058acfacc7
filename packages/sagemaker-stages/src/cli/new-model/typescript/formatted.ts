import { isObject } from "../../../lib/json";

/** The maximum length of a line, as in the template's biome.json. */
const LINE_WIDTH = 110;

/**
 * A JSON value as TypeScript, as Biome formats it: in one line if it fits, otherwise with a line for each element.
 *
 * @param indent - the indentation of the line with the value
 * @param prefix - the characters of this line before the value, without the indentation
 * @param suffix - the number of characters after the value
 */
export function formatValue(value: unknown, indent: string, prefix: string, suffix = 1): string {
  const line = inLine(value);
  const fits = indent.length + widthOf(prefix) + widthOf(line) + suffix <= LINE_WIDTH;
  if (fits && !mustBreak(value)) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const elements = value.map((element) => `${inner}${formatValue(element, inner, "")},`);
    return ["[", ...elements, `${indent}]`].join("\n");
  }
  if (!isObject(value)) return line;
  return ["{", ...Object.entries(value).map((entry) => formatProperty(...entry, inner)), `${indent}}`].join(
    "\n",
  );
}

/** Biome breaks no line after a shorter name of a property. */
const MIN_NAME_TO_BREAK = 5;

/** A property with its value. Biome writes a text that does not fit below the property's name. */
function formatProperty(name: string, value: unknown, indent: string): string {
  const key = `${printKey(name)}: `;
  const printed = formatValue(value, indent, key);
  const isLongText =
    typeof value === "string" &&
    widthOf(printKey(name)) >= MIN_NAME_TO_BREAK &&
    indent.length + widthOf(key) + widthOf(printed) + 1 > LINE_WIDTH;
  return isLongText ? `${indent}${key.trimEnd()}\n${indent}  ${printed},` : `${indent}${key}${printed},`;
}

/** Biome breaks a list of several objects, or of several lists, if each has several elements. */
function mustBreak(value: unknown): boolean {
  if (isObject(value)) return Object.values(value).some(mustBreak);
  if (!Array.isArray(value)) return false;
  const areLarge = value.length > 1 && value.every((element) => sizeOf(element) > 1);
  const haveOneType = new Set(value.map(Array.isArray)).size === 1;
  return (areLarge && haveOneType) || value.some(mustBreak);
}

function sizeOf(value: unknown): number {
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  if (typeof value === "string") return printText(value);
  if (!isObject(value)) return JSON.stringify(value);
  const properties = Object.entries(value).map(([name, inner]) => `${printKey(name)}: ${inLine(inner)}`);
  return properties.length === 0 ? "{}" : `{ ${properties.join(", ")} }`;
}

/** Letters of Chinese, Japanese and Korean, and emojis: Biome counts two columns for each (https://www.unicode.org/reports/tr11/). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** The number of columns of a text in an editor. A combining accent has no column. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (!/\p{Mn}/u.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** A name of a property, with quotes if it is no identifier (https://tc39.es/ecma262/#prod-IdentifierName). */
function printKey(name: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$\u200c\u200d]*$/u.test(name) ? name : printText(name);
}

/**
 * A text in the quotes that need fewer escapes, with a preference for double quotes. Linters warn of `${…}` in a text, because the text
 * could lack backquotes: an escape stands for the first character.
 */
export function printText(text: string): string {
  const json = JSON.stringify(text).replaceAll("${", "\\u0024{");
  const count = (quote: string) => text.split(quote).length - 1;
  if (count('"') <= count("'")) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
