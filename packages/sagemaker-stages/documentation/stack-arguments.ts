import { satisfies } from "../src/constructs/terraform/version-constraint";
import { isObject, isObjectOrList } from "../src/lib/json";
import type { JsonObject, StackJson } from "../src/testing/terraform";
import { DATA, isSettable, PROVIDER, type ProviderSchema, type TypeSchema } from "./provider-schema";

/** Arguments of Terraform itself, which every resource and data source has. The provider's schema does not contain them. */
const META_ARGUMENTS = [
  "//",
  "connection",
  "count",
  "depends_on",
  "for_each",
  "lifecycle",
  "provider",
  "provisioner",
];

/** How stacks use an argument or an attribute. */
export interface Use {
  /** Whether a stack sets it. */
  readonly isSet: boolean;
  /** Whether an expression of a stack reads it. */
  readonly isRead: boolean;
}

/** The uses by path, by type. */
export type Uses = ReadonlyMap<string, ReadonlyMap<string, Use>>;

/** A resource, a data source, or the provider in a stack. */
interface Instance {
  readonly type: string;
  /** The place in the stack, for messages. */
  readonly address: string;
  readonly values: JsonObject;
}

/**
 * What stacks set and read, as paths of the schemas: an argument's path ends where no schema has nested arguments, so
 * the keys of a map such as `tags` are not part of the path.
 */
export function usesOf(stacks: readonly StackJson[], schemas: readonly ProviderSchema[]): Uses {
  const uses = new Map<string, Map<string, Use>>();
  const known = knownIn(schemas);
  const add = (type: string, path: string, use: Partial<Use>): void => {
    const paths = uses.get(type) ?? new Map<string, Use>();
    uses.set(type, paths.set(path, { ...(paths.get(path) ?? { isSet: false, isRead: false }), ...use }));
  };
  for (const stack of stacks) {
    const instances = instancesOf(stack);
    for (const { type, values } of instances) {
      for (const path of settingsIn(values, known(type).blocks)) add(type, path, { isSet: true });
    }
    for (const { type, names } of readsIn(stack, instances)) {
      add(type, pathOf(names, known(type).paths), { isRead: true });
    }
  }
  return uses;
}

/** The types of the provider in stacks. */
export function typesIn(stacks: readonly StackJson[]): string[] {
  return [...new Set(stacks.flatMap((stack) => instancesOf(stack).map(({ type }) => type)))].sort();
}

/**
 * Why stacks do not work with a version of the provider: a type, an argument or an attribute that the version does not have,
 * an argument that the version only computes, and an argument that the version requires and a stack does not set. Stacks whose
 * constraint excludes the version are not checked.
 *
 * @returns one sentence for each fault, sorted. Empty if the version supports everything
 */
export function faultsOf(stacks: readonly StackJson[], schema: ProviderSchema): string[] {
  const faults = new Set<string>();
  const known = knownIn([schema]);
  const version = `hashicorp/aws ${schema.version}`;
  for (const stack of stacks.filter((one) => allowsVersion(one, schema.version))) {
    const instances = instancesOf(stack);
    for (const { type, address, values } of instances) {
      const paths = schema.types[type];
      const place = `${stack.name}, ${address}`;
      if (paths === undefined) {
        faults.add(`${place}: ${version} has no type ${type}`);
        continue;
      }
      for (const path of settingsIn(values, known(type).blocks)) {
        const flags = paths[path];
        if (flags === undefined) faults.add(`${place}: ${version} has no argument ${path}`);
        else if (!isSettable(flags)) faults.add(`${place}: ${version} does not let a stack set ${path}`);
      }
      for (const path of missingIn(values, paths)) faults.add(`${place}: ${version} requires ${path}`);
    }
    for (const { type, names, place } of readsIn(stack, instances)) {
      const paths = schema.types[type] ?? {};
      const path = pathOf(names, known(type).paths);
      if (paths[path] === undefined)
        faults.add(`${stack.name}, ${place}: ${version} has no attribute ${type}.${path}`);
    }
  }
  return [...faults].sort();
}

/** Whether a stack's constraint allows a version of the provider. @throws Error if only Terraform can evaluate the constraint */
export function allowsVersion({ name, terraform }: StackJson, version: string): boolean {
  const constraint = String(terraform.terraform.required_providers.aws?.version);
  const allows = satisfies(version, constraint);
  if (allows !== undefined) return allows;
  throw new Error(
    `${name}: required_providers.aws.version: got ${constraint}; allowed: conditions such as ">= 5.100.0, < 7.0.0"`,
  );
}

/** The uses that a schema declares as deprecated, sorted. */
export function deprecatedIn(uses: Uses, schema: ProviderSchema): string[] {
  return [...uses]
    .flatMap(([type, paths]) =>
      [...paths.keys()]
        .filter((path) => schema.types[type]?.[path]?.includes("deprecated"))
        .map((path) => `${type}.${path}`),
    )
    .sort();
}

