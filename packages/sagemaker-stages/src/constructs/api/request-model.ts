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
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
}

/** A rule of a schema that a request model cannot express. */
export interface UncheckedRule {
  /** The path in the request, e.g. `.rows[].at`; empty for the whole request. */
  readonly path: string;
  /** The rule, e.g. `minItems`. */
  readonly rule: string;
}

/** A part of a schema that no JSON request can match. */
export interface UnfitPart {
  /** The path in the request, e.g. `.rows[].at`; empty for the whole request. */
  readonly path: string;
  /** zod's name of the part, e.g. `z.date()`. */
  readonly got: string;
  /** The schema to use instead. */
  readonly allowed: string;
}

/** The model that every request matches. */
const ANY: RequestModel = {};

/**
 * The request model of a schema. The model never refuses a request that the schema accepts: the handler parses every
 * request again, and names the fault. The model therefore contains only the structure. It is wider than the schema because
 * API Gateway
 * - ignores a keyword: numbers of items, patterns, exclusive bounds
 *   (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html),
 * - drops `nullable`, the only way to write null in OpenAPI 3.0: null would be refused,
 * - validates with draft 4, in which 1.0 is not an integer (https://json-schema.org/draft-04/draft-zyp-json-schema-04, 3.5),
 * - refuses circular references: a recursive schema is unrolled once.
 *
 * @throws Error with every part that no JSON request can match
 */
export function requestModel(schema: RequestSchema): RequestModel {
  return requireFit(readSchema(schema));
}

/**
 * The request model of a schema that only API Gateway validates. Beside the structure, the model contains the lengths of
 * texts and the bounds of numbers. API Gateway counts the characters of a text, as JSON Schema does; zod counts code units
 * of UTF-16. {@link findUncheckedRules} returns the rules that the model cannot express.
 *
 * @throws Error with every part that no JSON request can match
 */
export function strictRequestModel(schema: RequestSchema): RequestModel {
  return requireFit(readSchema(schema, true));
}

/** Every rule of `schema` that {@link strictRequestModel} cannot express. */
export function findUncheckedRules(schema: RequestSchema): readonly UncheckedRule[] {
  return readSchema(schema, true).unchecked;
}

function requireFit({ model, unfit }: ReadSchema): RequestModel {
  if (unfit.length > 0) {
    const lines = unfit.map(({ path, got, allowed }) => `schema${path}: got ${got}; allowed: ${allowed}`);
    throw new Error(lines.join("\n"));
  }
  return model;
}

/** Every part of `schema` that no JSON request can match. */
export function findUnfitParts(schema: RequestSchema): readonly UnfitPart[] {
  return readSchema(schema).unfit;
}

interface ReadSchema {
  readonly model: RequestModel;
  readonly unfit: readonly UnfitPart[];
  readonly unchecked: readonly UncheckedRule[];
}

function readSchema(schema: RequestSchema, withLimits = false): ReadSchema {
  const reader = new SchemaReader(withLimits);
  const model = reader.read(schema, "") ?? ANY;
  return { model, unfit: reader.unfit, unchecked: reader.unchecked };
}

/** Kinds of schemas that JSON lacks, by zod's names, with the schema to use instead. */
const UNFIT: Readonly<Record<string, string>> = {
  bigint: "z.int(), or z.string() for more digits than a number holds",
  codec: "a schema without a transformation; encode() converts the request",
  date: "z.iso.datetime() or z.iso.date(); encode() converts the text",
  file: "z.base64() for a file's content",
  function: "a schema of JSON values",
  map: "z.record()",
  nan: "z.number() or z.nullable(z.number()): JSON has no NaN",
  promise: "a schema of JSON values",
  set: "z.array()",
  symbol: "z.string()",
  transform: "a schema without a transformation; encode() converts the request",
};

class SchemaReader {
  readonly unfit: UnfitPart[] = [];
  readonly unchecked: UncheckedRule[] = [];
  /** The schemas that contain the current schema, to detect recursion. */
  private readonly around = new Set<RequestSchema>();

  /** @param withLimits - whether the model contains the lengths of texts and the bounds of numbers */
  constructor(private readonly withLimits: boolean) {}

