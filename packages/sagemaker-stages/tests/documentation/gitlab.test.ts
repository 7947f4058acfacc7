import { describe, expect, it } from "@jest/globals";
import { templateOfApp } from "../../src/cli/template/app";
import { codeBlocksOf, readDocument } from "./support/documents";

const manifest = templateOfApp({ name: "my-app", engine: "1.0.0" }).get("package.json") ?? "{}";
const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(manifest);

interface Trust {
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Commands of npm that need no script in package.json. */
const OWN_COMMANDS = ["ci", "install"];

describe("the pipeline in docs/gitlab.md", () => {
  it("runs scripts that a new app has", () => {
    // Prepare
    const [pipeline] = codeBlocksOf(readDocument("docs/gitlab.md")).filter(
      ({ language }) => language === "yaml",
    );

    // Act
    const names = [...(pipeline?.text ?? "").matchAll(/\bnpm (?:run (?:--silent )?)?([\w:-]+)/g)].map(
      ([, name = ""]) => name,
    );

    // Assess
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !OWN_COMMANDS.includes(name) && !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

describe("the trust policies in docs/gitlab.md", () => {
  it("trust jobs of one project only, and deploy from one branch only", () => {
    // Act
    const conditions = codeBlocksOf(readDocument("docs/gitlab.md"))
      .filter(({ language }) => language === "json")
      .flatMap(({ text }) => JSON.parse(text).Statement.map(({ Condition }: Trust) => Condition));

    // Assess
    const aud = { "gitlab.com:aud": "https://gitlab.com" };
    const subject = "project_path:my-group/my-app:ref_type:branch:ref:";
    expect(conditions).toEqual([
      { StringEquals: { ...aud, "gitlab.com:sub": `${subject}main` } },
      { StringEquals: aud, StringLike: { "gitlab.com:sub": `${subject}*` } },
    ]);
  });

  it("have the audience of the tokens that the pipeline requests", () => {
    expect(readDocument("docs/gitlab.md")).toContain("AWS_TOKEN: { aud: https://gitlab.com }");
  });
});