function instancesOf({ terraform }: StackJson): Instance[] {
  // The alias is an argument of Terraform itself.
  const provider = Object.values(terraform.provider.aws ?? []).map(({ alias: _, ...values }, index) => ({
    type: PROVIDER,
    address: `provider.aws[${index}]`,
    values,
  }));
  const inStack = (blocks: Record<string, Record<string, JsonObject>>, prefix: string): Instance[] =>
    Object.entries(blocks).flatMap(([type, byId]) =>
      // Terraform's own types, such as terraform_data, do not depend on the provider.
      type.startsWith("aws_")
        ? Object.entries(byId).map(([id, values]) => ({
            type: prefix + type,
            address: `${prefix}${type}.${id}`,
            values,
          }))
        : [],
    );
  return [...provider, ...inStack(terraform.data ?? {}, DATA), ...inStack(terraform.resource, "")];
}

/** What schemas know about a type. */
interface Known {
  readonly paths: ReadonlySet<string>;
  /** The paths with nested arguments. */
  readonly blocks: ReadonlySet<string>;
}

/** A function that returns what any of the schemas knows about a type. */
function knownIn(schemas: readonly ProviderSchema[]): (type: string) => Known {
  const byType = new Map<string, Known>();
  return (type) => {
    const found = byType.get(type);
    if (found !== undefined) return found;
    const paths = new Set(schemas.flatMap(({ types }) => Object.keys(types[type] ?? {})));
    const parents = [...paths].map((path) => path.slice(0, Math.max(0, path.lastIndexOf("."))));
    const known = { paths, blocks: new Set(parents) };
    byType.set(type, known);
    return known;
  };
}

/** The paths of the arguments that an instance sets, including the blocks around nested arguments. */
function settingsIn(values: JsonObject, blocks: ReadonlySet<string>, prefix = ""): string[] {
  return Object.entries(values)
    .filter(([name]) => prefix !== "" || !META_ARGUMENTS.includes(name))
    .flatMap(([name, value]) => {
      if (name === "dynamic") {
        throw new Error(
          `${prefix}dynamic: got a dynamic block; allowed: blocks with literal arguments, which this check can read`,
        );
      }
      const path = prefix + name;
      const parts = blocks.has(path) ? blocksIn(value) : [];
      return [path, ...parts.flatMap((part) => settingsIn(part, blocks, `${path}.`))];
    });
}

/** The objects of a block, which Terraform's JSON syntax writes as an object or a list of objects. */
function blocksIn(value: unknown): JsonObject[] {
  return (Array.isArray(value) ? value : [value]).filter((part): part is JsonObject => isObject(part));
}

/** The arguments that a schema requires and an instance does not set, at the top level and in the blocks of the instance. */
function missingIn(values: JsonObject, paths: TypeSchema, prefix = ""): string[] {
  return Object.entries(paths).flatMap(([path, flags]) => {
    const name = path.slice(prefix.length);
    if (!path.startsWith(prefix) || name.includes(".")) return [];
    const value = values[name];
    if (value === undefined || value === null) return flags.startsWith("required") ? [path] : [];
    return blocksIn(value).flatMap((part) => missingIn(part, paths, `${path}.`));
  });
}

/** An attribute that an expression reads. */
interface Read {
  readonly type: string;
  /** The names in the expression, from the attribute on. */
  readonly names: readonly string[];
  /** The place in the stack, for messages. */
  readonly place: string;
}

/** An expression in a string of Terraform's JSON syntax. Nested braces are part of the expression. */
const EXPRESSION = /\$\{(?:[^{}]|\{[^{}]*\})*\}/g;
/** A reference to a resource or a data source, with an attribute. */
const REFERENCE = /(?<![\w.-])(data\.)?(aws_\w+)\.[\w-]+((?:\[[^\]]*\]|\.\w+)+)/g;
/** A reference to an attribute of the resource whose condition contains the expression. */
const SELF = /(?<![\w.-])self((?:\[[^\]]*\]|\.\w+)+)/g;

function readsIn({ terraform }: StackJson, instances: readonly Instance[]): Read[] {
  const others = { output: terraform.output, locals: (terraform as { locals?: unknown }).locals };
  return [
    ...readsInValue(others, "outputs and locals", undefined),
    ...instances.flatMap(({ type, address, values }) => readsInValue(values, address, type)),
  ];
}

/** @param self - the type of the resource that contains the value */
function readsInValue(value: unknown, place: string, self: string | undefined): Read[] {
  if (isObjectOrList(value)) return Object.values(value).flatMap((part) => readsInValue(part, place, self));
  if (typeof value !== "string") return [];
  return [...value.matchAll(EXPRESSION)].flatMap(([expression]) => [
    ...[...expression.matchAll(REFERENCE)].map(([, data = "", type = "", names = ""]) => ({
      type: data + type,
      names: namesIn(names),
      place,
    })),
    ...(self === undefined
      ? []
      : [...expression.matchAll(SELF)].map(([, names = ""]) => ({
          type: self,
          names: namesIn(names),
          place,
        }))),
  ]);
}

/** The names in a chain of attributes and indexes, e.g. `vpc_config` and `vpc_id` in `.vpc_config[0].vpc_id`. */
function namesIn(chain: string): string[] {
  return [...chain.replace(/\[[^\]]*\]/g, "").matchAll(/[A-Za-z_]\w*/g)].map(([name]) => name);
}

/** The longest known path of the names, and at least the first name. The rest are keys of a map. */
function pathOf(names: readonly string[], known: ReadonlySet<string>): string {
  const paths = names.map((_, index) => names.slice(0, index + 1).join("."));
  return paths.findLast((path) => known.has(path)) ?? names[0] ?? "";
}
