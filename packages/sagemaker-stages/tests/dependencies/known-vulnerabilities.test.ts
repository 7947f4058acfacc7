import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const PROJECT = join(__dirname, "../../../..");

/** A row of docs/dependencies.md. */
interface Row {
  readonly name: string;
  readonly affected: string;
  readonly advisories: readonly string[];
  readonly override: string | undefined;
  readonly remains: readonly string[];
}

/** A copy of a package in package-lock.json. */
interface Copy {
  readonly name: string;
  readonly version: string;
  /** Whether the copy is in another package's files. npm's overrides do not replace such a copy. */
  readonly isBundled: boolean;
}

const document = readFileSync(join(PROJECT, "docs/dependencies.md"), "utf8");
const [text = ""] = document.split("## Versions that are held back");
const rows: readonly Row[] = [
  ...text.matchAll(/^\| `([^`]+)` \| `([^`]+)` \| (.+?) \| [^|]+ \| (?:`([^`]+)`)? ?\| (.*?) ?\|$/gm),
].map(([, name = "", affected = "", advisories = "", override, remains = ""]) => ({
  name,
  affected: affected.replaceAll("\\|", "|"),
  advisories: advisories.split(", "),
  override,
  remains: [...remains.matchAll(/`([^`]+)`/g)].map(([, version = ""]) => version),
}));

const { overrides, dependencies, devDependencies } = JSON.parse(
  readFileSync(join(PROJECT, "package.json"), "utf8"),
) as Record<string, Record<string, string>>;
const lock = JSON.parse(readFileSync(join(PROJECT, "package-lock.json"), "utf8")) as {
  packages: Record<
    string,
    { version?: string; inBundle?: boolean; optional?: boolean; optionalDependencies?: object }
  >;
};
const copies: readonly Copy[] = Object.entries(lock.packages).flatMap(
  ([path, { version, inBundle = false }]) => {
    const name = path.split("node_modules/").at(-1);
    return path === "" || name === undefined || version === undefined
      ? []
      : [{ name, version, isBundled: inBundle }];
  },
);

/** Compares two versions without suffixes. Returns a negative number, zero or a positive number, for `sort`. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const HOLDS: Readonly<Record<string, (difference: number) => boolean>> = {
  "<": (difference) => difference < 0,
  "<=": (difference) => difference <= 0,
  ">=": (difference) => difference >= 0,
};

/** Whether a version is in a range such as `<1.1.18 || >=2.0.0 <2.1.4`. */
function isIn(version: string, range: string): boolean {
  return range.split(" || ").some((part) =>
    part.split(" ").every((comparator) => {
      const [, operator = "", bound = ""] = /^(<=?|>=)(\d+\.\d+\.\d+)$/.exec(comparator) ?? [];
      const holds = HOLDS[operator];
      if (holds === undefined)
        throw new Error(`${range}: got ${comparator}; allowed: <, <= or >= and a version`);
      return holds(compareVersions(version, bound));
    }),
  );
}

/** The package and the version of a key of `overrides`, e.g. `glob` of `glob@10.4.5`. */
const nameOf = (key: string): string => key.replace(/(.)@.*/, "$1");

/** The packages whose code is in the files of a folder, from the files' source maps. */
function packagesInBundles(folder: string): ReadonlySet<string> {
  const maps = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".map"),
  );
  const sources = maps.flatMap(
    (file) => (JSON.parse(readFileSync(join(folder, file), "utf8")) as { sources: string[] }).sources,
  );
  return new Set(
    sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []),
  );
}

