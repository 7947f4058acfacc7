import { core } from "zod";

/** A schema of a contract: zod's own, or zod/mini's. */
export type RequestSchema = core.$ZodType;

/**
 * A request model: the part of JSON Schema that API Gateway imports from an OpenAPI 3.0 document and validates with
 * draft 4.
 */
export interface RequestModel {
  readonly type?: "string" | "number" | "boolean" | "object" | "array";
  readonly enum?: readonly (string | number | boolean)[];
  readonly properties?: Readonly<Record<string, RequestModel>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | RequestModel;
  readonly items?: RequestModel;
  readonly anyOf?: readonly RequestModel[];
  readonly description?: string;
}

/** A part of a schema that no JSON request can be. */
export interface UnfitPart {
  /** Where it stands in the request, e.g. `.rows[].at`; empty for the whole request. */
  readonly path: string;
  /** zod's name of it, e.g. `z.date()`. */
  readonly got: string;
  /** What to use in its place. */
  readonly allowed: string;
}

/** The model that every request fits. */
const ANY: RequestModel = {};

/**
 * The request model of a schema. The model never refuses a request that the schema accepts: the handler parses every
 * request again, and names the fault. Therefore, the model holds the structure alone, and is wider where API Gateway
 * - ignores a keyword: lengths, patterns, exclusive bounds
 *   (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html),
 * - drops `nullable`, the only way to write null in OpenAPI 3.0: null would be refused,
 * - validates with draft 4, to which 1.0 is no integer (https://json-schema.org/draft-04/draft-zyp-json-schema-04, 3.5),
 * - refuses circular references: a recursive schema is unrolled once.
 *
 * @throws Error that names every part that no JSON request can be
 */
export function requestModel(schema: RequestSchema): RequestModel {
  const { model, unfit } = readSchema(schema);
  if (unfit.length > 0) {
    const lines = unfit.map(({ path, got, allowed }) => `schema${path}: got ${got}; allowed: ${allowed}`);
    throw new Error(lines.join("\n"));
  }
  return model;
}

/** Every part of `schema` that no JSON request can be. */
export function findUnfitParts(schema: RequestSchema): readonly UnfitPart[] {
  return readSchema(schema).unfit;
}

function readSchema(schema: RequestSchema): {
  readonly model: RequestModel;
  readonly unfit: readonly UnfitPart[];
} {
  const reader = new SchemaReader();
  return { model: reader.read(schema, "") ?? ANY, unfit: reader.unfit };
}

/** What JSON lacks, by zod's name of it, and what to use in its place. */
const UNFIT: Readonly<Record<string, string>> = {
  bigint: "z.int(), or z.string() for more digits than a number holds",
  codec: "a schema without a transformation; encode() converts the request",
  date: "z.iso.datetime() or z.iso.date(); encode() converts the text",
  file: "z.base64() for a file's content",
  function: "a schema of what JSON can hold",
  map: "z.record()",
  nan: "z.number() or z.nullable(z.number()): JSON has no NaN",
  promise: "a schema of what JSON can hold",
  set: "z.array()",
  symbol: "z.string()",
  transform: "a schema without a transformation; encode() converts the request",
};

class SchemaReader {
  readonly unfit: UnfitPart[] = [];
  /** The schemas around the one that is read: a recursive schema stands in itself. */
  private readonly around = new Set<RequestSchema>();

  /** @returns `undefined` where no JSON value fits */
  read(schema: RequestSchema, path: string): RequestModel | undefined {
    if (this.around.has(schema)) return ANY;
    this.around.add(schema);
    const model = this.readKind(schema, path);
    this.around.delete(schema);
    const description = core.globalRegistry.get(schema)?.description;
    return model === undefined || description === undefined ? model : { ...model, description };
  }

