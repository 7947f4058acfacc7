import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";

/** The document whose table "Retired words" is the source of this check. */
const GLOSSARY = "docs/glossary.md";

/** The heading of that table. */
const HEADING = "## Retired words";

/** The maximum number of bytes that `git` prints: a list of files, or one file. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Prefixes of constants that are limits. */
const LIMIT_PREFIXES = /\b(?:MOST|LEAST|LONGEST|SHORTEST|LARGEST|SMALLEST|FEWEST)_(?=[A-Z])/g;

/** Files with words that the project did not choose: data, recorded plans, names of other projects. */
const NOT_CHECKED: readonly RegExp[] = [
  /^docs\/glossary\.md$/,
  // Lists old names with their replacements.
  /^docs\/upgrading\.md$/,
  /(^|\/)package-lock\.json$/,
  /(^|examples\/[^/]+\/)functions\/.*\.(json|gz|csv|txt)$/,
  /\.(gz|png|svg|ico|woff2)$/,
  /(^|\/)(LICENSE|CODE_OF_CONDUCT\.md)$/,
  /permissions-management\.json$/,
  // The check's own test writes retired words.
  /tests\/lint\/retired-words\.test\.ts$/,
];

/** A row of the glossary's table. */
export interface RetiredWord {
  /** Lower-case words, such as `["code", "fence"]`. */
  readonly words: readonly string[];
  /** The text that the row recommends. */
  readonly instead: string;
  /** Sequences of words in which the retired word is allowed. */
  readonly allowedIn: readonly (readonly string[])[];
}

/** A retired word in a file. */
export interface Finding {
  /** The number of the line in the file. The first line has the number 1. */
  readonly line: number;
  readonly found: string;
  readonly instead: string;
}

/**
 * Reads the rows of the table "Retired words".
 *
 * @throws Error if the document has no such table: a check without words would accept every text
 */
export function readRetiredWords(glossary: string): readonly RetiredWord[] {
  const [, section] = glossary.split(`\n${HEADING}\n`);
  const rows = (section?.split(/\n## /)[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const retired = rows.flatMap(([words = "", instead = "", allowedIn = ""]) =>
    listOf(words).map((one) => ({ words: one, instead, allowedIn: listOf(allowedIn) })),
  );
  if (retired.length === 0) throw new Error(`${GLOSSARY}: no table below "${HEADING}"`);
  return retired;
}

function listOf(cell: string): readonly (readonly string[])[] {
  return cell.split(",").flatMap((text) => {
    const words = wordsIn(text);
    return words.length === 0 ? [] : [words];
  });
}

/** Splits a text into its words, in lower case. A name is split where its case changes, and at signs and digits. */
function wordsIn(text: string): readonly string[] {
  return (
    text
      .replaceAll("’", "'")
      .replaceAll(/([\p{Ll}\d])(?=\p{Lu})/gu, "$1 ")
      .replaceAll(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$1 ")
      .match(/\p{L}+(?:'\p{L}+)?/gu)
      ?.map((word) => word.toLowerCase()) ?? []
  );
}

/**
 * The retired words in a text, in their order. Several words are also found if a line break separates them, because
 * comments and documents are wrapped.
 */
export function findRetiredWords(text: string, retired: readonly RetiredWord[]): readonly Finding[] {
  const byFirst = new Map<string, RetiredWord[]>();
  for (const one of retired) {
    const [first = ""] = one.words;
    byFirst.set(first, [...(byFirst.get(first) ?? []), one]);
  }
  const lines = text.split("\n");
  const located = lines.flatMap((content, index) =>
    wordsIn(content).map((word) => ({ word, line: index + 1 })),
  );
  const words = located.map(({ word }) => word);
  const found = located.flatMap(({ word, line }, at) =>
    (byFirst.get(word) ?? [])
      .filter((one) => startsWith(words, at, one.words) && !isAllowed(words, at, one))
      .map(({ words: sequence, instead }) => ({ line, found: sequence.join(" "), instead })),
  );
  const prefixes = lines.flatMap((content, index) =>
    [...content.matchAll(LIMIT_PREFIXES)].map(([prefix]) => ({
      line: index + 1,
      found: prefix,
      instead: "MAX_ or MIN_",
    })),
  );
  return [...found, ...prefixes].sort((one, other) => one.line - other.line);
}

function startsWith(words: readonly string[], at: number, sequence: readonly string[]): boolean {
  return sequence.every((word, offset) => words[at + offset] === word);
}

function isAllowed(words: readonly string[], at: number, { words: own, allowedIn }: RetiredWord): boolean {
  return allowedIn.some((phrase) =>
    phrase.some(
      (_, offset) =>
        startsWith(phrase, offset, own) && at >= offset && startsWith(words, at - offset, phrase),
    ),
  );
}

/** The files to check. */
export interface Scope {
  /** Absolute path of the repository. */
  readonly repository: string;
  /** Paths of files and folders, from the repository's folder. An empty list means the whole repository. */
  readonly paths: readonly string[];
  /** Whether only files that the next commit changes are checked. */
  readonly isStaged: boolean;
}

/**
 * Checks files of a repository: tracked files, and new files that Git does not ignore.
 *
 * @returns a line for each retired word
 * @throws Error if the repository has no glossary, or `git` fails
 */
export function checkRetiredWords({ repository, paths, isStaged }: Scope): readonly string[] {
  const retired = readRetiredWords(readFileSync(join(repository, GLOSSARY), "utf8"));
  const select = isStaged
    ? ["diff", "-z", "--cached", "--name-only", "--diff-filter=d", "--"]
    : ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"];
  const files = git(repository, [...select, ...paths])
    .split("\0")
    .filter((file) => file !== "" && !NOT_CHECKED.some((pattern) => pattern.test(file)))
    // A deleted file is in Git's index until the deletion is staged.
    .filter((file) => existsSync(join(repository, file)));
  if (files.length === 0 && !isStaged) throw new Error(`no files below ${paths.join(", ") || repository}`);
  const read = (file: string): string =>
    isStaged ? git(repository, ["show", `:${file}`]) : readFileSync(join(repository, file), "utf8");
  return files.flatMap((file) => [
    ...findRetiredWords(basename(file), retired).map(
      ({ found, instead }) => `${file}: the name contains "${found}"; write: ${instead}`,
    ),
    ...findRetiredWords(read(file), retired).map(
      ({ line, found, instead }) => `${file}:${line}: "${found}"; write: ${instead}`,
    ),
  ]);
}

function git(repository: string, args: readonly string[]): string {
  return execFileSync("git", args, { cwd: repository, encoding: "utf8", maxBuffer: MAX_OUTPUT });
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { staged: { type: "boolean" } },
    allowPositionals: true,
  });
  const repository = execFileSync("git", ["rev-parse", "--show-toplevel"], { encoding: "utf8" }).trim();
  const lines = checkRetiredWords({
    repository,
    paths: positionals.map((path) => relative(repository, resolve(path))),
    isStaged: values.staged === true,
  });
  for (const line of lines) console.error(line);
  if (lines.length === 0) return;
  console.error(`${lines.length} retired words. ${GLOSSARY} lists the words and their replacements.`);
  process.exitCode = 1;
}

if (require.main === module) main();