describe("the packages with known vulnerabilities", () => {
  it("are in a table whose rows can be read", () => {
    // Act
    const [table = ""] = text.split("## Why the rest does not matter");
    const lines = table.split("\n").filter((line) => line.startsWith("| `"));

    // Assess
    expect(rows.length).toBeGreaterThan(5);
    expect(rows).toHaveLength(lines.length);
    const ids = rows.flatMap(({ advisories }) => advisories);
    expect(
      ids.filter(
        (id) =>
          !/^\[(GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})\]\(https:\/\/github\.com\/advisories\/\1\)$/.test(id),
      ),
    ).toEqual([]);
  });

  it.each(rows.map(({ name }) => name))(
    "are installed only in the affected versions that the table lists: %s",
    (name) => {
      // Prepare
      const row = rows.find((candidate) => candidate.name === name);

      // Act
      const affected = copies.filter((copy) => copy.name === name && isIn(copy.version, row?.affected ?? ""));

      // Assess
      expect([...new Set(affected.map(({ version }) => version))].toSorted()).toEqual(row?.remains);
    },
  );

  it("are overridden exactly as in the table, with versions that are not affected", () => {
    // Act
    // held-versions.test.ts compares replacements, which start with $.
    const overridden = Object.entries(overrides ?? {})
      .filter(([, version]) => !version.startsWith("$"))
      .map(([key, version]) => [nameOf(key), version]);

    // Assess
    expect(overridden).toEqual(
      rows.flatMap(({ name, override }) => (override === undefined ? [] : [[name, override]])),
    );
    expect(
      rows.filter(({ override, affected }) => override !== undefined && isIn(override, affected)),
    ).toEqual([]);
  });

  it("are installed in the overriding version, or in a lower version only in bundles", () => {
    // Act
    const effects = rows.flatMap(({ name, override, affected }) => {
      if (override === undefined) return [];
      const ofName = copies.filter((copy) => copy.name === name);
      return {
        name,
        isInstalled: ofName.some(({ version }) => version === override),
        lower: ofName.filter(({ version, isBundled }) => !isBundled && isIn(version, affected)),
      };
    });

    // Assess
    expect(effects).toEqual(effects.map(({ name }) => ({ name, isInstalled: true, lower: [] })));
  });

  it("are not direct dependencies of the project", () => {
    // Act
    const own = Object.keys({ ...dependencies, ...devDependencies });

    // Assess
    expect(rows.filter(({ name }) => own.includes(name))).toEqual([]);
  });

  it.each(
    rows.filter(({ remains }) => remains.length > 0).map(({ name, remains }) => [name, remains] as const),
  )("have a reason in the document when an affected version remains: %s", (name, remains) => {
    // Act
    const [, reasons = ""] = text.split("## Why the rest does not matter");

    // Assess
    for (const version of remains) {
      expect(reasons).toMatch(new RegExp(`${name} (?:[\\d.]+ and )?${version.replaceAll(".", "\\.")}`));
    }
  });
});

describe("the files of cdktf's command line", () => {
  it("contain copies of exactly the packages that the table's section on copies explains", () => {
    // Prepare
    const [, section = ""] = /## Copies inside cdktf's command line\n(.*?)\n## /s.exec(text) ?? [];
    const explained = section.split("\n").flatMap((line) => {
      const [names = "", reason] = line.split(": ");
      return line.startsWith("- ") && reason !== undefined
        ? [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)
        : [];
    });

    // Act
    const copied = packagesInBundles(join(PROJECT, "node_modules/cdktf-cli/bundle/bin"));

    // Assess
    const known = rows.map(({ name }) => name);
    expect(explained.toSorted()).toEqual(known.filter((name) => copied.has(name)).toSorted());
  });
});

describe("the lock file of packages", () => {
  it.each(["@esbuild/", "@swc/core-", "@biomejs/cli-", "@typescript/typescript-"])(
    "has the packages of every platform: %s*",
    (prefix) => {
      // Prepare
      const parents = Object.values(lock.packages).flatMap(({ optionalDependencies }) =>
        Object.keys(optionalDependencies ?? {}).filter((name) => name.startsWith(prefix)),
      );

      // Act
      const installed = copies.map(({ name }) => name);

      // Assess
      expect(parents.length).toBeGreaterThan(5);
      expect(parents.filter((name) => !installed.includes(name))).toEqual([]);
      expect(parents.some((name) => name.includes("darwin-arm64"))).toBe(true);
      expect(parents.some((name) => name.includes("win32-x64"))).toBe(true);
    },
  );
});
