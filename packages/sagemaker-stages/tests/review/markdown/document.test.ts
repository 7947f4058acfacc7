import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { compose, type Section } from "../../../src/review/rendering/document";
import { code, header, plain, row } from "../../../src/review/rendering/markdown";

function section(title: string, importance: number, rows: number, folded = false): Section {
  return {
    title,
    level: 3,
    folded,
    importance,
    paragraphs: [`About ${title}.`],
    header: header("what"),
    rows: Array.from({ length: rows }, (_, index) => `| ${title} ${index + 1} |`),
  };
}

describe("a document", () => {
  it("contains all rows when there is room", () => {
    // Act
    const text = compose(["Lead.", section("one", 2, 2), section("two", 1, 1, true)]);

    // Assess
    expect(text).toBe(
      "Lead.\n\n### one\n\nAbout one.\n\n| what |\n| --- |\n| one 1 |\n| one 2 |\n\n<details><summary>two</summary>\n\nAbout two.\n\n| what |\n| --- |\n| two 1 |\n\n</details>\n",
    );
  });

  it("leaves out rows of the least important section first, and counts them", () => {
    // Prepare
    const sections = [section("small", 1, 100), section("great", 2, 100)];
    const all = compose(sections).length;

    // Act
    const text = compose(sections, all - 100);

    // Assess
    expect(text.length).toBeLessThanOrEqual(all - 100);
    expect(text).toContain("| great 100 |");
    expect(text).not.toContain("| small 100 |");
    expect(text).toContain("| small 50 |");
    const [, left = "", of = ""] = /\*(\d+) of (\d+) rows are left out/.exec(text) ?? [];
    expect(of).toBe("100");
    expect(text).toContain(`| small ${100 - Number(left)} |`);
    expect(text).not.toContain(`| small ${101 - Number(left)} |`);
  });

  it("is never longer than the maximum, and always counts the rows that are left out", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ importance: fc.nat(5), rows: fc.nat(60), folded: fc.boolean() }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.nat(4_000),
        (given, extra) => {
          // Prepare
          const sections = given.map((one, index) =>
            section(`s${index}`, one.importance, one.rows, one.folded),
          );
          const min = compose(sections.map((one) => ({ ...one, rows: [] }))).length;
          const max = min + 200 * sections.length + extra;

          // Act
          const text = compose(sections, max);

          // Assess
          expect(text.length).toBeLessThanOrEqual(max);
          for (const { rows, title } of sections) {
            const shown = rows.filter((row) => text.includes(`${row}\n`)).length;
            const left = rows.length - shown;
            expect(rows.slice(0, shown).every((row) => text.includes(row))).toBe(true);
            if (left > 0) expect(text).toContain(`*${left} of ${rows.length} rows are left out`);
            expect(text).toContain(title);
          }
        },
      ),
    );
  });
});

describe("a document that is too long without rows", () => {
  it("leaves out the least important sections, and counts them", () => {
    // Prepare
    const long = { ...section("small", 1, 0), paragraphs: ["x".repeat(1_000)] };
    const sections = [section("great", 2, 1), long];

    // Act
    const text = compose(["Lead.", ...sections], 300);

    // Assess
    expect(text).toBe(
      "Lead.\n\n### great\n\nAbout great.\n\n| what |\n| --- |\n| great 1 |\n\n*1 section is left out, because a comment on GitHub has a maximum length.*\n",
    );
  });
});

describe("in Markdown", () => {
  it.each([
    ["a name", "`a name`"],
    ["a|b", "`a|b`"],
    ["two\nlines", "`two lines`"],
    ["a `tick`", "`` a `tick` ``"],
    ["", ""],
    ["a\u202eb\u200bc\u0007", "`a\ufffdb\ufffdc\ufffd`"],
    ["x".repeat(500), `\`${"x".repeat(400)}…\``],
  ])("%j as code is %j", (text, markdown) => {
    // Act and assess
    expect(code(text)).toBe(markdown);
  });

  it.each([
    [code("a|b"), "`a\\|b`"],
    [code("a\\\\|b"), "`a\\\\\\|b`"],
    [plain("a|b"), "a\\|b"],
    [plain("a\\|b"), "a\\\\\\|b"],
  ])("%j cannot end its cell of a table", (text, cell) => {
    // Act and assess
    expect(row(text)).toBe(`| ${cell} |`);
  });

  it.each([
    ["<img src=x> [a](b) *c* _d_ `e` a|b", "\\<img src=x\\> \\[a\\](b) \\*c\\* \\_d\\_ \\`e\\` a\\|b"],
    ["@everyone", "@\u200beveryone"],
    ["https://evil.example www.evil.example", "https:\u200b//evil.example www.\u200bevil.example"],
    ["&#64;org", "&amp;\\#64;org"],
    ["a\u202egnp.exe", "a\ufffdgnp.exe"],
  ])("%j is plain text", (text, markdown) => {
    // Act and assess
    expect(plain(text)).toBe(markdown);
  });
});
