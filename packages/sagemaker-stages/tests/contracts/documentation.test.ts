import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { transformSync } from "esbuild";
import { checkModels } from "../../src/app/catalog-checks";
import { TASK_TEXTS } from "../../src/contracts/hugging-face-texts";
import { COMMON_OPTIONS } from "../../src/contracts/option-report";
import { defineModels, type Models } from "../../src/model";
import type { ModelModule } from "../../src/models";

const DOCUMENT = readFileSync(join(__dirname, "../../../../docs/contracts.md"), "utf8");

/** The exports of a TypeScript block in the document. */
function exportsOf(firstLine: string): unknown {
  const block = [...DOCUMENT.matchAll(/```ts\n([\s\S]*?)```/g)].find(([, code]) =>
    code?.startsWith(firstLine),
  );
  if (block?.[1] === undefined) throw new Error(`docs/contracts.md has no block ${firstLine}`);
  const { code } = transformSync(block[1], { loader: "ts", format: "cjs" });
  const module = { exports: {} };
  const load = (name: string) => (name === "zod/mini" ? require("zod/mini") : require("../../src/model"));
  new Function("module", "exports", "require", code)(module, module.exports, load);
  return module.exports;
}

describe("docs/contracts.md", () => {
  it("shows models that the rules of the catalog accept", () => {
    // Act
    const { models } = exportsOf("// functions/index.ts") as { readonly models: Models };

    // Assess
    expect(Object.keys(models)).toEqual(["iris", "faces", "topics", "notes", "raw"]);
    expect(checkModels(models)).toEqual([]);
  });

  it("shows a contract.ts that the rules of the catalog accept", () => {
    // Act
    const module = exportsOf("// functions/raw/contract.ts") as ModelModule<unknown, unknown>;

    // Assess
    expect(checkModels(defineModels({ raw: module }))).toEqual([]);
  });

  it("shows a contract.ts that makes the same request of JSON and of CSV", () => {
    // Prepare
    const module = exportsOf("// functions/churn/contract.ts") as ModelModule<unknown, unknown>;
    const base64 = Buffer.from("1,2\r\n3,x\n").toString("base64");

    // Act
    const faults = checkModels(defineModels({ churn: module }));
    const request = module.contract.bytes?.read({ contentType: "text/csv", base64 });

    // Assess
    expect(faults).toEqual([]);
    expect(request).toEqual({
      instances: [
        [1, 2],
        [3, Number.NaN],
      ],
    });
  });

  it("names every task of Hugging Face", () => {
    // Act
    const missing = Object.keys(TASK_TEXTS).filter((task) => !DOCUMENT.includes(`\`${task}\``));

    // Assess
    expect(missing).toEqual([]);
  });

  it.each(["rows", "bytes", "text", "openai-chat", "pass-through"])("names every option of %s", (file) => {
    // Prepare
    const source = readFileSync(join(__dirname, `../../src/contracts/${file}.ts`), "utf8");
    const [, list = ""] = /const OPTIONS = \[([^\]]*)\]/.exec(source) ?? [];
    const own = [...list.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name);
    const options = [...own, ...COMMON_OPTIONS];

    // Act
    const missing = options.filter((name) => !DOCUMENT.includes(`\`${name}`));

    // Assess
    expect(options.length).toBeGreaterThan(5);
    expect(missing).toEqual([]);
  });
});
