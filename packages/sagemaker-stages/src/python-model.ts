import type * as zod from "zod";
import * as z from "zod/mini";
import type { About, Contract, Route } from "./runtime/contract";

/**
 * The route of a model with a handler in Python: `functions/<model>/route.json`, or the default export of `route.ts`.
 * API Gateway's request model, the documentation, the page and the smoke test are made from the route.
 */
export interface PythonRoute {
  /** `POST`: the request is the body. `GET`: the request is the query, and every value is a text. */
  readonly method: string;
  /** Path below the stage, e.g. `/churn`, of this model alone. */
  readonly path: string;
  /** The name of the model for people, in one line. */
  readonly title: string;
  /** One sentence: what a request holds and what is answered. At most 256 characters. */
  readonly description: string;
  /** The form of a request, in one line. Errors that API Gateway answers by itself show this line. */
  readonly allowed: string;
  /** A request that works, with its answer. Over HTTP the request is sent as JSON, or as the query of a `GET`. */
  readonly example: { readonly request: unknown; readonly answer: unknown };
  /**
   * The form of a JSON request: a JSON Schema (drafts 4, 7 and 2020-12), or a schema of zod/mini. API Gateway validates
   * the structure of a request with the schema: names, types, lists, enumerations. The handler must check lengths,
   * patterns and ranges itself.
   *
   * @default - none: every JSON request reaches the handler
   */
  readonly schema?: unknown;
}

/** An entry of `defineModels` for a model with a handler in Python. */
export class PythonEntry {
  constructor(readonly route: PythonRoute) {}
}

/** The properties of a contract that only a handler in TypeScript has. */
type OfTypeScript = "encode" | "decode" | "limits" | "text";

/**
 * A model whose function is `functions/<model>/handler.py`. The handler reads requests and makes answers; the engine
 * knows the route, the schema and the texts.
 */
export interface PythonModel extends Omit<Contract<unknown, unknown>, OfTypeScript>, About<unknown, unknown> {
  readonly readyMade?: undefined;
  /** What the engine knows of the handler. */
  readonly python: {
    /** Why the route's schema cannot be read; the rules of the catalog report the fault. */
    readonly schemaFault?: string;
    /** Properties that no route has, e.g. misspelt ones; the rules of the catalog refuse them. */
    readonly unknown: readonly string[];
  };
}

/**
 * The entry of a model with a handler in Python, for `defineModels`.
 *
 * @param route - `functions/<model>/route.json`, or the default export of `functions/<model>/route.ts`
 * @example
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

/** The model of an entry. A property of another type than {@link PythonRoute} says is a fault of the catalog. */
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
    // Loaded here alone: zod, other than zod/mini, sets English messages for all schemas of the process.
    const { fromJSONSchema }: Pick<typeof zod, "fromJSONSchema"> = require("zod");
    // Of JSON: the conversion refuses what is no JSON Schema.
    const converted = fromJSONSchema(schema as Parameters<typeof fromJSONSchema>[0]);
    return { schema: converted as unknown as PythonModel["schema"] };
  } catch (error) {
    return { schema: anyJson(), schemaFault: error instanceof Error ? error.message : String(error) };
  }
}

function anyJson(): PythonModel["schema"] {
  return z.unknown() as unknown as PythonModel["schema"];
}
