import {
  type Expression,
  nodesIn,
  parseTypeScript,
  type Statement,
  type SyntaxNode,
  type SyntaxTree,
} from "../../../lib/syntax-tree";

/** A file has an unknown form, so that the place for new lines cannot be found. The message names the form. */
export class UnknownForm extends Error {
  override readonly name = "UnknownForm";
}

/** A TypeScript file with its syntax tree. Positions in the tree are positions in the text. */
export interface SourceFile {
  /** Path from the app's folder, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: SyntaxTree;
}

export type ImportStatement = Extract<Statement, { type: "ImportDeclaration" }>;
export type Call = Extract<Expression, { type: "CallExpression" }>;
export type ObjectLiteral = Extract<Expression, { type: "ObjectExpression" }>;
type Identifier = Extract<Expression, { type: "Identifier" }>;

/** @throws UnknownForm if the text is not TypeScript */
export function parseSource(path: string, text: string): SourceFile {
  try {
    return { path, text, tree: parseTypeScript(text) };
  } catch (error) {
    throw new UnknownForm(
      `${path}: got a text that is not TypeScript: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** The import statements of a file, in their order. */
export function importsIn({ tree }: SourceFile): ImportStatement[] {
  return tree.program.body.filter((statement) => statement.type === "ImportDeclaration");
}

/** Every call in a file. */
export function callsIn(file: SourceFile): Call[] {
  return nodesIn(file.tree).filter((node): node is Call => node.type === "CallExpression");
}

/** Every object literal in a file, even an object literal inside another object literal. */
export function objectsIn(file: SourceFile): ObjectLiteral[] {
  return nodesIn(file.tree).filter(isObjectLiteral);
}

/** Every name of a variable, function, type or property in a file. */
export function namesIn(file: SourceFile): ReadonlySet<string> {
  const isIdentifier = (node: SyntaxNode): node is Identifier => node.type === "Identifier";
  return new Set(
    nodesIn(file.tree)
      .filter(isIdentifier)
      .map(({ name }) => name),
  );
}

export function isObjectLiteral(node: SyntaxNode | undefined): node is ObjectLiteral {
  return node?.type === "ObjectExpression";
}

/** The value of a property of an object literal, if the property's name is an identifier or a string. */
export function propertyValue({ properties }: ObjectLiteral, name: string): SyntaxNode | undefined {
  for (const property of properties) {
    if (property.type === "SpreadElement" || property.computed || keyOf(property) !== name) continue;
    return property.type === "ObjectProperty" ? property.value : property;
  }
  return undefined;
}

function keyOf({ key }: Exclude<ObjectLiteral["properties"][number], { type: "SpreadElement" }>) {
  if (key.type === "Identifier") return key.name;
  return key.type === "StringLiteral" ? key.value : undefined;
}

/** Whether a node is a string literal of this text. */
export function isText(node: SyntaxNode | undefined, text: string): boolean {
  return node?.type === "StringLiteral" && "value" in node && node.value === text;
}

/** The position of a node's start, and the position after its end. */
export function rangeOf({ start, end }: { start?: number | null; end?: number | null }): [number, number] {
  if (typeof start !== "number" || typeof end !== "number") {
    throw new Error("got a node without a position; allowed: nodes of a parsed text");
  }
  return [start, end];
}
