import { describe, expect, it } from "@jest/globals";
import { analyse } from "scslre";
import { type FoundPattern, patternsBelow, patternsIn } from "./support/collect";

/** Why a pattern takes more than linear time on some text, in a line each; nothing where it does not. */
function faultsOf({ file, source, flags }: FoundPattern): string[] {
  const { reports } = analyse(new RegExp(source, flags));
  return reports.map(({ type, exponential, character }) => {
    const time = exponential ? "exponential" : "polynomial";
    return `${file}: /${source}/${flags} takes ${time} time on repeated ${character.pick || "characters"} (${type})`;
  });
}

describe.each([
  { folder: "src/runtime", reads: "text from callers and models" },
  { folder: "src/review", reads: "text from plans" },
])("every pattern of $folder, which reads $reads,", ({ folder }) => {
  it("takes linear time", () => {
    // Prepare
    const patterns = patternsBelow(folder);

    // Act
    const faults = patterns.flatMap(faultsOf);

    // Assess
    expect(patterns.length).toBeGreaterThan(10);
    expect(faults).toEqual([]);
  });
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the samples are sources with templates in them
describe("the check", () => {
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
  ])("sees %s", (code) => {
    // Act
    const faults = patternsIn(code, "sample.ts").flatMap(faultsOf);

    // Assess
    expect(faults).toEqual([expect.stringMatching(/^sample\.ts: .+ takes (polynomial|exponential) time/)]);
  });

  it("sees the pattern in each place where a source can have one", () => {
    // Prepare
    const code = `
      const A = /a/g; class B { #c = /b/; static { use(/c/i); } }
      export default (text = /d/) => [{ e: /e/ }, ...text.match(/f/) ?? [], \`\${/g/}\`];
      switch (x) { case /h/.test(x): throw /i/; }
    `;

    // Act
    const sources = patternsIn(code, "sample.ts").map(({ source }) => source);

    // Assess
    expect(sources).toEqual(["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
  });

  it("refuses a pattern that it cannot know", () => {
    // Act
    const collect = () => patternsIn("export const find = (text: string) => new RegExp(text);", "sample.ts");

    // Assess
    expect(collect).toThrow("sample.ts: got a RegExp of a value; allowed: a literal");
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
