import { type AnyNode, type Expression, type Node, parse, type SpreadElement, type Super } from "acorn";
import { transformSync } from "esbuild";
import { analyse } from "scslre";

/** A regular expression in a source file. */
export interface FoundPattern {
  /** Path of the file, as the caller names it. */
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** A source file. */
export interface SourceFile {
  /** Path of the file, as errors name it. */
  readonly file: string;
  /** TypeScript or JavaScript. */
  readonly code: string;
}

/** Why a regular expression takes more than linear time on some text, in one line for each reason. */
export function findPatternFaults({ file, source, flags }: FoundPattern): string[] {
  const { reports } = analyse(new RegExp(source, flags));
  return reports.map(({ type, exponential, character }) => {
    const time = exponential ? "exponential" : "polynomial";
    return `${file}: got /${source}/${flags}, which takes ${time} time on repeated ${character.pick || "characters"} (${type}); allowed: a regular expression that takes linear time`;
  });
}

/**
 * Every regular expression in a source file: literals, and calls of `RegExp` with a text that the file contains as a
 * literal, a template or a joined list. In such a template, a name replaces a value that the file does not contain.
 *
 * @throws Error where a call of `RegExp` has another argument
 */
export function patternsIn({ file, code }: SourceFile): FoundPattern[] {
  const javaScript = transformSync(code, { loader: "ts", target: "es2022" }).code;
  const nodes = [...nodesIn(parse(javaScript, { ecmaVersion: 2022, sourceType: "module" }))].sort(
    (one, other) => one.start - other.start,
  );
  const constants = new Map(nodes.flatMap(constantsOf));
  return nodes.flatMap((node): FoundPattern[] => {
    if (node.type === "Literal" && node.regex !== undefined && node.regex !== null) {
      return [{ file, source: node.regex.pattern, flags: node.regex.flags }];
    }
    if (!isCallOfRegExp(node)) return [];
    const [source, flags = ""] = node.arguments.map((argument) => textOf(argument, constants));
    if (source !== undefined) return [{ file, source, flags }];
    throw new Error(
      `${file}: got a RegExp of a value; allowed: a literal, a text, a template or a joined list of texts`,
    );
  });
}

function* nodesIn(value: unknown): Generator<AnyNode> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesIn(item);
  } else if (isNode(value)) {
    yield value;
    yield* nodesIn(Object.values(value));
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as Partial<Node>).type === "string";
}

function constantsOf(node: AnyNode): [string, Expression][] {
  if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || !node.init) return [];
  return [[node.id.name, node.init]];
}

function isCallOfRegExp(node: AnyNode): node is AnyNode & { type: "CallExpression" | "NewExpression" } {
  const isCall = node.type === "CallExpression" || node.type === "NewExpression";
  return isCall && node.callee.type === "Identifier" && node.callee.name === "RegExp";
}

/** The text that an expression evaluates to; `undefined` where the file does not contain the text. */
function textOf(
  node: Expression | SpreadElement | Super | null,
  constants: ReadonlyMap<string, Expression>,
): string | undefined {
  switch (node?.type) {
    case "Literal":
      return typeof node.value === "string" ? node.value : undefined;
    case "Identifier":
      return textOf(constants.get(node.name) ?? null, constants);
    case "TemplateLiteral": {
      const values = node.expressions.map((value) => textOf(value, constants) ?? "name");
      return node.quasis.map(({ value }, index) => (value.cooked ?? "") + (values[index] ?? "")).join("");
    }
    case "CallExpression": {
      const { callee } = node;
      if (callee.type !== "MemberExpression" || callee.object.type !== "ArrayExpression") return undefined;
      if (callee.property.type !== "Identifier" || callee.property.name !== "join") return undefined;
      const separator = node.arguments[0] === undefined ? "," : textOf(node.arguments[0], constants);
      const parts = callee.object.elements.map((part) => textOf(part, constants));
      return separator === undefined || parts.includes(undefined) ? undefined : parts.join(separator);
    }
    default:
      return undefined;
  }
}
