/**
 * A JSON value.
 *
 * @example
 * const value: Json = { Effect: "Allow", Action: ["s3:GetObject"] };
 */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/**
 * A JSON object.
 *
 * @example
 * const { values }: { values: JsonObject } = stack.resource("aws_api_gateway_stage");
 */
export interface JsonObject {
  [key: string]: Json;
}

/** The part of `cdk.tf.json` that tests read. */
export interface TerraformJson {
  /** The local values by name. */
  readonly locals?: Readonly<Record<string, unknown>>;
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

/**
 * A resource or data source of a stack.
 *
 * @example
 * const role: TerraformResource | undefined = stack.resources("aws_iam_role")[0];
 */
export interface TerraformResource {
  /** `<type>.<id>`, as in references of other resources. Data sources have the prefix `data.`. */
  readonly address: string;
  /** The arguments in `cdk.tf.json`, with unresolved references. */
  readonly values: JsonObject;
}

/**
 * A synthesized stack.
 *
 * @example
 * const stack: StackJson = synthesize(app).stack("dev");
 * expect(stack.resource("aws_api_gateway_stage").values.stage_name).toBe("dev");
 */
export class StackJson {
  /** The parsed `cdk.tf.json`. */
  readonly terraform: TerraformJson;

  constructor(
    /** The stack's name, which is the name of its environment or account. */
    readonly name: string,
    /** The text of `cdk.tf.json`. */
    readonly text: string,
  ) {
    this.terraform = JSON.parse(text);
  }

  /** The sorted types of the stack's resources and data sources. Data sources have the prefix `data.`. */
  types(): string[] {
    const dataTypes = Object.keys(this.terraform.data ?? {}).map((type) => `data.${type}`);
    return [...dataTypes, ...Object.keys(this.terraform.resource)].sort();
  }

  /** Every resource of a type, e.g. `aws_lambda_function`. Data sources have the prefix `data.`. */
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
   * @throws Error with the existing resources or types, if the stack has not exactly one resource of the type
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

/**
 * The synthesized stacks of an app.
 *
 * @example
 * const stacks: SynthesizedStacks = synthesize(app);
 * expect(stacks.names).toEqual(["dev", "prod", "account"]);
 */
export class SynthesizedStacks<Stack extends StackJson = StackJson> {
  constructor(private readonly stacks: readonly Stack[]) {}

  /** The names of the stacks: environments, then accounts. */
  get names(): string[] {
    return this.stacks.map(({ name }) => name);
  }

  /** Whether a stack with this name exists. */
  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** The stack with a name. @throws Error with the existing names, if no stack has the name */
  stack(name: string): Stack {
    const found = this.stacks.find((stack) => stack.name === name);
    if (found !== undefined) return found;
    throw new Error(`stack: got ${name}; allowed: ${this.names.join(", ")}`);
  }
}

/**
 * A JSON document that Terraform contains as a string.
 *
 * @param place - the place of the document, for the error
 * @throws Error if the text is not a JSON object
 */
export function parseEmbedded(text: string, place: string): JsonObject {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${place} is not JSON: ${text.slice(0, 200)}`, { cause });
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw new Error(`${place} is not a JSON object: ${text.slice(0, 200)}`);
  }
  return document as JsonObject;
}
