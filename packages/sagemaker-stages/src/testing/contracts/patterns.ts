import type * as scslre from "scslre";
import {
  type Expression,
  nodesIn,
  parseTypeScript,
  type SyntaxNode,
  type VariableDeclarator,
} from "../../lib/syntax-tree";

/** A regular expression in a source file. */
export interface FoundPattern {
  /** The path of the file. */
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** A source file. */
export interface SourceFile {
  /** The path of the file, for errors. */
  readonly file: string;
  /** TypeScript or JavaScript. */
  readonly code: string;
}

/** The reasons why a regular expression takes more than linear time on some text, one line for each reason. */
export function findPatternFaults({ file, source, flags }: FoundPattern): string[] {
  // Loaded here, because the package takes 30 ms to load, and most tests that import this module's folder analyse no pattern.
  const { analyse }: typeof scslre = require("scslre");
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
 * @throws Error if a call of `RegExp` has another argument
 */
export function patternsIn({ file, code }: SourceFile): FoundPattern[] {
  const nodes = nodesIn(parseTypeScript(code));
  const constants = new Map(nodes.filter(isDeclarator).flatMap(constantsOf));
  return nodes.flatMap((node): FoundPattern[] => {
    if (isPattern(node)) return [{ file, source: node.pattern, flags: node.flags }];
    if (!isCallOfRegExp(node)) return [];
    const [source, flags = ""] = node.arguments.map((argument) => textOf(argument, constants));
    if (source !== undefined) return [{ file, source, flags }];
    throw new Error(
      `${file}: got a RegExp of a value; allowed: a literal, a text, a template or a joined list of texts`,
    );
  });
}

type Call = Extract<Expression, { type: "CallExpression" | "NewExpression" }>;

function isPattern(node: SyntaxNode): node is Extract<Expression, { type: "RegExpLiteral" }> {
  return node.type === "RegExpLiteral";
}

function isDeclarator(node: SyntaxNode): node is VariableDeclarator {
  return node.type === "VariableDeclarator";
}

function constantsOf({ id, init }: VariableDeclarator): [string, Expression][] {
  return id.type === "Identifier" && init ? [[id.name, init]] : [];
}

function isCall(node: SyntaxNode): node is Call {
  return node.type === "CallExpression" || node.type === "NewExpression";
}

function isCallOfRegExp(node: SyntaxNode): node is Call {
  return isCall(node) && node.callee.type === "Identifier" && node.callee.name === "RegExp";
}

type TemplateLiteral = Extract<Expression, { type: "TemplateLiteral" }>;

/** A node that can evaluate to a text. */
type Value = Call["arguments"][number] | TemplateLiteral["expressions"][number] | null | undefined;

/** The text to which an expression evaluates. `undefined` if the file does not contain the text. */
function textOf(node: Value, constants: ReadonlyMap<string, Expression>): string | undefined {
  switch (node?.type) {
    case "StringLiteral":
      return node.value;
    case "Identifier":
      return textOf(constants.get(node.name), constants);
    case "TemplateLiteral": {
      const values = node.expressions.map((value) => textOf(value, constants) ?? "name");
      return node.quasis.map(({ value }, index) => (value.cooked ?? "") + (values[index] ?? "")).join("");
    }
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return textOf(node.expression, constants);
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
