import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, parseJson } from "../src/lib/json";
import {
  DATA,
  type Flag,
  PROVIDER,
  type ProviderSchema,
  sortedSchema,
  type TypeSchema,
  textOf,
} from "./provider-schema";

/**
 * The schemas of types in a package of generated bindings: `@cdktf/provider-aws`, or `@cdktn/provider-aws` under any name. The
 * package contains no schema, but the source of each class, in which the generator wrote the flags of each argument as a
 * comment. The source is in the source map at the end of the compiled file. It contains no deprecations.
 *
 * @param folder - the folder of the package
 * @param types - the types to read. A type without bindings is absent in the result
 * @throws Error if a file of the package does not have the expected form, so that no argument is overlooked
 */
export function schemaOfBindings(folder: string, types: readonly string[]): ProviderSchema {
  const found = new Map<string, TypeSchema>();
  const versions = new Set<string>();
  for (const type of types) {
    const file = join(folder, "lib", moduleOf(type), "index.js");
    if (!existsSync(file)) continue;
    const source = sourceOf(file);
    versions.add(versionOf(source, file));
    found.set(type, new Bindings(source, file).schema());
  }
  const [version, ...others] = versions;
  if (version === undefined || others.length > 0) {
    throw new Error(
      `${folder}: got ${versions.size} versions of the provider for ${types.length} types; allowed: the folder of a package with bindings of one version, such as node_modules/@cdktf/provider-aws`,
    );
  }
  return sortedSchema(found, version);
}

/** The folder of a type's bindings: `aws_iam_role` is in `iam-role`, and `data.aws_iam_role` in `data-aws-iam-role`. */
function moduleOf(type: string): string {
  if (type === PROVIDER) return PROVIDER;
  const name = type.startsWith(DATA) ? type.replace(DATA, "data_") : type.replace(/^aws_/, "");
  return name.replaceAll("_", "-");
}

/** The TypeScript source in the source map of a compiled file. */
function sourceOf(file: string): string {
  const [, encoded] =
    /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)/.exec(readFileSync(file, "utf8")) ?? [];
  const map = encoded === undefined ? undefined : parseJson(Buffer.from(encoded, "base64").toString("utf8"));
  const [source] = isObject(map) && Array.isArray(map.sourcesContent) ? map.sourcesContent : [];
  if (typeof source === "string") return source;
  throw new Error(
    `${file}: got no source map with the TypeScript source; allowed: a file of generated bindings`,
  );
}

function versionOf(source: string, file: string): string {
  const [, version] =
    /registry\.terraform\.io\/providers\/hashicorp\/aws\/(\d+\.\d+\.\d+)\/docs/.exec(source) ?? [];
  if (version !== undefined) return version;
  throw new Error(`${file}: got no link to the provider's documentation with a version`);
}

/** One argument of a class or an interface. */
interface Argument {
  readonly name: string;
  readonly flags: ReadonlySet<Flag>;
  /** The struct of the nested arguments. */
  readonly struct: string | undefined;
}

/** A class, a function or an interface at the top level of a file. */
const DECLARATION = /^export (class|function|interface) (\w+)[\s\S]*?^\}/gm;
/** The class of a resource, of a data source, or of the provider. */
const MAIN_CLASS = /^export class (\w+) extends cdkt[fn]\.Terraform(?:Resource|DataSource|Provider) \{/gm;
/** The comment before the members of an argument, and the text up to the next comment. */
const ARGUMENT =
  /^ {2}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)$([\s\S]*?)(?=^ {2}\/\/ \w+ - computed: |^ {2}\/\/ =|^\})/gm;
