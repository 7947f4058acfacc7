import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Expression,
  parseTypeScript,
  type Statement,
  type SyntaxTree,
  type VariableDeclarator,
} from "../src/lib/syntax-tree";

/** A doc comment. */
export interface DocComment {
  /** The paragraphs, without the tags. Lines of a list stay separate lines. */
  readonly text: string;
  /** The text of the tag `@default`. */
  readonly default: string | undefined;
}

/** A syntax node with its comments. */
interface Commented {
  readonly leadingComments?: readonly { readonly type: string; readonly value: string }[] | null;
}

/** An expression, with the file that contains it. */
interface Located {
  readonly file: string;
  readonly expression: unknown;
}

/** A documented property of a group of settings. */
export interface DocumentedProperty extends Located {
  readonly doc: DocComment | undefined;
}

const trees = new Map<string, SyntaxTree>();

function treeOf(file: string): SyntaxTree {
  const known = trees.get(file);
  if (known !== undefined) return known;
  const tree = parseTypeScript(readFileSync(file, "utf8"));
  trees.set(file, tree);
  return tree;
}

/** The doc comment of a top-level constant. */
export function docOfConstant(file: string, name: string): DocComment | undefined {
  return docOf(declarationOf(file, name)?.statement);
}

/** The source text of the value of a top-level constant. */
export function sourceOfConstant(file: string, name: string): string {
  const init = declarationOf(file, name)?.declarator.init;
  if (init === null || init === undefined) throw new Error(`${file} has no constant ${name}`);
  return readFileSync(file, "utf8").slice(init.start ?? 0, init.end ?? 0);
}

/** The documented properties of a constant whose value is a group of settings. */
export function propertiesOfConstant(file: string, name: string): Map<string, DocumentedProperty> {
  const init = declarationOf(file, name)?.declarator.init;
  if (init === null || init === undefined) throw new Error(`${file} has no constant ${name}`);
  return propertiesOfExpression({ file, expression: init });
}

/** The doc comments of the members of an interface. */
export function docsOfInterface(file: string, name: string): Map<string, DocComment> {
  const docs = new Map<string, DocComment>();
  for (const statement of treeOf(file).program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "TSInterfaceDeclaration" || declaration.id.name !== name) continue;
    for (const member of declaration.body.body) {
      const doc = docOf(member);
      if (member.type === "TSPropertySignature" && member.key.type === "Identifier" && doc !== undefined) {
        docs.set(member.key.name, doc);
      }
    }
  }
  return docs;
}

/**
 * The documented properties of an expression that creates a schema. Follows calls of the functions of `setting.ts`,
 * constants and imports.
 *
 * @returns an empty map for a schema without properties, e.g. a string
 */
export function propertiesOfExpression({ file, expression }: Located): Map<string, DocumentedProperty> {
  const node = expression as Expression;
  switch (node.type) {
    case "Identifier": {
      const target = resolve(file, node.name);
      return target === undefined ? new Map() : propertiesOfExpression(target);
    }
    case "ObjectExpression":
      return propertiesOfObject(file, node);
    case "CallExpression": {
      const { callee } = node;
      // A method of a schema, e.g. `z.object({ … }).readonly()`.
      if (callee.type === "MemberExpression" && callee.object.type === "CallExpression") {
        return propertiesOfExpression({ file, expression: callee.object });
      }
      const [first] = node.arguments;
      if (first === undefined) return new Map();
      if (first.type !== "ArrayExpression") return propertiesOfExpression({ file, expression: first });
      return new Map(
        first.elements.flatMap((element) =>
          element === null ? [] : [...propertiesOfExpression({ file, expression: element })],
        ),
      );
    }
    default:
      return new Map();
  }
}

function propertiesOfObject(
  file: string,
  node: Extract<Expression, { type: "ObjectExpression" }>,
): Map<string, DocumentedProperty> {
  const properties = new Map<string, DocumentedProperty>();
  for (const property of node.properties) {
    if (property.type === "SpreadElement") {
      for (const [key, inner] of propertiesOfExpression({ file, expression: property.argument })) {
        properties.set(key, inner);
      }
    } else if (property.type === "ObjectProperty" && property.key.type === "Identifier") {
      properties.set(property.key.name, { doc: docOf(property), file, expression: property.value });
    }
  }
  return properties;
}

/** The value of a constant that the file defines or imports. */
function resolve(file: string, name: string): Located | undefined {
  const init = declarationOf(file, name)?.declarator.init;
  if (init !== null && init !== undefined) return { file, expression: init };
  for (const statement of treeOf(file).program.body) {
    if (statement.type !== "ImportDeclaration" || !statement.source.value.startsWith(".")) continue;
    const imported = statement.specifiers.some(({ local }) => local.name === name);
    const target = join(dirname(file), `${statement.source.value}.ts`);
    if (imported && existsSync(target)) return resolve(target, name);
  }
  return undefined;
}

interface Declaration {
  readonly statement: Statement;
  readonly declarator: VariableDeclarator;
}

function declarationOf(file: string, name: string): Declaration | undefined {
  for (const statement of treeOf(file).program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    const declarator = declaration.declarations.find(
      ({ id }) => id.type === "Identifier" && id.name === name,
    );
    if (declarator !== undefined) return { statement, declarator };
  }
  return undefined;
}

function docOf(node: unknown): DocComment | undefined {
  const comments = (node as Commented | undefined)?.leadingComments ?? [];
  const comment = comments
    .filter(({ type, value }) => type === "CommentBlock" && value.startsWith("*"))
    .at(-1);
  return comment === undefined ? undefined : parseDocComment(comment.value);
}

/** @param comment - the text between the slashes, e.g. `* A name. ` */
export function parseDocComment(comment: string): DocComment {
  const text = comment
    .replace(/^\*/, "")
    .split("\n")
    .map((line) => line.replace(/^ *\* ?/, "").trimEnd())
    .join("\n")
    .trim();
  const [description = "", ...tags] = text.split(/^@/m);
  const tag = tags.find((one) => one.startsWith("default "));
  return {
    text: joinLines(description.trim()),
    default: tag === undefined ? undefined : joinLines(tag.slice("default ".length).trim()),
  };
}

/** Joins the lines of a paragraph. An item of a list starts a new line, and an empty line separates paragraphs. */
function joinLines(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.replace(/\n(?!- )\s*/g, " "))
    .join("\n\n");
}
