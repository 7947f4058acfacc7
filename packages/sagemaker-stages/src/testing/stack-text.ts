import { isRecord } from "../runtime/json";
import { perModelText, withoutHashes } from "./per-model";
import { type OwnedBlock, ownerOfConstruct, ownerOfOutput, type RecordEntry, toRecord } from "./record";
import { synthesize, type TestedApp } from "./synthesize";
import type { JsonObject, StackJson } from "./terraform";

/** Arguments that a snapshot does not show, each with what it contains. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  body: "(the OpenAPI document)",
  assume_role_policy: "(in the record of permissions)",
  policy: "(in the record of permissions)",
  source_code_hash: "(base64 SHA-256 of the zip)",
  source_hash: "(hash of the file)",
};

/** A configuration file is shown; a page is not. */
const MAX_CHARACTERS_OF_CONTENT = 200;

/** A stack as sorted text, one argument a line, without CDKTF's metadata; equal lines of several models stand once. */
export function stackText(stack: StackJson, models: readonly string[]): string {
  return perModelText(blocksOf(stack, models), models);
}

/**
 * The Terraform of an app's stacks as text, for Jest snapshots: one entry for each model of a stack, and one for the
 * parts that the models of a stack share.
 *
 * @throws InvalidCatalog or InvalidEnvironments with every fault of the app
 * @example
 * it("creates the recorded resources", () => {
 *   matchRecord(expect, recordTerraform(app));
 * });
 */
export function recordTerraform(app: TestedApp): RecordEntry[] {
  const stacks = synthesize(app);
  const models = new Map(
    app.environments.map((environment) => [environment.name, Object.keys(environment.models)]),
  );
  return stacks.names.flatMap((name) => {
    const blocks = blocksOf(stacks.stack(name), models.get(name) ?? []).map(({ title, lines, model }) => ({
      title: withoutHashes(title),
      lines: lines.map(withoutHashes),
      model,
    }));
    return toRecord(name, models.get(name) ?? Object.keys(app.models), blocks);
  });
}

function blocksOf({ terraform }: StackJson, models: readonly string[]): OwnedBlock[] {
  const { data = {}, resource, output = {}, provider } = terraform;
  return [
    block("terraform", terraform.terraform),
    ...Object.entries(provider).map(([name, settings]) => block(`provider ${name}`, settings)),
    ...blocks("data ", data, models),
    ...blocks("resource ", resource, models),
    ...sorted(output).map(([name, value]) => block(`output ${name}`, value, ownerOfOutput(name, models))),
  ];
}

function blocks(
  prefix: string,
  byType: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>,
  models: readonly string[],
): OwnedBlock[] {
  return sorted(byType).flatMap(([type, byId]) =>
    sorted(byId).map(([id, values]) =>
      block(`${prefix}${type}.${id}`, values, ownerOfConstruct(pathOf(values), models)),
    ),
  );
}

/** The path of the construct that made a resource; CDKTF writes it next to the arguments. */
function pathOf({ "//": comment }: JsonObject): string {
  if (isRecord(comment) && isRecord(comment.metadata) && typeof comment.metadata.path === "string") {
    return comment.metadata.path;
  }
  throw new Error(`"//".metadata.path: got ${JSON.stringify(comment)}; allowed: the path of a construct`);
}

function block(title: string, values: unknown, model?: string): OwnedBlock {
  return { title, lines: flatten(values, "").filter((line) => !line.startsWith("//")), model };
}

/** `a.b[0].c: <JSON>` for every leaf, sorted; a list of plain values is a leaf. */
export function flatten(value: unknown, path: string): string[] {
  if (Array.isArray(value) && value.some((item) => typeof item === "object")) {
    return value.flatMap((item, index) => flatten(item, `${path}[${index}]`));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return sorted({ ...value }).flatMap(([key, member]) =>
      flatten(member, path === "" ? key : `${path}.${key}`),
    );
  }
  return [`${path}: ${leaf(value, path)}`];
}

function leaf(value: unknown, path: string): string {
  const content = NOT_SHOWN[path];
  if (content !== undefined) return content;
  if (path === "content" && String(value).length > MAX_CHARACTERS_OF_CONTENT)
    return "(the content of the file)";
  const text = JSON.stringify(value);
  return ["filename", "source"].includes(path)
    ? text.replace(/\/[0-9A-F]{32}\//, "/(hash of the content)/")
    : text;
}

function sorted<Value>(members: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * A serializer for Jest with which a snapshot shows text without quotes around it.
 *
 * @example expect.addSnapshotSerializer(plainText);
 */
export const plainText = {
  test: (value: unknown): boolean => typeof value === "string",
  serialize: (value: unknown): string => String(value),
};
