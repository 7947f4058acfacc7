import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { writePages } from "../../src/app/write-pages";
import { pageFiles } from "../../src/constructs/website/page-files";
import type { Environment } from "../../src/environment/environment";
import { parseEnvironment } from "../../src/environment/parse";
import { models } from "../fixtures/app/functions";
import { example, exampleModel, named } from "./support/environments";

const PUBLIC = { ...exampleModel, access: "PUBLIC" } as const;
const environment: Environment = {
  ...example,
  website: { title: "Loans" },
  models: { "loan-default": PUBLIC, "ticket-urgency": { ...exampleModel, access: "API_KEY" } },
};

const before = process.cwd();
let app: string;

beforeEach(() => {
  app = mkdtempSync(join(tmpdir(), "page-files-"));
  process.chdir(app);
});

afterEach(() => {
  process.chdir(before);
  rmSync(app, { recursive: true });
});

function writeView(model: string, text: string): void {
  const file = join(app, "functions", model, "page.ts");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function textOf(name: string, of: Environment = environment): string {
  const { website, models: served } = parseEnvironment(of);
  return (
    pageFiles(website?.title ?? "", { models: served }, models).find((file) => file.name === name)?.body ?? ""
  );
}

describe("the page of an environment", () => {
  it("has the title of the environment's settings, or the default title", () => {
    // Act
    const [stated, byDefault] = [textOf("index.html"), textOf("index.html", { ...environment, website: {} })];

    // Assess
    expect(stated).toContain("<h1>Loans</h1>");
    expect(byDefault).toContain("<h1>Try the models</h1>");
  });

  it("has the views of its public models, and no view of another model", () => {
    // Prepare
    writeView("loan-default", `export default { introduction: "public view" };`);
    writeView("ticket-urgency", `export default { introduction: "private view" };`);
    writeView("language-check", `export default { introduction: "view of a model that is not served" };`);

    // Act
    const script = textOf("page.js");

    // Assess
    expect(script).toContain("public view");
    expect(script).not.toMatch(/private view|not served|ticket-urgency|language-check/);
  });
});

describe("the pages for the local stage", () => {
  it("are written for every environment, even if the environment has no website", () => {
    // Prepare
    const { website: _, ...withoutWebsite } = environment;
    const { models: served } = parseEnvironment(environment);
    const environments = [environment, named("other", withoutWebsite)].map((one) => parseEnvironment(one));

    // Act
    writePages(environments, models, join(app, "cdktf.out"));

    // Assess
    const read = (name: string) => JSON.parse(readFileSync(join(app, "cdktf.out", "pages", name), "utf8"));
    expect(read("test.json")).toEqual(pageFiles("Loans", { models: served }, models));
    expect(read("other.json")).toEqual(pageFiles("Try the models", { models: served }, models));
  });
});
