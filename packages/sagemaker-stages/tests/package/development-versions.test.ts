import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const REPOSITORY = join(__dirname, "../../../..");
const read = (path: string): string => readFileSync(join(REPOSITORY, path), "utf8");

/** The only capture of a pattern in a file. The test fails if the file does not match the pattern. */
function versionIn(path: string, pattern: RegExp): string {
  const version = pattern.exec(read(path))?.[1];
  if (version === undefined) throw new Error(`${path}: got no text for ${pattern}`);
  return version;
}

describe("the versions of development tools", () => {
  it("are the same in the dev container and in CI: Terraform", () => {
    const inContainer = versionIn(
      ".devcontainer/devcontainer.json",
      /terraform:1": \{ "version": "([\d.]+)"/,
    );
    expect(inContainer).toBe(versionIn(".github/workflows/engine.yml", /terraform_version: ([\d.]+)/));
  });

  it("are the same in the dev container, in CI and in CONTRIBUTING.md: moto", () => {
    const pattern = /'moto\[server\]==([\d.]+)'/;
    const inContainer = versionIn(".devcontainer/setup", pattern);
    expect(versionIn(".github/workflows/engine.yml", pattern)).toBe(inContainer);
    expect(versionIn(".ci/engine", pattern)).toBe(inContainer);
    expect(versionIn("CONTRIBUTING.md", pattern)).toBe(inContainer);
  });

  it("are the same in the dev container and in .nvmrc: Node.js", () => {
    expect(versionIn(".devcontainer/devcontainer.json", /typescript-node:(\d+)-/)).toBe(
      read(".nvmrc").trim(),
    );
  });
});
