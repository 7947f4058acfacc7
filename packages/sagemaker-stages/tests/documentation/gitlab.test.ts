import { describe, expect, it } from "@jest/globals";
import { templateOfApp } from "../../src/cli/template/app";
import { codeBlocksOf, readDocument } from "./support/documents";

const manifest = templateOfApp({ name: "my-app", engine: "1.0.0" }).get("package.json") ?? "{}";
const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(manifest);

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
