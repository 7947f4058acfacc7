import { type Block, perModelText } from "./per-model";
import type { JsonObject, StackJson } from "./terraform";

/** Where a snapshot of its own shows what this one leaves out. */
const SHOWN_ELSEWHERE: Readonly<Record<string, string>> = {
  body: "(the OpenAPI document, in a snapshot of its own)",
  assume_role_policy: "(in docs/least-privilege.md)",
  policy: "(in docs/least-privilege.md)",
  source_code_hash: "(base64 SHA-256 of the zip)",
  source_hash: "(hash of the file)",
};

/** A configuration is shown, a page is not. */
const MOST_CHARACTERS_OF_CONTENT = 200;

/** A stack as sorted text, one argument a line, without CDKTF's notes to itself; models that are alike told once. */
export function stackText({ terraform }: StackJson, models: readonly string[]): string {
  const { data = {}, resource, output = {}, provider } = terraform;
  const parts = [
    block("terraform", terraform.terraform),
    ...Object.entries(provider).map(([name, settings]) => block(`provider ${name}`, settings)),
    ...blocks("data ", data),
    ...blocks("resource ", resource),
    ...sorted(output).map(([name, value]) => block(`output ${name}`, value)),
  ];
  return perModelText(parts, models);
}

function blocks(
  prefix: string,
  byType: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>,
): Block[] {
  return sorted(byType).flatMap(([type, byId]) =>
    sorted(byId).map(([id, values]) => block(`${prefix}${type}.${id}`, values)),
  );
}

function block(title: string, values: unknown): Block {
  return { title, lines: flatten(values, "").filter((line) => !line.startsWith("//")) };
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
  if (path === "content" && String(value).length > MOST_CHARACTERS_OF_CONTENT)
    return "(tested in website.test.ts)";
  const text = JSON.stringify(value);
  return ["filename", "source"].includes(path)
    ? text.replace(/\/[0-9A-F]{32}\//, "/(hash of the content)/")
    : text;
}

function sorted<Value>(members: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Lets a snapshot show text as it is, without quotes around it. */
export const plainText = {
  test: (value: unknown): boolean => typeof value === "string",
  serialize: (value: unknown): string => String(value),
};
