/** Plain JSON, as in a file. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [key: string]: Json;
}

/** The part of `cdk.tf.json` that tests read. */
export interface TerraformJson {
  readonly terraform: {
    readonly backend: Readonly<Record<string, JsonObject>>;
    readonly required_providers: Readonly<Record<string, JsonObject>>;
    readonly required_version: string;
  };
  readonly provider: Readonly<Record<string, JsonObject[]>>;
  readonly data?: Record<string, Record<string, JsonObject>>;
  readonly resource: Record<string, Record<string, JsonObject>>;
  readonly output?: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
}

/** A resource or data source of a stack. */
export interface TerraformResource {
  /** `<type>.<id>`, as other resources refer to it; data sources have the prefix `data.`. */
  readonly address: string;
  /** The arguments, as in `cdk.tf.json`: references are not resolved. */
  readonly values: JsonObject;
}

/** One stack, as Terraform reads it. */
export class StackJson {
  /** `cdk.tf.json`, parsed. */
  readonly terraform: TerraformJson;

  constructor(
    /** The stack's name, which is the name of its environment or account. */
    readonly name: string,
    /** `cdk.tf.json`, byte for byte. */
    readonly text: string,
  ) {
    this.terraform = JSON.parse(text);
  }

  /** The types of the stack's resources and data sources, data sources with the prefix `data.`; sorted. */
  types(): string[] {
    const dataTypes = Object.keys(this.terraform.data ?? {}).map((type) => `data.${type}`);
    return [...dataTypes, ...Object.keys(this.terraform.resource)].sort();
  }

  /** Every resource of a type, e.g. `aws_lambda_function`; data sources have the prefix `data.`. */
  resources(type: string): TerraformResource[] {
    const byId = type.startsWith("data.")
      ? this.terraform.data?.[type.slice("data.".length)]
      : this.terraform.resource[type];
    return Object.entries(byId ?? {}).map(([id, { "//": _, ...values }]) => ({
      address: `${type}.${id}`,
      values,
    }));
  }

  /**
   * The only resource of a type.
   *
   * @throws Error that names the resources or types that exist, where the stack has none or several of the type
   */
  resource(type: string): TerraformResource {
    const [found, ...others] = this.resources(type);
    if (found !== undefined && others.length === 0) return found;
    const got =
      found === undefined
        ? `no resource; the stack has ${this.types().join(", ")}`
        : [found, ...others].map(({ address }) => address).join(", ");
    throw new Error(`stack ${this.name}, ${type}: got ${got}; allowed: exactly one resource`);
  }
}

/** Stacks by name. */
export class SynthesizedStacks<Stack extends StackJson = StackJson> {
  constructor(private readonly stacks: readonly Stack[]) {}

  /** The names of the stacks: of the environments, then of the accounts. */
  get names(): string[] {
    return this.stacks.map(({ name }) => name);
  }

  /** Whether a stack of this name exists. */
  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** @throws Error that names the stacks that exist, where `name` is none of them */
  stack(name: string): Stack {
    const found = this.stacks.find((stack) => stack.name === name);
    if (found !== undefined) return found;
    throw new Error(`stack: got ${name}; allowed: ${this.names.join(", ")}`);
  }
}

/**
 * A JSON document that Terraform contains as a string.
 *
 * @param place - names the document in the error
 * @throws Error where the text is no JSON object
 */
export function parseEmbedded(text: string, place: string): JsonObject {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${place} is no JSON: ${text.slice(0, 200)}`, { cause });
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new Error(`${place} is no JSON object: ${text.slice(0, 200)}`);
  }
  return document as JsonObject;
}
