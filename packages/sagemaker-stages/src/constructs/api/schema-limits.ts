import type { core } from "zod";
import { type RequestSchema, strictRequestModel } from "./request-model";

/**
 * The limits that a request model lacks, in the structure of a JSON Schema of OpenAPI 3.0. API Gateway's own errors name no field, so
 * that the handler checks the limits (decision 0015), and the document states the limits in an extension.
 */
export interface SchemaLimits {
  readonly type?: "integer";
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: "date";
  readonly nullable?: true;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: SchemaLimits;
  readonly properties?: Readonly<Record<string, SchemaLimits>>;
}

/**
 * The limits of the numbers, texts and lists of a request, from the schema with which the handler parses. JSON Schema counts the
 * characters of a text, and the handler counts code units of UTF-16: the handler refuses some texts with emoji that `maxLength` permits.
 *
 * @returns `undefined` for a schema without limits
 */
export function schemaLimits(schema: RequestSchema): SchemaLimits | undefined {
  const limits = readLimits(schema);
  return Object.keys(limits).length === 0 ? undefined : limits;
}

function readLimits(schema: RequestSchema): SchemaLimits {
  const { def } = (schema as core.$ZodTypes)._zod;
  switch (def.type) {
    case "object": {
      const properties = Object.entries(def.shape).flatMap(([name, property]) => {
        const limits = schemaLimits(property);
        return limits === undefined ? [] : [[name, limits] as const];
      });
      return properties.length === 0 ? {} : { properties: Object.fromEntries(properties) };
    }
    case "array": {
      const items = schemaLimits(def.element);
      return { ...lengthsOf(schema), ...(items === undefined ? {} : { items }) };
    }
    case "optional":
      return readLimits(def.innerType);
    case "union": {
      const isNull = (option: RequestSchema) => (option as core.$ZodTypes)._zod.def.type === "null";
      const [value, ...more] = def.options.filter((option) => !isNull(option));
      const hasNull = def.options.some(isNull);
      return value === undefined || more.length > 0 || !hasNull
        ? {}
        : { ...readLimits(value), nullable: true };
    }
    case "string":
      return "format" in def && def.format === "date" ? { format: "date" } : numbersOf(schema);
    case "number":
      return numbersOf(schema);
    default:
      return {};
  }
}

function numbersOf(schema: RequestSchema): SchemaLimits {
  const { minimum, maximum, multipleOf, minLength, maxLength } = strictRequestModel(schema);
  const isInteger = multipleOf === 1;
  const limits = {
    type: isInteger ? ("integer" as const) : undefined,
    // The range of every integer of zod is no limit of the contract.
    minimum: minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum,
    maximum: maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum,
    multipleOf: isInteger ? undefined : multipleOf,
    minLength,
    maxLength,
  };
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

function lengthsOf(schema: RequestSchema): Pick<SchemaLimits, "minItems" | "maxItems"> {
  const checks = (schema._zod.def.checks ?? []).map(({ _zod }) => _zod.def);
  const all = checks.map((check): Pick<SchemaLimits, "minItems" | "maxItems"> => {
    if (check.check === "min_length") return { minItems: (check as core.$ZodCheckMinLengthDef).minimum };
    return check.check === "max_length" ? { maxItems: (check as core.$ZodCheckMaxLengthDef).maximum } : {};
  });
  return Object.assign({}, ...all);
}
