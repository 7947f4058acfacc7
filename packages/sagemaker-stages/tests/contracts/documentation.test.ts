import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { transformSync } from "esbuild";
import { checkModels } from "../../src/app/catalog-checks";
import { TASK_TEXTS } from "../../src/contracts/hugging-face-texts";
import { COMMON_OPTIONS } from "../../src/contracts/option-report";
import { checkEnvironments } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import { defineModels, type Models } from "../../src/model";
import type { ContractModel, ModelModule } from "../../src/models";

const DOCUMENT = readFileSync(join(__dirname, "../../../../docs/contracts.md"), "utf8");
const MODELS_DOCUMENT = readFileSync(join(__dirname, "../../../../docs/models.md"), "utf8");

/** The TypeScript block of a document that begins with a line. */
function blockOf(document: string, firstLine: string): string {
  const block = [...document.matchAll(/```ts\n([\s\S]*?)```/g)].find(([, code]) =>
    code?.startsWith(firstLine),
  );
  if (block?.[1] === undefined) throw new Error(`the document has no block ${firstLine}`);
  return block[1];
}

/** The exports of a TypeScript block in docs/contracts.md. */
function exportsOf(firstLine: string): unknown {
  const { code } = transformSync(blockOf(DOCUMENT, firstLine), { loader: "ts", format: "cjs" });
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

  it("shows a model of AutoGluon whose request, answers and settings are those of the text", async () => {
    // Prepare
    const { models } = exportsOf("// functions/index.ts of an app with AutoGluon") as {
      readonly models: Models;
    };
    const [, request = "", sent = "", row = "", received = "", answer = ""] =
      /# the request: +(.*)\n# to the container: +(.*)\n# +(.*)\n# of the container: +(.*)\n# the answer: +(.*)\n/.exec(
        DOCUMENT,
      ) ?? [];
    const settings = blockOf(MODELS_DOCUMENT, "// environments/dev.ts with AutoGluon");
    const income = new Function(
      `return {${settings.slice(settings.indexOf("\n"))}}.income`,
    )() as ModelSettings;
    const environment: Environment = {
      name: "dev",
      region: "eu-central-1",
      state: { local: { path: "terraform.dev.tfstate" } },
      stage: { throttling: { rateLimit: 10, burstLimit: 20 }, logRetentionInDays: 7 },
      models: { income },
    };
    const model = models.income as ContractModel;

    // Act
    const encoded = model.encode(JSON.parse(request), { headers: {}, accept: "application/json" });
    const decoded = model.decode(received, JSON.parse(request), {
      contentType: "application/json",
      contentTypeHeader: "application/json",
      bytes: new Uint8Array(),
    });

    // Assess
    expect(checkModels(models)).toEqual([]);
    expect(encoded).toMatchObject({ contentType: "text/csv", accept: "application/json", rows: 1 });
    expect(encoded.body).toBe(`${sent}\n${row}`);
    expect(decoded).toEqual(JSON.parse(answer));
    expect(checkEnvironments([environment], { models, accounts: [] })).toEqual([]);
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

  it.each(["rows/checks", "bytes", "text", "openai-chat", "pass-through"])(
    "names every option of %s",
    (file) => {
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
    },
  );
});
