import { type ParseResult, parse } from "@babel/parser";
import { isObjectOrList } from "./json";

/** The syntax tree of a TypeScript file. Positions in the tree are positions in the text. */
export type SyntaxTree = ParseResult;

/** A statement at the top level of a file. */
export type Statement = SyntaxTree["program"]["body"][number];

type VariableStatement = Extract<Statement, { type: "VariableDeclaration" }>;

/** The name and the value of a variable. */
export type VariableDeclarator = VariableStatement["declarations"][number];

export type Expression = NonNullable<VariableDeclarator["init"]>;

/** The properties of any node of a syntax tree. */
export interface SyntaxNode {
  readonly type: string;
  /** The position of the first character. */
  readonly start?: number | null;
}

/** Parses a TypeScript file. @throws SyntaxError if the text is not TypeScript */
export function parseTypeScript(text: string): SyntaxTree {
  return parse(text, { sourceType: "module", plugins: ["typescript"] });
}

/** Every node of a tree, in the order of the text. A node precedes the nodes inside it. */
export function nodesIn({ program }: SyntaxTree): SyntaxNode[] {
  return [...walk(program.body)].sort((one, other) => (one.start ?? 0) - (other.start ?? 0));
}

function* walk(value: unknown): Generator<SyntaxNode> {
  if (!isObjectOrList(value)) return;
  if (isNode(value)) yield value;
  for (const inner of Object.values(value)) yield* walk(inner);
}

/** Positions and other members of the tree are not nodes. */
function isNode(value: object): value is SyntaxNode {
  return "type" in value && typeof value.type === "string" && "start" in value;
}
