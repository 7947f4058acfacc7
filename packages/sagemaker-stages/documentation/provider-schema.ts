import { isObject, type JsonObject } from "../src/lib/json";

/**
 * What a version of the provider says about one argument, block or attribute:
 *
 * - `required`, `optional`: a configuration must or can set it
 * - `computed`: the provider can set it. Without `required` or `optional`, a configuration can only read it
 * - `deprecated`: Terraform warns about its use. Only the real schema contains deprecations
 */
export type Flag = "required" | "optional" | "computed" | "deprecated";

const FLAGS: readonly Flag[] = ["required", "optional", "computed", "deprecated"];

/** The flags of arguments by path. A nested path has dots, e.g. `vpc_config.subnet_ids`. The flags are in one order, separated by spaces. */
export type TypeSchema = Readonly<Record<string, string>>;

/** A part of the schema of one version of the provider. */
export interface ProviderSchema {
  /** The version of the provider, e.g. `5.100.0`. */
  readonly version: string;
  /**
   * The schemas by type: `aws_iam_role` for a resource, `data.aws_caller_identity` for a data source, and
   * {@link PROVIDER} for the provider. A type that the version does not have is absent.
   */
  readonly types: Readonly<Record<string, TypeSchema>>;
}

/** The "type" of the provider's own arguments. */
export const PROVIDER = "provider";
/** The prefix of the types of data sources. */
export const DATA = "data.";
/** The address of the provider in Terraform's output. */
const ADDRESS = "registry.terraform.io/hashicorp/aws";

/** The flags as text, in one order. */
export function textOf(flags: ReadonlySet<Flag>): string {
  return FLAGS.filter((flag) => flags.has(flag)).join(" ");
}

/** Whether a configuration can set an argument. */
export function isSettable(flags: string): boolean {
  return /\b(required|optional)\b/.test(flags);
}

/** A schema whose types are in the order of their names, so that the recorded file is the same on every machine. */
export function sortedSchema(schemas: ReadonlyMap<string, TypeSchema>, version: string): ProviderSchema {
  const sorted = [...schemas].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    version,
    types: Object.fromEntries(sorted.map(([type, schema]) => [type, withoutNested(type, schema)])),
  };
}

/**
 * Arguments whose nested arguments are not recorded. The statements of a web ACL contain statements: the schema of Terraform
 * has tens of thousands of arguments for three levels, and the bindings have no type for them. `npm run test:terraform`
 * validates the statements with the provider.
 */
const WITHOUT_NESTED: Readonly<Record<string, string>> = { aws_wafv2_web_acl: "rule.statement" };

function withoutNested(type: string, schema: TypeSchema): TypeSchema {
  const argument = WITHOUT_NESTED[type];
  if (argument === undefined) return schema;
  return Object.fromEntries(Object.entries(schema).filter(([path]) => !path.startsWith(`${argument}.`)));
}

/**
 * The schemas of types in the output of Terraform for an initialized stack.
 *
 * @param document - the parsed output of `terraform providers schema -json`
 * @param versions - the parsed output of `terraform version -json`, which contains the version of the provider
 * @param types - the types to read. A type that the provider does not have is absent in the result
 * @throws Error if Terraform did not read the provider hashicorp/aws
 */
export function schemaOfTerraform(
  document: unknown,
  versions: unknown,
  types: readonly string[],
): ProviderSchema {
  const schemas = member(member(document, "provider_schemas"), ADDRESS);
  const version = member(member(versions, "provider_selections"), ADDRESS);
  if (!isObject(schemas) || typeof version !== "string") {
    throw new Error(
      `got no schema and version of ${ADDRESS}; allowed: the output of terraform providers schema -json and terraform version -json in the folder of a stack after terraform init`,
    );
  }
  const found = new Map<string, TypeSchema>();
  for (const type of types) {
    const schema = schemaOf(schemas, type);
    if (isObject(schema)) found.set(type, pathsOf(schema.block));
  }
  return sortedSchema(found, version);
}

function schemaOf(schemas: JsonObject, type: string): unknown {
  if (type === PROVIDER) return schemas.provider;
  if (type.startsWith(DATA)) return member(schemas.data_source_schemas, type.slice(DATA.length));
  return member(schemas.resource_schemas, type);
}

function pathsOf(block: unknown): TypeSchema {
  const paths: [string, string][] = [];
  addBlock(block, "", paths);
  return Object.fromEntries(paths.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addBlock(block: unknown, prefix: string, paths: [string, string][]): void {
  for (const [name, attribute] of membersOf(member(block, "attributes"))) {
    const flags = textOf(new Set(FLAGS.filter((flag) => attribute[flag] === true)));
    paths.push([prefix + name, flags]);
    addTypeParts(attribute.type, `${prefix}${name}.`, flags, paths);
    // The attributes of the provider's newer resources have a nested type instead of blocks.
    if (isObject(attribute.nested_type)) addBlock(attribute.nested_type, `${prefix}${name}.`, paths);
  }
  for (const [name, nested] of membersOf(member(block, "block_types"))) {
    const flags = new Set<Flag>([Number(nested.min_items ?? 0) > 0 ? "required" : "optional"]);
    if (member(nested.block, "deprecated") === true) flags.add("deprecated");
    paths.push([prefix + name, textOf(flags)]);
    addBlock(nested.block, `${prefix}${name}.`, paths);
  }
}

/** Adds the members of objects in an attribute's type, with the attribute's flags: the schema has no flags for them. */
function addTypeParts(type: unknown, prefix: string, flags: string, paths: [string, string][]): void {
  if (!Array.isArray(type)) return;
  const [kind, parts] = type as [string, unknown];
  if (kind !== "object") {
    addTypeParts(parts, prefix, flags, paths);
    return;
  }
  if (!isObject(parts)) return;
  for (const [name, part] of Object.entries(parts)) {
    paths.push([prefix + name, flags]);
    addTypeParts(part, `${prefix}${name}.`, flags, paths);
  }
}

function member(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function membersOf(value: unknown): [string, JsonObject][] {
  return isObject(value)
    ? Object.entries(value).filter((entry): entry is [string, JsonObject] => isObject(entry[1]))
    : [];
}
