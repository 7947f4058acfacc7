import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { isOnCdkTerrain, ON_CDK_TERRAIN } from "../cdktn/support/versions";

const PROJECT = join(__dirname, "../../../..");
const MANIFESTS = [
  "package.json",
  "packages/sagemaker-stages/package.json",
  "packages/sagemaker-stages/bench/comparison/package.json",
  "packages/sagemaker-stages/tests/cdktn/package.json",
] as const;

/** The packages that a migration to CDK Terrain replaces (docs/cdk-terrain.md), which no table of docs/dependencies.md lists. */
const MIGRATED: Readonly<Record<string, string>> = ON_CDK_TERRAIN;

/** Versions of a package.json by package. */
function pinnedVersions(manifest: string): [name: string, version: string][] {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(PROJECT, manifest), "utf8"),
  ) as Record<string, Record<string, string>>;
  return Object.entries({ ...dependencies, ...devDependencies });
}

/** The rows of the section "Versions that are held back": each package with its version. */
function heldVersions(): [name: string, version: string][] {
  const text = readFileSync(join(PROJECT, "docs/dependencies.md"), "utf8");
  const [, section = ""] = text.split("## Versions that are held back\n");
  const [table = ""] = section.split("\n## ");
  return [...table.matchAll(/^\| (`.+`) \| `([^`]+)` \| .+ \|$/gm)].flatMap(([, names = "", version = ""]) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]): [string, string] => [name, version]),
  );
}

/** The rows of the section "Packages that are replaced": each package with its replacement. */
function replacedPackages(): [name: string, replacement: string][] {
  const text = readFileSync(join(PROJECT, "docs/dependencies.md"), "utf8");
  const [, section = ""] = text.split("## Packages that are replaced\n");
  const [table = ""] = section.split("\n## ");
  return [...table.matchAll(/^\| `(.+?)` \| `(.+?)` \| .+ \|$/gm)].map(
    ([, name = "", replacement = ""]): [string, string] => [name, replacement],
  );
}

describe("replaced packages", () => {
  const { dependencies, overrides } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly overrides: Readonly<Record<string, string>>;
  };
  const { packages } = JSON.parse(readFileSync(join(PROJECT, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<
      Record<
        string,
        { readonly name?: string; readonly version?: string; readonly hasInstallScript?: boolean }
      >
    >;
  };

  it("are the packages of the table, for every package that depends on them", () => {
    // Act
    const replaced = Object.entries(dependencies).filter(
      ([name, version]) => version.startsWith("npm:") && version !== MIGRATED[name],
    );

    // Assess
    expect(replaced).toEqual(replacedPackages().map(([name, replacement]) => [name, `npm:${replacement}`]));
    expect(Object.entries(overrides).filter(([, version]) => version.startsWith("$"))).toEqual(
      replaced.map(([name]) => [name, `$${name}`]),
    );
  });

  it.each(replacedPackages())("are installed once, as the replacement: %s", (name, replacement) => {
    // Act
    const installed = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));

    // Assess
    expect(installed.map(([path, found]) => [path, `${found.name}@${found.version}`])).toEqual([
      [`node_modules/${name}`, replacement],
    ]);
  });

  it("leave no package of cdktf's command line that must be compiled for each version of Node.js", () => {
    // Act
    const withInstallScript = Object.entries(packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.split("node_modules/").at(-1));

    // Assess: none of these scripts compiles, because each of the packages has a binary for each platform
    expect([...new Set(withInstallScript)].sort()).toEqual(["@parcel/watcher", "@swc/core", "esbuild"]);
  });
});

describe("versions of dependencies", () => {
  it.each(MANIFESTS)("are exact in %s", (manifest) => {
    // Act
    const ranges = pinnedVersions(manifest).filter(
      ([, version]) => !/^(npm:(@[\w-]+\/)?[\w-]+@)?\d+\.\d+\.\d+$/.test(version),
    );

    // Assess
    expect(ranges).toEqual([]);
  });

  it("equal the versions in the table of held versions", () => {
    // Prepare
    const pinned = MANIFESTS.flatMap(pinnedVersions);
    const migrated = isOnCdkTerrain(Object.fromEntries(pinned)) ? MIGRATED : {};

    // Act
    const held = heldVersions().map(([name, version]) => [name, migrated[name] ?? version] as const);

    // Assess
    for (const [name, version] of held) {
      const versions = new Set(pinned.filter(([other]) => other === name).map(([, found]) => found));
      expect({ name, versions: [...versions] }).toEqual({ name, versions: [version] });
    }
  });

  it("have a row in the table for each package that CDKTF's archiving holds back", () => {
    // Act
    const held = heldVersions().map(([name]) => name);

    // Assess
    expect(held).toEqual(expect.arrayContaining(["cdktf", "cdktf-cli", "@cdktf/provider-aws", "constructs"]));
    expect(held.length).toBeGreaterThan(4);
  });
});
