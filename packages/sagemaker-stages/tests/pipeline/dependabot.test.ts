import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { dependencies } from "../../../../package.json";
import { CDK_TERRAIN } from "../cdktn/support/versions";

interface Update {
  readonly "package-ecosystem": string;
  readonly directory: string;
  readonly schedule: { readonly interval: string };
  readonly groups: Readonly<
    Record<string, { readonly "dependency-type"?: string; readonly patterns: string[] }>
  >;
  readonly ignore?: readonly { readonly "dependency-name": string }[];
}

const { version, updates } = parse(
  readFileSync(join(__dirname, "../../../../.github/dependabot.yml"), "utf8"),
) as {
  version: number;
  updates: readonly Update[];
};

/** Whether a name matches a pattern that can end with a star. */
const fits = (name: string, pattern: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

describe("Dependabot", () => {
  it("proposes newer actions and newer packages of the project's folder, once a month", () => {
    // Act
    const covered = updates.map((update) => [
      update["package-ecosystem"],
      update.directory,
      update.schedule.interval,
    ]);

    // Assess
    expect(version).toBe(2);
    expect(covered).toEqual([
      ["github-actions", "/", "monthly"],
      ["npm", "/", "monthly"],
    ]);
  });

  it("makes few pull requests, because every package is in a group", () => {
    // Act
    const groups = updates.map(({ groups: found }) => Object.values(found));

    // Assess
    expect(groups.flat().map(({ patterns }) => patterns)).toEqual(Array(3).fill(["*"]));
    expect(groups[1]?.map((group) => group["dependency-type"])).toEqual(["production", "development"]);
  });

  it("ignores exactly the packages that make the synthesized Terraform, and zod, which the engine pins", () => {
    // Act
    const patterns = updates.flatMap(({ ignore = [] }) => ignore.map((rule) => rule["dependency-name"]));

    // Assess: an app on CDK Terrain depends on the packages of both names
    const names = [...new Set([...Object.keys(dependencies), "cdktf-cli", ...Object.keys(CDK_TERRAIN)])];
    const left = names.filter((name) => patterns.some((pattern) => fits(name, pattern)));
    expect(left.toSorted()).toEqual([
      "@cdktf/provider-aws",
      "cdktf",
      "cdktf-cli",
      "cdktn",
      "cdktn-cli",
      "constructs",
      "zod",
    ]);
    expect(patterns.filter((pattern) => !left.some((name) => fits(name, pattern)))).toEqual([]);
  });
});