/** The member that holds nested arguments. */
const NESTED = /^ {2}private _\w+ = new (\w+?)(?:List|Map|OutputReference)\(this, "(\w+)"/m;
/** The nested arguments of the provider, which have no class. */
const NESTED_OF_PROVIDER = /^ {2}private _\w+\?: (AwsProvider\w+?)(?:\[\])? \| /m;
/** An argument in a function or method that writes HCL. */
const WRITTEN = /^ +(\w+): \{\n +value: .*\n +isBlock: (?:true|false),$/gm;
/** An argument in an interface, after its comment. */
const PROPERTY = /#(\w+) \w+#\1\}\n +\*\/\n +readonly \w+(\??): /gm;

/** The source of the bindings of one type. */
class Bindings {
  /** The text of classes, functions and interfaces, by kind and name. */
  private readonly declarations: ReadonlyMap<string, string>;

  constructor(
    private readonly source: string,
    private readonly file: string,
  ) {
    this.declarations = new Map(
      [...source.matchAll(DECLARATION)].map(([text, kind, name]) => [`${kind} ${name}`, text]),
    );
  }

  /** The flags of every argument. */
  schema(): TypeSchema {
    const names = [...this.source.matchAll(MAIN_CLASS)].map(([, name = ""]) => name);
    const [main, ...others] = names;
    if (main === undefined || others.length > 0) {
      throw new Error(`${this.file}: got the classes ${names.join(", ")}; allowed: one class of a resource`);
    }
    const paths: [string, string][] = [];
    const text = this.declaration(`class ${main}`);
    this.add(argumentsOfClass(text), text, "", [], paths);
    return Object.fromEntries(paths.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /**
   * Adds arguments and their nested arguments.
   *
   * @param writer - the function that writes the arguments to Terraform, to check that `args` is complete
   */
  private add(
    args: readonly Argument[],
    writer: string,
    prefix: string,
    parents: readonly string[],
    paths: [string, string][],
  ): void {
    this.requireComplete(args, writer, prefix);
    for (const { name, flags, struct } of args) {
      paths.push([prefix + name, textOf(flags)]);
      // A struct can contain itself, e.g. the statements of a web ACL.
      if (struct === undefined || parents.includes(struct)) continue;
      const nestedWriter = `${struct.charAt(0).toLowerCase()}${struct.slice(1)}ToHclTerraform`;
      this.add(
        this.argumentsOfStruct(struct),
        this.declaration(`function ${nestedWriter}`),
        `${prefix}${name}.`,
        [...parents, struct],
        paths,
      );
    }
  }

  private argumentsOfStruct(struct: string): Argument[] {
    const found = this.declarations.get(`class ${struct}OutputReference`);
    if (found !== undefined) return argumentsOfClass(found);
    return argumentsOfInterface(this.declaration(`interface ${struct}`));
  }

  private requireComplete(args: readonly Argument[], writer: string, prefix: string): void {
    const names = args.map(({ name }) => name);
    const written = [...writer.matchAll(WRITTEN)].map(([, name = ""]) => name);
    const missing = written.filter((name) => !names.includes(name));
    if (missing.length === 0) return;
    throw new Error(
      `${this.file}: ${prefix}${missing.join(", ")}: got no comment with the flags of the argument`,
    );
  }

  private declaration(name: string): string {
    const text = this.declarations.get(name);
    if (text === undefined) throw new Error(`${this.file}: got no declaration of the ${name}`);
    return text;
  }
}

function argumentsOfClass(text: string): Argument[] {
  return [...text.matchAll(ARGUMENT)].map(([, name = "", computed, optional, required, members = ""]) => {
    const flags = new Set<Flag>();
    if (required === "true") flags.add("required");
    if (optional === "true") flags.add("optional");
    if (computed === "true") flags.add("computed");
    const [, struct, argument] = NESTED.exec(members) ?? [];
    const [, structOfProvider] = NESTED_OF_PROVIDER.exec(members) ?? [];
    return { name, flags, struct: argument === name ? struct : structOfProvider };
  });
}

/** The arguments of an interface. Interfaces of the provider have no nested interfaces. */
function argumentsOfInterface(text: string): Argument[] {
  return [...text.matchAll(PROPERTY)].map(([, name = "", optional]) => ({
    name,
    flags: new Set<Flag>([optional === "?" ? "optional" : "required"]),
    struct: undefined,
  }));
}
