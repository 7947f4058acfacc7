import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parseDocComment } from "../../documentation/doc-comments";
import * as examples from "../../documentation/examples";
import { SECTIONS } from "../../documentation/sections";
import { defaultOf, isRequired } from "../../documentation/setting-types";
import { DOCUMENT, MARKER, rowsOf, withReference } from "../../documentation/settings-reference";
import { findSchemaFaults } from "../../src/environment/schema-faults";
import { keepsRules } from "../../src/environment/settings/check-rules";

describe(DOCUMENT, () => {
  it("contains the reference that npm run docs writes", () => {
    // Prepare
    const document = readFileSync(join(__dirname, "../../../..", DOCUMENT), "utf8");

    // Act
    const generated = withReference(document);

    // Assess
    expect(document).toBe(generated);
  });
});

describe("withReference", () => {
  it("keeps the introduction, and replaces the text below the marker", () => {
    // Act
    const document = withReference(`# Title\n\n${MARKER}\n\nan old reference\n`);

    // Assess
    expect(document).toMatch(/^# Title\n\n<!-- .* -->\n\n## Reference\n/);
    expect(document).not.toContain("an old reference");
  });

  it("refuses a document without the marker", () => {
    // Act
    const act = () => withReference("# Title\n");

    // Assess
    expect(act).toThrow("docs/environments.md: got no line <!--");
  });
});

describe.each(SECTIONS)("the section $title", (section) => {
  it("has an example that synthesis accepts", () => {
    // Prepare
    const schema = section.exampleSchema ?? section.sources[0].schema;
    const example: unknown = new Map<string, unknown>(Object.entries(examples)).get(section.example);

    // Act
    const faults = findSchemaFaults(schema, example, "the reference");

    // Assess
    expect(faults).toEqual([]);
    expect(keepsRules(schema, example)).toBe(true);
  });

  it("documents the defaults of the schema", () => {
    // Prepare
    const rows = rowsOf(section).filter(({ schema }) => defaultOf(schema) !== undefined);

    // Act
    const wrong = rows.filter(({ schema, doc }) => {
      const value = defaultOf(schema);
      const isEmpty = value instanceof Object && Object.keys(value).length === 0;
      const documented = doc.default ?? "nothing";
      return isEmpty
        ? documented !== JSON.stringify(value) && !documented.startsWith("- ")
        : !documented.startsWith(JSON.stringify(value).replaceAll(",", ", "));
    });

    // Assess
    expect(wrong.map(({ setting }) => setting)).toEqual([]);
  });

  it("documents no default for a required setting", () => {
    // Act
    const wrong = rowsOf(section).filter(
      ({ schema, doc }) => isRequired(schema) && doc.default !== undefined,
    );

    // Assess
    expect(wrong.map(({ setting }) => setting)).toEqual([]);
  });
});

describe("parseDocComment", () => {
  it("joins the lines of a paragraph, and keeps paragraphs and items of lists apart", () => {
    // Act
    const doc = parseDocComment(
      [
        "*",
        "   * Either",
        "   * - `one`: the",
        "   *   first",
        "   * - `two`",
        "   *",
        "   * The end.",
        "   ",
      ].join("\n"),
    );

    // Assess
    expect(doc).toEqual({ text: "Either\n- `one`: the first\n- `two`\n\nThe end.", default: undefined });
  });

  it("reads the default, and omits the other tags", () => {
    // Act
    const doc = parseDocComment('* A name.\n *\n * @default - none: the\n * prefix\n *\n * @example "a" ');

    // Assess
    expect(doc).toEqual({ text: "A name.", default: "- none: the prefix" });
  });
});
