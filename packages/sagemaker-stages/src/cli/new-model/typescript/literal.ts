import { isObject } from "../../../lib/json";
import { printText } from "./formatted";

/** The maximum length of a line, as in the template's biome.json, minus the indentation around the literal. */
const MAX_COLUMNS = 106;

/**
 * An object as TypeScript: one line for each property, and the property's value in the same line, unless the line would
 * be too long. Each level is indented by two spaces.
 */
export function printLiteral(object: object): string {
  return inLines(object, "  ");
}

function inLines(object: object, indent: string): string {
  const lines = Object.entries(object).map(([name, value]) => {
    const line = `${indent}${name}: ${inLine(value)},`;
    const isShort = line.length <= MAX_COLUMNS || !isObject(value) || Array.isArray(value);
    return isShort ? line : `${indent}${name}: ${inLines(value, `${indent}  `)},`;
  });
  return ["{", ...lines, `${indent.slice(2)}}`].join("\n");
}

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  if (typeof value === "string") return printText(value);
  if (!isObject(value)) return JSON.stringify(value);
  const properties = Object.entries(value).map(([name, inner]) => `${name}: ${inLine(inner)}`);
  return `{ ${properties.join(", ")} }`;
}