  /** @returns `undefined` if no JSON value matches */
  read(schema: RequestSchema, path: string): RequestModel | undefined {
    if (this.around.has(schema)) return this.widen("a recursive schema", path);
    this.around.add(schema);
    const limits = this.readLimits(schema, path);
    const kind = this.readKind(schema, path);
    const model = kind === undefined || !this.withLimits ? kind : { ...kind, ...limits };
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
        return "coerce" in def && def.coerce === true ? this.widen("coerce", path) : { type: def.type };
      case "template_literal":
        return { ...this.widen("a template literal", path), type: "string" };
      case "literal":
        return this.readValues(def.values, path);
      case "enum":
        return this.readValues([...(schema._zod.values ?? [])], path);
      case "array":
        return arrayOf(this.readAny(def.element, `${path}[]`));
      case "tuple": {
        this.widen("a tuple", path);
        const items = def.items.map((item, index) => this.read(item, `${path}[${index}]`));
        const rest = def.rest === null ? [] : [this.read(def.rest, `${path}[]`)];
        return arrayOf(anyOf([...items, ...rest]));
      }
      case "object":
        return this.readObject(def, path);
      case "record": {
        const value = this.readAny(def.valueType, `${path}.*`);
        if (!isPlainText(def.keyType)) this.widen("a rule for keys", path);
        // A loose record accepts keys of another form with any values.
        const isLoose = "mode" in def && def.mode === "loose";
        return { type: "object", ...(isLoose || isAny(value) ? {} : { additionalProperties: value }) };
      }
      case "union":
        return this.readUnion(def.options, path);
      case "intersection":
        this.widen("an intersection", path);
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
        this.widen("a pipe", path);
        const input = this.read(def.in, path);
        // The output only narrows the request. It is read to find parts that no request can match.
        this.read(def.out, path);
        return input;
      }
      case "never":
      case "undefined":
      case "void":
        return undefined;
      case "nullable":
        this.read(def.innerType, path);
        return this.widen("null", path);
      case "any":
      case "unknown":
      case "catch":
        return ANY;
      default:
        // null, custom, success, and kinds of later versions of zod
        if (def.type in UNFIT) return this.refuse(def.type, path);
        return takesEveryType(schema) ? ANY : this.widen(def.type === "custom" ? "a check" : def.type, path);
    }
  }

  /**
   * Any value, because `nullable` has no effect. The first alternatives have no effect either: they show a reader of the document,
   * e.g. the page, which values are allowed beside null.
   */
  private readUnion(options: readonly RequestSchema[], path: string): RequestModel | undefined {
    const isNull = (option: RequestSchema) => (option as core.$ZodTypes)._zod.def.type === "null";
    const others = anyOf(
      options.filter((option) => !isNull(option)).map((option) => this.read(option, path)),
    );
    if (!options.some(isNull)) return others;
    this.widen("null", path);
    return others === undefined || isAny(others) ? ANY : { anyOf: [...(others.anyOf ?? [others]), ANY] };
  }

  /** Returns a model in every case, even if no JSON value matches. */
  private readAny(schema: RequestSchema, path: string): RequestModel {
    return this.read(schema, path) ?? this.widen("never", path);
  }

  /** The model that every request matches, instead of a rule. */
  private widen(rule: string, path: string): RequestModel {
    this.unchecked.push({ path, rule });
    return ANY;
  }

  private readLimits(schema: RequestSchema, path: string): Limits {
    const { def } = schema._zod;
    // z.int() and z.email() are schemas and checks in one.
    const own = "check" in def && def.type !== "custom" ? [def as core.$ZodCheckDef] : [];
    const checks = [...own, ...(def.checks ?? []).map(({ _zod }) => _zod.def)];
    return checks.reduce<Limits>((limits, check) => {
      const next = limitOf(check as KnownCheck, def.type);
      if (typeof next !== "string") {
        const both = narrow(limits, next);
        if (both !== undefined) return both;
      }
      this.widen(typeof next === "string" ? next : "several multipleOf", path);
      return limits;
    }, {});
  }

  private readObject(
    { shape, catchall }: Pick<core.$ZodObjectDef, "shape" | "catchall">,
    path: string,
  ): RequestModel {
    const properties = Object.entries(shape).map(
      ([name, property]) => [name, this.readAny(property, `${path}.${name}`)] as const,
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

  /** One alternative for each type, because a schema of OpenAPI 3.0 has one type. */
  private readValues(values: readonly core.util.Primitive[], path: string): RequestModel | undefined {
    if (values.some((value) => typeof value === "bigint")) return this.refuse("bigint", path);
    if (values.includes(null)) return this.widen("null", path);
    const choices = (["string", "number", "boolean"] as const).flatMap((type): RequestModel[] => {
      const ofType = values.filter((value) => typeof value === type) as (string | number | boolean)[];
      return ofType.length === 0 ? [] : [{ type, enum: ofType }];
    });
    return anyOf(choices);
  }

  private refuse(kind: string, path: string): RequestModel {
    this.unfit.push({ path, got: `z.${kind}()`, allowed: UNFIT[kind] ?? "a schema of JSON values" });
    return ANY;
  }
}

/** The rules that API Gateway checks beside the type. */
type Limits = Pick<RequestModel, "minLength" | "maxLength" | "minimum" | "maximum" | "multipleOf">;

type KnownCheck =
  | core.$ZodCheckMinLengthDef
  | core.$ZodCheckMaxLengthDef
  | core.$ZodCheckLengthEqualsDef
  | core.$ZodCheckGreaterThanDef
  | core.$ZodCheckLessThanDef
  | core.$ZodCheckMultipleOfDef
  | core.$ZodCheckNumberFormatDef
  | core.$ZodCheckStringFormatDef;

/**
 * The limit of one check, or the name of a rule that API Gateway does not check. API Gateway does not validate numbers of
 * items, and does not support exclusive bounds
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html). It has not supported
 * patterns, and AWS does not document the dialect of patterns.
 */
function limitOf(check: KnownCheck, type: string): Limits | string {
  switch (check.check) {
    case "min_length":
      return type === "string" ? { minLength: check.minimum } : "minItems";
    case "max_length":
      return type === "string" ? { maxLength: check.maximum } : "maxItems";
    case "length_equals":
      return type === "string"
        ? { minLength: check.length, maxLength: check.length }
        : "minItems and maxItems";
    case "greater_than":
      return check.inclusive ? { minimum: Number(check.value) } : "exclusiveMinimum";
    case "less_than":
      return check.inclusive ? { maximum: Number(check.value) } : "exclusiveMaximum";
    case "multiple_of":
      return { multipleOf: Number(check.value) };
    case "number_format": {
      if (check.format === "float64") return {};
      const [minimum, maximum] = core.util.NUMBER_FORMAT_RANGES[check.format];
      return { minimum, maximum, ...(check.format === "float32" ? {} : { multipleOf: 1 }) };
    }
    case "string_format":
      return check.format === "regex" ? "pattern" : `the format ${check.format}`;
    default:
      return "a check";
  }
}

/** Combines two limits. @returns `undefined` if no single `multipleOf` expresses both */
function narrow(one: Limits, other: Limits): Limits | undefined {
  const [step = other.multipleOf, next = one.multipleOf] = [one.multipleOf, other.multipleOf];
  if (step !== undefined && next !== undefined && next % step !== 0 && step % next !== 0) return undefined;
  const highest = (a = -Infinity, b = -Infinity): number => Math.max(a, b);
  const lowest = (a = Infinity, b = Infinity): number => Math.min(a, b);
  const all: Required<Limits> = {
    minLength: highest(one.minLength, other.minLength),
    maxLength: lowest(one.maxLength, other.maxLength),
    minimum: highest(one.minimum, other.minimum),
    maximum: lowest(one.maximum, other.maximum),
    multipleOf: highest(step, next),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)));
}

