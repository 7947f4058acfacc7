import { describe, expect, it } from "@jest/globals";
import { findPatternFaults, patternsIn } from "../../src/testing/contracts/patterns";
import { patternsBelow } from "./support/collect";

describe.each([
  { folder: "src/runtime", reads: "text from callers and models" },
  { folder: "src/review", reads: "text from plans" },
])("every pattern of $folder, which reads $reads,", ({ folder }) => {
  it("takes linear time", () => {
    // Prepare
    const patterns = patternsBelow(folder);

    // Act
    const faults = patterns.flatMap(findPatternFaults);

    // Assess
    expect(patterns.length).toBeGreaterThan(10);
    expect(faults).toEqual([]);
  });
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the samples are source code with templates
describe("the check of regular expressions", () => {
  it.each([
    "const NUMBER = /^\\d+\\.?\\d*$/;",
    "text.split(/\\s*[,\\n]\\s*/);",
    'text.replace(/\\s+$/, "");',
    'text.replace(/\\.?0+$/, "");',
    "/^(a+)+$/.test(text);",
    "/=.*;/.test(text);",
    'const BLANK = "[ \\t]*"; export const PATTERN = new RegExp(`^${BLANK},?${BLANK}$`, "g");',
    'export const PATTERN = RegExp(["^x*", "x*y$"].join(""));',
    "class A { find(name: string) { return new RegExp(`=.*${name}`); } }",
  ])("finds the fault in %s", (code) => {
    // Act
    const faults = patternsIn({ file: "sample.ts", code }).flatMap(findPatternFaults);

    // Assess
    expect(faults).toEqual([
      expect.stringMatching(/^sample\.ts: got .+, which takes (polynomial|exponential) time/),
    ]);
  });

  it("finds a regular expression in each place where a source can have one", () => {
    // Prepare
    const code = `
      const A = /a/g; class B { #c = /b/; static { use(/c/i); } }
      export default (text = /d/) => [{ e: /e/ }, ...text.match(/f/) ?? [], \`\${/g/}\`];
      switch (x) { case /h/.test(x): throw /i/; }
    `;

    // Act
    const sources = patternsIn({ file: "sample.ts", code }).map(({ source }) => source);

    // Assess
    expect(sources).toEqual(["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
  });

  it("refuses a RegExp when the source code does not contain the pattern", () => {
    // Act
    const collect = () =>
      patternsIn({ file: "sample.ts", code: "export const find = (text: string) => new RegExp(text);" });

    // Assess
    expect(collect).toThrow("sample.ts: got a RegExp of a value; allowed: a literal");
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
