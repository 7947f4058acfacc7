import type { JsonObject, SynthesizedStack } from "./synthesized";

/** Where a snapshot of its own shows what this one leaves out. */
const SHOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  body: "(the OpenAPI document, in a snapshot of its own)",
  assume_role_policy: "(in the snapshots of policies.test.ts)",
  policy: "(in the snapshots of policies.test.ts)",
  source_code_hash: "(base64 SHA-256 of the zip)",
};

/** A stack as sorted text, one argument a line, without CDKTF's notes to itself. */
export function stackText({ terraform }: SynthesizedStack): string {
  const { data = {}, resource, output = {}, provider } = terraform;
  return [
    ...block("terraform", terraform.terraform),
    ...Object.entries(provider).flatMap(([name, settings]) => block(`provider ${name}`, settings)),
    ...blocks("data ", data),
    ...blocks("resource ", resource),
    ...sorted(output).flatMap(([name, value]) => block(`output ${name}`, value)),
  ].join("\n");
}

function blocks(
  prefix: string,
  byType: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>,
): string[] {
  return sorted(byType).flatMap(([type, byId]) =>
    sorted(byId).flatMap(([id, values]) => block(`${prefix}${type}.${id}`, values)),
  );
}

function block(title: string, values: unknown): string[] {
  const lines = flatten(values, "").filter((line) => !line.startsWith("//"));
  return [title, ...lines.map((line) => `  ${line}`)];
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
  const elsewhere = SHOWN_ELSEWHERE[path];
  if (elsewhere !== undefined) return elsewhere;
  const text = JSON.stringify(value);
  return path === "filename" ? text.replace(/\/[0-9A-F]{32}\//, "/(hash of the zip)/") : text;
}

function sorted<Value>(members: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Lets a snapshot show text as it is, without quotes around it. */
export const plainText = {
  test: (value: unknown): boolean => typeof value === "string",
  serialize: (value: unknown): string => String(value),
};
