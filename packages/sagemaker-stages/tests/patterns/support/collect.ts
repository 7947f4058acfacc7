import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseSync } from "@swc/core";

/** The engine's folder. */
const PROJECT = join(__dirname, "../../..");

/** A regular expression as it stands in a source. */
export interface FoundPattern {
  /** Path from the engine's folder. */
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}

/** Every regular expression in the TypeScript files below a folder of the engine. */
export function patternsBelow(folder: string): FoundPattern[] {
  return readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const path = join(PROJECT, folder, file);
      return patternsIn(readFileSync(path, "utf8"), relative(PROJECT, path));
    });
}

/**
 * Every regular expression in a source: literals, and calls of `RegExp` whose argument the source itself holds, as text,
 * template or joined list. A value that is not in the source stands for a name, written as it is.
 *
 * @throws Error where a call of `RegExp` has another argument
 */
export function patternsIn(code: string, file: string): FoundPattern[] {
  const module: unknown = parseSync(code, { syntax: "typescript" });
  const constants = new Map<string, Node>();
  const found: FoundPattern[] = [];
  visit(module, (node) => {
    if (node.type === "VariableDeclarator" && isNode(node.id) && isNode(node.init)) {
      constants.set(String(node.id.value), node.init);
    }
  });
  visit(module, (node) => {
    if (node.type === "RegExpLiteral") {
      found.push({ file, source: String(node.pattern), flags: String(node.flags) });
    }
    const { callee } = node;
    const isCall = node.type === "NewExpression" || node.type === "CallExpression";
    if (isCall && isNode(callee) && callee.type === "Identifier" && callee.value === "RegExp") {
      const [pattern, flags] = (node.arguments as readonly { readonly expression: Node }[]).map(
        ({ expression }) => textOf(expression, constants),
      );
      if (pattern === undefined) {
        throw new Error(
          `${file}: got a RegExp of a value; allowed: a literal, a text, a template or a joined list of texts`,
        );
      }
      found.push({ file, source: pattern, flags: flags ?? "" });
    }
  });
  return found;
}

function visit(node: unknown, look: (node: Node) => void): void {
  if (!isNode(node)) return;
  if (typeof node.type === "string") look(node);
  for (const inner of Object.values(node)) visit(inner, look);
}

/** The text that an expression makes, as far as the source says it. */
function textOf(node: Node, constants: ReadonlyMap<string, Node>): string | undefined {
  switch (node.type) {
    case "StringLiteral":
      return String(node.value);
    case "Identifier": {
      const value = constants.get(String(node.value));
      return value === undefined ? undefined : textOf(value, constants);
    }
    case "TemplateLiteral": {
      const texts = (node.quasis as readonly Node[]).map(({ cooked }) => String(cooked));
      const values = (node.expressions as readonly Node[]).map((value) => textOf(value, constants) ?? "name");
      return texts.map((text, index) => text + (values[index] ?? "")).join("");
    }
    case "CallExpression": {
      const { object, property } = node.callee as { readonly object?: Node; readonly property?: Node };
      const [separator] = node.arguments as readonly { readonly expression: Node }[];
      if (property?.value !== "join" || object?.type !== "ArrayExpression") return undefined;
      const parts = (object.elements as readonly { readonly expression: Node }[]).map(({ expression }) =>
        textOf(expression, constants),
      );
      return parts.join(separator === undefined ? "," : textOf(separator.expression, constants));
    }
    default:
      return undefined;
  }
}