/** Whether the schema accepts every text. */
function isPlainText(schema: RequestSchema): boolean {
  const { def } = schema._zod;
  return def.type === "string" && !("check" in def) && (def.checks ?? []).length === 0;
}

/** Whether a custom schema accepts a value of each JSON type, as a schema without a rule does. */
function takesEveryType(schema: RequestSchema): boolean {
  return [null, false, 0, "", [], {}].every((value) => accepts(schema, value));
}

/**
 * Whether a schema accepts a request. `true` even if a check of the contract throws, so that the model is never narrower than
 * the contract.
 */
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

/** A model of the alternatives without duplicates; `undefined` without alternatives. */
function anyOf(choices: readonly (RequestModel | undefined)[]): RequestModel | undefined {
  const possible = choices.flatMap((choice) => (choice === undefined ? [] : (choice.anyOf ?? [choice])));
  const [first, ...more] = new Map(possible.map((choice) => [JSON.stringify(choice), choice])).values();
  if (first === undefined) return undefined;
  if (possible.some(isAny)) return ANY;
  return more.length === 0 ? first : { anyOf: [first, ...more] };
}

/**
 * A model of requests that match both. zod accepts a property of an intersection that one side declares; `allOf` of two
 * strict objects would refuse the property.
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

/** The model without `additionalProperties`: one side of an intersection does not declare the properties of the other side. */
function withoutLimits({ additionalProperties: _, ...model }: RequestModel): RequestModel {
  return model.anyOf === undefined ? model : { ...model, anyOf: model.anyOf.map(withoutLimits) };
}