  private readKind(schema: RequestSchema, path: string): RequestModel | undefined {
    const { def } = (schema as core.$ZodTypes)._zod;
    switch (def.type) {
      case "string":
      case "number":
      case "boolean":
        // z.coerce takes a value of any type.
        return "coerce" in def && def.coerce === true ? ANY : { type: def.type };
      case "template_literal":
        return { type: "string" };
      case "literal":
        return this.readValues(def.values, path);
      case "enum":
        return this.readValues([...(schema._zod.values ?? [])], path);
      case "array":
        return arrayOf(this.read(def.element, `${path}[]`));
      case "tuple": {
        const items = def.items.map((item, index) => this.read(item, `${path}[${index}]`));
        const rest = def.rest === null ? [] : [this.read(def.rest, `${path}[]`)];
        return arrayOf(anyOf([...items, ...rest]));
      }
      case "object":
        return this.readObject(def, path);
      case "record": {
        const value = this.read(def.valueType, `${path}.*`) ?? ANY;
        // A loose record lets keys of another form through, whatever their values.
        const isLoose = "mode" in def && def.mode === "loose";
        return { type: "object", ...(isLoose || isAny(value) ? {} : { additionalProperties: value }) };
      }
      case "union":
        return anyOf(def.options.map((option) => this.read(option, path)));
      case "intersection":
        return allOf(this.read(def.left, path), this.read(def.right, path));
      case "optional":
      case "nonoptional":
      case "default":
      case "prefault":
      case "readonly":
        return this.read(def.innerType, path);
      case "lazy":
        return this.read(def.getter(), path);
      case "pipe": {
        if ("transform" in def && def.transform !== undefined) return this.refuse("codec", path);
        const input = this.read(def.in, path);
        // What comes after only narrows the request; it is read for what no request can be.
        this.read(def.out, path);
        return input;
      }
      case "never":
      case "undefined":
      case "void":
        return undefined;
      case "nullable":
        this.read(def.innerType, path);
        return ANY;
      default:
        // null, any, unknown, custom, catch, success, and kinds of later versions of zod
        return def.type in UNFIT ? this.refuse(def.type, path) : ANY;
    }
  }

  private readObject(
    { shape, catchall }: Pick<core.$ZodObjectDef, "shape" | "catchall">,
    path: string,
  ): RequestModel {
    const properties = Object.entries(shape).map(
      ([name, property]) => [name, this.read(property, `${path}.${name}`) ?? ANY] as const,
    );
    const required = Object.entries(shape).filter(([, { _zod }]) => _zod.optin === undefined);
    const others = catchall === undefined ? ANY : (this.read(catchall, `${path}.*`) ?? false);
    return {
      type: "object",
      properties: Object.fromEntries(properties),
      ...(required.length === 0 ? {} : { required: required.map(([name]) => name) }),
      ...(others !== false && isAny(others) ? {} : { additionalProperties: others }),
    };
  }

  /** One choice for each type: a schema of OpenAPI 3.0 has one type. */
  private readValues(values: readonly core.util.Primitive[], path: string): RequestModel | undefined {
    if (values.some((value) => typeof value === "bigint")) return this.refuse("bigint", path);
    if (values.includes(null)) return ANY;
    const choices = (["string", "number", "boolean"] as const).flatMap((type): RequestModel[] => {
      const ofType = values.filter((value) => typeof value === type) as (string | number | boolean)[];
      return ofType.length === 0 ? [] : [{ type, enum: ofType }];
    });
    return anyOf(choices);
  }

  private refuse(kind: string, path: string): RequestModel {
    this.unfit.push({ path, got: `z.${kind}()`, allowed: UNFIT[kind] ?? "a schema of what JSON can hold" });
    return ANY;
  }
}

/** Whether a request fits; also where a check of the contract throws, so that the model is never narrower. */
export function accepts(schema: RequestSchema, request: unknown): boolean {
  try {
    return core.safeParse(schema, request).success;
  } catch {
    return true;
  }
}

function isAny(model: RequestModel): boolean {
  return Object.keys(model).every((keyword) => keyword === "description");
}

function arrayOf(items: RequestModel | undefined): RequestModel {
  return { type: "array", ...(items === undefined || isAny(items) ? {} : { items }) };
}

/** Each choice once; `undefined` where there is none. */
function anyOf(choices: readonly (RequestModel | undefined)[]): RequestModel | undefined {
  const possible = choices.flatMap((choice) => (choice === undefined ? [] : (choice.anyOf ?? [choice])));
  const [first, ...more] = new Map(possible.map((choice) => [JSON.stringify(choice), choice])).values();
  if (first === undefined) return undefined;
  if (possible.some(isAny)) return ANY;
  return more.length === 0 ? first : { anyOf: [first, ...more] };
}

/**
 * What fits both. zod lets a property of an intersection through that one side knows: `allOf` of two strict objects
 * would refuse it.
 */
function allOf(left: RequestModel | undefined, right: RequestModel | undefined): RequestModel | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (isAny(left)) return withoutLimits(right);
  if (left.type !== "object" || right.type !== "object") return withoutLimits(left);
  const isStrict = left.additionalProperties === false && right.additionalProperties === false;
  const required = [...new Set([...(left.required ?? []), ...(right.required ?? [])])];
  return {
    type: "object",
    properties: { ...right.properties, ...left.properties },
    ...(required.length === 0 ? {} : { required }),
    ...(isStrict ? { additionalProperties: false } : {}),
  };
}

/** The properties that the other side of an intersection knows are not known here. */
function withoutLimits({ additionalProperties: _, ...model }: RequestModel): RequestModel {
  return model.anyOf === undefined ? model : { ...model, anyOf: model.anyOf.map(withoutLimits) };
}
