import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compareVersions } from "../src/constructs/terraform/version-constraint";
import type { ProviderSchema } from "./provider-schema";
import { deprecatedIn, type Uses } from "./stack-arguments";

/** The document with the tables, from the repository's folder. */
export const DOCUMENT = "docs/provider-versions.md";

/** The line that separates the written introduction from the generated tables. */
export const MARKER =
  "<!-- `npm run docs` generates the text below from the stacks and packages/sagemaker-stages/documentation/provider-schemas. -->";

/** The recorded schemas: one file for each version of the provider, with the types that the stacks use. */
const SCHEMAS = join(__dirname, "provider-schemas");

/** The recorded schemas, from the oldest version to the newest. */
export function readSchemas(): ProviderSchema[] {
  return readdirSync(SCHEMAS)
    .map((file): ProviderSchema => JSON.parse(readFileSync(join(SCHEMAS, file), "utf8")))
    .sort((a, b) => compareVersions(a.version, b.version));
}

/** Writes the file of a version's schema. @returns the path of the file */
export function writeSchema(schema: ProviderSchema): string {
  const file = join(SCHEMAS, `${schema.version}.json`);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  return file;
}

/** The document with new tables. @throws Error if the document has no marker */
export function withTables(document: string, uses: Uses, schemas: readonly ProviderSchema[]): string {
  const [introduction, tables] = document.split(MARKER);
  if (introduction === undefined || tables === undefined) {
    throw new Error(`${DOCUMENT}: got no line ${MARKER}; allowed: one such line`);
  }
  return `${introduction}${MARKER}\n\n${renderTables(uses, schemas)}`;
}

/** An argument or attribute that stacks use, with the flags in each version. */
interface Row {
  readonly type: string;
  readonly path: string;
  /** The flags without `deprecated`, or {@link ABSENT}, in the order of the versions. */
  readonly flags: readonly string[];
}

const ABSENT = "absent";

function renderTables(uses: Uses, schemas: readonly ProviderSchema[]): string {
  const versions = schemas.map(({ version }) => version);
  const rows = [...uses].sort(byKey).flatMap(([type, paths]) =>
    [...paths.keys()].sort().map(
      (path): Row => ({
        type,
        path,
        flags: schemas.map(({ types }) => flagsIn(types[type]?.[path])),
      }),
    ),
  );
  const different = rows.filter(({ flags }) => new Set(flags).size > 1);
  const same = rows.filter(({ flags }) => new Set(flags).size === 1);
  return [
    "## Differences\n",
    `The stacks use ${rows.length} arguments and attributes of ${uses.size - 1} types and of the provider.`,
    `${different.length} of them differ between the versions:\n`,
    ...renderDifferences(different, versions),
    "",
    "Deprecated, and used by a stack:\n",
    ...schemas.map(
      (schema) => `- ${schema.version}: ${deprecatedIn(uses, schema).map(code).join(", ") || "none"}`,
    ),
    "",
    "## Equal in all versions\n",
    "| type | required | optional | optional, with a value of the provider | read only |",
    "| --- | --- | --- | --- | --- |",
    ...[...uses.keys()].sort().map((type) =>
      renderType(
        type,
        same.filter((row) => row.type === type),
      ),
    ),
    "",
  ].join("\n");
}

function renderDifferences(rows: readonly Row[], versions: readonly string[]): string[] {
  if (rows.length === 0) return ["None."];
  return [
    `| argument | ${versions.join(" | ")} |`,
    `| --- |${" --- |".repeat(versions.length)}`,
    ...rows.map(({ type, path, flags }) => `| ${code(`${type}.${path}`)} | ${flags.join(" | ")} |`),
  ];
}

function renderType(type: string, rows: readonly Row[]): string {
  const cells = ["required", "optional", "optional, computed", "computed"].map((flags) =>
    rows
      .filter((row) => row.flags[0] === flags)
      .map(({ path }) => code(path))
      .join(", "),
  );
  const absent = rows.find(({ flags }) => flags[0] === ABSENT);
  if (absent !== undefined) throw new Error(`${type}.${absent.path}: got an argument that no version has`);
  return `| ${code(type)} | ${cells.join(" | ")} |`;
}

function flagsIn(text: string | undefined): string {
  if (text === undefined) return ABSENT;
  return text
    .split(" ")
    .filter((flag) => flag !== "deprecated")
    .join(", ");
}

function code(text: string): string {
  return `\`${text}\``;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
