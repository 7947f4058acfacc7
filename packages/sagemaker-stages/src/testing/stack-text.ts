import { isRecord, parseJson } from "../runtime/json";
import { perModelText, withoutHashes } from "./per-model";
import { type OwnedBlock, ownerOfConstruct, ownerOfOutput, type RecordEntry, toRecord } from "./record";
import { synthesize, type TestedApp } from "./synthesize";
import type { Json, JsonObject, StackJson } from "./terraform";

/** Arguments of a type, each with the text that a record shows in place of the value. */
type Replacements = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Values that a reader of a record does not need. */
const NOT_READ: Replacements = {
  aws_api_gateway_rest_api: { body: "(the OpenAPI document)" },
  aws_lambda_function: { source_code_hash: "(base64 SHA-256 of the zip)" },
  aws_s3_object: { source_hash: "(hash of the file)" },
};

const IN_RECORD_OF_PERMISSIONS = "(in the record of permissions)";

/**
 * The policies in the record of `proveLeastPrivilege`. This record contains environments' stacks, and no accounts'
 * stacks.
 */
const PROVED: Replacements = {
  aws_iam_policy: { policy: IN_RECORD_OF_PERMISSIONS },
  aws_iam_role: { assume_role_policy: IN_RECORD_OF_PERMISSIONS },
  aws_iam_role_policy: { policy: IN_RECORD_OF_PERMISSIONS },
  aws_s3_bucket_policy: { policy: IN_RECORD_OF_PERMISSIONS },
  aws_sns_topic_policy: { policy: IN_RECORD_OF_PERMISSIONS },
  aws_vpc_endpoint: { policy: IN_RECORD_OF_PERMISSIONS },
};

/** Options of the text of a stack. */
interface TextOptions {
  /** Names of the models that the stack serves. */
  readonly models: readonly string[];
  /** Whether the text omits the stack's policies, because a record of permissions contains the policies. */
  readonly hasPermissionRecord: boolean;
}

/** The length up to which the text shows a file. The limit is for pages, which are longer than configuration files. */
const MAX_CHARACTERS_OF_CONTENT = 200;

/**
 * The stack of an environment as sorted text, one argument per line, without CDKTF's metadata. Equal lines of several models
 * appear once.
 */
export function stackText(stack: StackJson, models: readonly string[]): string {
  return perModelText(blocksOf(stack, { models, hasPermissionRecord: true }), models);
}

/**
 * The Terraform of an app's stacks as text, for Jest snapshots: an entry for each model of a stack, and an entry for the
 * parts that the models of a stack share. The text has the statements of an account's policies, and of policies that
 * `proveLeastPrivilege` does not read. The record of `proveLeastPrivilege` has the other policies.
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
    const ofEnvironment = models.get(name);
    const options = { models: ofEnvironment ?? [], hasPermissionRecord: ofEnvironment !== undefined };
    const blocks = blocksOf(stacks.stack(name), options).map(({ title, lines, model }) => ({
      title: withoutHashes(title),
      lines: lines.map(withoutHashes),
      model,
    }));
    return toRecord(name, ofEnvironment ?? Object.keys(app.models), blocks);
  });
}

/** Top-level members of `cdk.tf.json` with dedicated blocks, and CDKTF's metadata. */
const MEMBERS_WITH_BLOCKS = ["//", "data", "output", "provider", "resource", "terraform"];

function blocksOf({ terraform }: StackJson, options: TextOptions): OwnedBlock[] {
  const { data = {}, resource, output = {}, provider } = terraform;
  const { models } = options;
  return [
    block("terraform", terraform.terraform),
    ...Object.entries(provider).map(([name, settings]) => block(`provider ${name}`, settings)),
    ...blocks("data ", data, options),
    ...blocks("resource ", resource, options),
    ...sorted(output).map(([name, value]) => block(`output ${name}`, value, ownerOfOutput(name, models))),
    ...sorted({ ...terraform })
      .filter(([name]) => !MEMBERS_WITH_BLOCKS.includes(name))
      .map(([name, value]) => block(name, value)),
  ];
}

function blocks(
  prefix: string,
  byType: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>,
  { models, hasPermissionRecord }: TextOptions,
): OwnedBlock[] {
  return sorted(byType).flatMap(([type, byId]) => {
    const replacements = { ...NOT_READ[type], ...(hasPermissionRecord ? PROVED[type] : {}) };
    return sorted(byId).map(([id, { "//": comment = null, ...values }]) => ({
      title: `${prefix}${type}.${id}`,
      lines: sorted(values).flatMap(([argument, value]) => {
        const isPage = type === "aws_s3_object" && argument === "content" && isLong(value);
        const replacement = isPage ? "(the content of the file)" : replacements[argument];
        return replacement === undefined ? flatten(value, argument) : [`${argument}: ${replacement}`];
      }),
      model: ownerOfConstruct(pathOf(comment), models),
    }));
  });
}

function isLong(content: Json): boolean {
  return typeof content === "string" && content.length > MAX_CHARACTERS_OF_CONTENT;
}

/** The path of a resource's construct. CDKTF writes the path beside the arguments. */
function pathOf(comment: Json): string {
  if (isRecord(comment) && isRecord(comment.metadata) && typeof comment.metadata.path === "string") {
    return comment.metadata.path;
  }
  throw new Error(`"//".metadata.path: got ${JSON.stringify(comment)}; allowed: the path of a construct`);
}

function block(title: string, values: unknown, model?: string): OwnedBlock {
  const lines = flatten(values, "").filter((line) => !/(?:^|\.)\/\/\./.test(line));
  return { title, lines, model };
}

/**
 * A line `a.b[0].c: <JSON>` for every leaf, sorted. A list of plain values is a leaf. An IAM policy in a text has a leaf for
 * each element of a statement, e.g. `policy.Statement[ReadObjects].Action`, so that a difference shows the changed element.
 */
export function flatten(value: unknown, path: string): string[] {
  if (Array.isArray(value) && value.some((item) => typeof item === "object")) {
    return value.flatMap((item, index) => flatten(item, `${path}[${statementId(item) ?? index}]`));
  }
  const members = typeof value === "string" ? policyIn(value) : value;
  if (isRecord(members) && !Array.isArray(members) && Object.keys(members).length > 0) {
    return sorted(members).flatMap(([key, member]) => flatten(member, path === "" ? key : `${path}.${key}`));
  }
  return [`${path}: ${leaf(value, path)}`];
}

/** The IAM policy in a text. `undefined` for another text. */
function policyIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  const document = parseJson(text);
  return isRecord(document) && "Statement" in document ? document : undefined;
}

function statementId(item: unknown): string | undefined {
  return isRecord(item) && typeof item.Sid === "string" ? item.Sid : undefined;
}

function leaf(value: unknown, path: string): string {
  const text = JSON.stringify(value);
  return ["filename", "source"].includes(path)
    ? text.replace(/\/[0-9A-F]{32}\//, "/(hash of the content)/")
    : text;
}

function sorted<Value>(members: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * A serializer for Jest, so that a snapshot shows a text without quotes.
 *
 * @example expect.addSnapshotSerializer(plainText);
 */
export const plainText = {
  test: (value: unknown): boolean => typeof value === "string",
  serialize: (value: unknown): string => String(value),
};
