import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

/** The modules that a source imports or re-exports. */
function importsIn(source: string): string[] {
  return [...source.matchAll(/\b(?:from|import|require\()\s*\(?"([^"]+)"/g)].map(([, module = ""]) => module);
}

describe.each([
  { folder: "aws", others: ", except lib", allowed: /^\.\.\/lib\// },
  { folder: "lib", others: "", allowed: /^$/ },
])("src/$folder, which every part of the engine may import,", ({ folder, others, allowed }) => {
  const path = join(__dirname, "../../src", folder);
  const files = readdirSync(path);

  it.each(files)(`imports nothing of the project outside its folder${others}: %s`, (file) => {
    // Act
    const imports = importsIn(readFileSync(join(path, file), "utf8"));

    // Assess
    expect(imports.filter((module) => module.startsWith("../") && !allowed.test(module))).toEqual([]);
  });
});

it("the test finds every form of an import", () => {
  // Prepare
  const source =
    'import { a } from "./a";\nexport * from "../b";\nconst c = await import("../c");\nimport "d";';

  // Act
  const imports = importsIn(source);

  // Assess
  expect(imports).toEqual(["./a", "../b", "../c", "d"]);
});
