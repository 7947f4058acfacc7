import type * as zod from "zod";
import * as z from "zod/mini";
import type { About, Contract, Route } from "./runtime/contract";

/**
 * The route of a model with a handler in Python: `functions/<model>/route.json`, or the default export of `route.ts`.
 * The engine makes API Gateway's request model, the documentation, the page and the smoke test from the route.
 *
 * @example
 * {
 *   "method": "POST",
 *   "path": "/churn",
 *   "title": "Customer churn",
 *   "description": "Predicts whether a customer leaves, from the months of the contract.",
 *   "allowed": "{\"months\": <whole number>}",
 *   "example": { "request": { "months": 12 }, "answer": { "churn": false } },
 *   "schema": { "type": "object", "properties": { "months": { "type": "integer" } }, "required": ["months"] }
 * }
 */
export interface PythonRoute {
  /** `POST`: the request is the body. `GET`: the request is the query, and every value is a string. */
  readonly method: string;
  /** Path below the stage, e.g. `/churn`. No other model has the same path. */
  readonly path: string;
  /** The display name of the model, in one line. */
  readonly title: string;
  /** One sentence that describes the request and the answer. At most 256 characters. */
  readonly description: string;
  /** The form of a request, in one line. API Gateway's own errors show this line. */
  readonly allowed: string;
  /** A valid request and its answer. Over HTTP, the request is sent as JSON, or as the query of a `GET`. */
  readonly example: { readonly request: unknown; readonly answer: unknown };
  /**
   * The schema of a JSON request: a JSON Schema (drafts 4, 7 and 2020-12), or a schema of zod/mini. API Gateway validates
   * the structure of a request with the schema: names, types, lists, enumerations. The handler must check lengths,
   * patterns and ranges.
   *
   * @default - none: every JSON request reaches the handler
   */
  readonly schema?: unknown;
}

/** An entry of `defineModels` for a model with a handler in Python. */
export class PythonEntry {
  constructor(readonly route: PythonRoute) {}
}

/** The properties of a contract that a handler in Python does not have. */
type OfTypeScript = "encode" | "decode" | "limits" | "text";

/**
 * A model whose function is `functions/<model>/handler.py`. The handler reads requests and creates answers. The route
 * contains the schema and the texts.
 */
export interface PythonModel extends Omit<Contract<unknown, unknown>, OfTypeScript>, About<unknown, unknown> {
  readonly readyMade?: undefined;
  /** The faults of the route. */
  readonly python: {
    /** The reason why the route's schema cannot be read. The rules of the catalog report the fault. */
    readonly schemaFault?: string;
    /** Unknown properties, e.g. misspelt names. The rules of the catalog refuse these properties. */
    readonly unknown: readonly string[];
  };
}

/**
 * Defines a model with a handler in Python, for `defineModels`. The handler is `functions/<model>/handler.py`.
 *
 * @param route - `functions/<model>/route.json`, or the default export of `functions/<model>/route.ts`
 * @example
 * import { defineModels, python } from "sagemaker-stages/model";
 * import churn from "./churn/route.json";
 * export const models = defineModels({ churn: python(churn) });
 */
export function python(route: PythonRoute): PythonEntry {
  return new PythonEntry(route);
}

/** The properties of a route. */
export const ROUTE_PROPERTIES = [
  "method",
  "path",
  "title",
  "description",
  "allowed",
  "example",
  "schema",
] as const satisfies readonly (keyof PythonRoute)[];

/**
 * Converts an entry to a model. A property whose type differs from {@link PythonRoute} passes here; the rules of the
 * catalog report such a property.
 */
export function pythonModel(name: string, { route: given }: PythonEntry): PythonModel {
  const { method, path, title, description, allowed, example } = given;
  const { schema, schemaFault } = readSchema(given.schema);
  const known: readonly string[] = ROUTE_PROPERTIES;
  const unknown = Object.keys(given).filter((property) => !known.includes(property));
  return {
    model: name,
    // The rules of the catalog refuse other methods and paths.
    route: { method, path } as Route,
    title,
    description,
    allowed,
    example,
    schema,
    python: { unknown, ...(schemaFault === undefined ? {} : { schemaFault }) },
  };
}

function readSchema(schema: unknown): {
  readonly schema: PythonModel["schema"];
  readonly schemaFault?: string;
} {
  if (schema === undefined) return { schema: anyJson() };
  if (schema instanceof Object && "_zod" in schema) return { schema: schema as PythonModel["schema"] };
  try {
    // Loaded only when needed: zod, unlike zod/mini, sets English messages for all schemas of the process.
    const { fromJSONSchema }: Pick<typeof zod, "fromJSONSchema"> = require("zod");
    // The cast is safe: the conversion refuses a value that is not a JSON Schema.
    const converted = fromJSONSchema(schema as Parameters<typeof fromJSONSchema>[0]);
    return { schema: converted as unknown as PythonModel["schema"] };
  } catch (error) {
    return { schema: anyJson(), schemaFault: error instanceof Error ? error.message : String(error) };
  }
}

function anyJson(): PythonModel["schema"] {
  return z.unknown() as unknown as PythonModel["schema"];
}
