import { isObject } from "../../../lib/json";

/**
 * An object as TypeScript: one line for each property, and the property's value in the same line. Each level is indented
 * by two spaces.
 */
export function printLiteral(object: object): string {
  const lines = Object.entries(object).map(([name, value]) => `  ${name}: ${inLine(value)},`);
  return ["{", ...lines, "}"].join("\n");
}

function inLine(value: unknown): string {
  if (!isObject(value)) return JSON.stringify(value);
  const properties = Object.entries(value).map(([name, inner]) => `${name}: ${inLine(inner)}`);
  return `{ ${properties.join(", ")} }`;
}
