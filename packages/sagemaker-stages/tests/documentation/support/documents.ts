import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** The engine's folder. */
export const ENGINE = join(__dirname, "../../..");

/** The repository's folder. */
export const REPOSITORY = join(ENGINE, "../..");

/** Folders that are installed or generated. Folders whose name starts with a dot are not read either. */
const NOT_READ = ["node_modules", "cdktf.out", "dist", "programs"];

/** Every file and folder of the repository, relative to the repository's folder. Folders end with a slash. */
export const paths: readonly string[] = pathsBelow(REPOSITORY);

/** Every Markdown document of the repository. */
export const documents: readonly string[] = paths.filter((path) => path.endsWith(".md"));

/** A code block. */
export interface CodeBlock {
  /** The first word of the info string, e.g. `sh`. Empty for a block without an info string. */
  readonly language: string;
  /** The text of the block, without the block's indentation. */
  readonly text: string;
}

/** The text of a file. The path is relative to the repository's folder. */
export function readDocument(path: string): string {
  return readFileSync(join(REPOSITORY, path), "utf8");
}

/** A block between backticks or tildes (https://spec.commonmark.org/0.31.2/#fenced-code-blocks). */
const BLOCK = /^([ \t]*)(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*\n(.*?)^[ \t]*\2[`~]*[ \t]*$/gms;

/** The code blocks of a document, in their order. */
export function codeBlocksOf(text: string): CodeBlock[] {
  return [...text.matchAll(BLOCK)].map(([, indentation = "", , language = "", content = ""]) => ({
    language,
    text: content.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
  }));
}

/** A text without its code blocks. Paths and links in code blocks are examples. */
export function withoutCodeBlocks(text: string): string {
  return text.replace(BLOCK, "");
}

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && !NOT_READ.includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      const name = relative(REPOSITORY, path).replaceAll("\\", "/");
      return entry.isDirectory() ? [`${name}/`, ...pathsBelow(path)] : [name];
    });
}
