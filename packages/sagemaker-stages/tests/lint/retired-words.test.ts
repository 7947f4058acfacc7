import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { checkRetiredWords, findRetiredWords, readRetiredWords } from "../../lint/retired-words";

const REPOSITORY = join(__dirname, "../../../..");
const glossary = readFileSync(join(REPOSITORY, "docs/glossary.md"), "utf8");
const retired = readRetiredWords(glossary);

/** A retired prefix. It is composed, so that a search for retired prefixes finds no file. */
const PREFIX = `${"most".toUpperCase()}_`;

describe("the table of retired words", () => {
  it("lists every word with a replacement", () => {
    expect(retired.length).toBeGreaterThan(30);
    expect(retired.filter(({ instead }) => instead === "")).toEqual([]);
  });

  it("throws when the glossary has no table", () => {
    expect(() => readRetiredWords("# Glossary\n")).toThrow(
      'docs/glossary.md: no table below "## Retired words"',
    );
  });
});

describe("findRetiredWords", () => {
  it.each([
    ["a noun in a comment", "// The thing that is read.", ["thing"]],
    ["a noun in a name", "const readThings = 1;", ["things"]],
    ["a noun in a name with capitals", "class HTTPThing {}", ["thing"]],
    ["a noun in a file's name", "read-things.ts", ["things"]],
    ["a noun in a constant", "const THINGS_BY_NAME = 1;", ["things"]],
    ["a verb at the start of a sentence", "Told by the plan.", ["told"]],
    ["several words", "A name of one's own.", ["of one's own"]],
    ["several words with a typographic apostrophe", "A name of one’s own.", ["of one's own"]],
    ["a name of several words", "function inWords() {}", ["in words"]],
    ["several words in a comment of two lines", "/**\n * A name of its\n * own.\n */", ["of its own"]],
    ["a prefix of a limit", `const ${PREFIX}ITEMS = 20;`, [PREFIX]],
    ["two words", "It asks the stranger.", ["asks", "stranger"]],
  ])("finds %s", (_, text, found) => {
    expect(findRetiredWords(text, retired).map((one) => one.found)).toEqual(found);
  });

  it.each([
    ["a word that contains a retired word", "Nothing, something, a task, a Markdown table, a multitude."],
    ["a constant with a retired prefix in the middle", "const AT_MOST_ONE = 1;"],
    ["a phrase of the column `allowed in`", "A code fence and a question mark."],
  ])("accepts %s", (_, text) => {
    expect(findRetiredWords(text, retired)).toEqual([]);
  });

  it("names the line and the replacement", () => {
    expect(findRetiredWords("one\ntwo\nthe needle", retired)).toEqual([
      { line: 3, found: "needle", instead: "secret" },
    ]);
  });
});

describe("checkRetiredWords", () => {
  let repository: string;
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: repository,
    });

  beforeEach(() => {
    repository = mkdtempSync(join(tmpdir(), "retired-words-"));
    mkdirSync(join(repository, "docs"));
    mkdirSync(join(repository, "src"));
    writeFileSync(join(repository, "docs/glossary.md"), glossary);
    writeFileSync(join(repository, ".gitignore"), "ignored.ts\n");
    writeFileSync(join(repository, "src/tracked.ts"), "// It asks.\n");
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
  });

  afterEach(() => rmSync(repository, { recursive: true }));

  it("checks tracked and new files and their names, and no ignored file", () => {
    // Prepare
    writeFileSync(join(repository, "src/new-thing.ts"), "// Plain.\n");
    writeFileSync(join(repository, "src/ignored.ts"), "// It asks.\n");

    // Act
    const lines = checkRetiredWords({ repository, paths: [], isStaged: false });

    // Assess
    expect(lines).toEqual([
      expect.stringMatching(/^src\/new-thing\.ts: the name contains "thing"; write: /),
      expect.stringMatching(/^src\/tracked\.ts:1: "asks"; write: /),
    ]);
  });

  it("checks the content of the next commit when --staged is set", () => {
    // Prepare: the file differs in the next commit and on disk
    writeFileSync(join(repository, "src/staged.ts"), "// A stranger.\n");
    git("add", "src/staged.ts");
    writeFileSync(join(repository, "src/staged.ts"), "// Plain.\n");

    // Act
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        "--import",
        require.resolve("tsx"),
        join(REPOSITORY, "packages/sagemaker-stages/lint/retired-words.ts"),
        "--staged",
      ],
      { cwd: repository, encoding: "utf8" },
    );

    // Assess
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^src\/staged\.ts:1: "stranger"; write: [^\n]*\n1 retired words\. /),
    });
  });

  it("throws when a path has no file, so that a wrong path cannot hide a word", () => {
    expect(() => checkRetiredWords({ repository, paths: ["scr"], isStaged: false })).toThrow(
      "no files below scr",
    );
  });
});
