import type { Json, PublicDocument, PublicOperation } from "../public-document";
import { jsonText } from "./json-text";

/** One route with its form. */
export interface RoutePlan {
  /** The route's id in the page, e.g. `post-iris`. */
  readonly id: string;
  /** The model's name: the `operationId`. */
  readonly model: string;
  /** E.g. `POST`. */
  readonly method: string;
  /** Below the stage, e.g. `/iris`. */
  readonly path: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly fields: readonly FieldPlan[];
}

/** One field of a form. */
export interface FieldPlan {
  /** Name of the parameter or the property; empty where the field is the whole body. */
  readonly name: string;
  readonly goesTo: "query" | "property" | "body";
  readonly kind: "text" | "number" | "choice" | "json";
  readonly description: string | undefined;
  readonly required: boolean;
  /** The text of the field at first, from the document's examples. */
  readonly example: string;
  /** Where `kind` is `choice`. */
  readonly choices: readonly string[];
}

/** A request without its method and stage. */
export interface Target {
  /** Path and query, e.g. `/iris?q=1`. */
  readonly target: string;
  /** Becomes JSON. @default - no body */
  readonly body?: unknown;
}

/** The request of the values in the fields, or the faults of the values. */
export type PlannedRequest = Target | { readonly faults: ReadonlyMap<FieldPlan, string> };

type Schema = Readonly<Record<string, Json>>;

/** The routes of a document, in its order. */
export function planRoutes(document: PublicDocument): RoutePlan[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      id: `${method}${path}`.replace(/[^a-z0-9]+/gi, "-").toLowerCase(),
      model: operation.operationId ?? "",
      method: method.toUpperCase(),
      path,
      title: operation.summary ?? operation.operationId ?? path,
      description: operation.description,
      fields: [...queryFields(operation, document), ...bodyFields(operation, document)],
    })),
  );
}

function queryFields({ parameters = [] }: PublicOperation, document: PublicDocument): FieldPlan[] {
  return parameters
    .filter((parameter) => parameter.in === "query")
    .map(({ name, schema, description, required = false, example }) => ({
      ...plan(schema, example, document),
      name,
      goesTo: "query",
      description,
      required,
    }));
}

function bodyFields({ requestBody }: PublicOperation, document: PublicDocument): FieldPlan[] {
  const json = requestBody?.content["application/json"];
  if (json === undefined) return [];
  const schema = follow(json.schema, document);
  const example = json.example;
  if (!isObject(schema.properties)) {
    const whole = {
      name: "",
      goesTo: "body",
      description: requestBody?.description,
      required: true,
    } as const;
    return [{ ...plan(schema, example, document), ...whole, kind: "json", example: printed(example) }];
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, property]) => {
    const { description } = follow(property, document);
    return {
      ...plan(property, isObject(example) ? example[name] : undefined, document),
      name,
      goesTo: "property",
      description: typeof description === "string" ? description : undefined,
      required: required.includes(name),
    };
  });
}

/** The kind of field for a value of `schema`. */
function plan(
  schema: Json | undefined,
  example: Json | undefined,
  document: PublicDocument,
): Pick<FieldPlan, "kind" | "example" | "choices"> {
  const { type, enum: choices } = alternativeFor(example, follow(schema, document), document);
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === "string")) {
    return { kind: "choice", example: typeof example === "string" ? example : "", choices };
  }
  if (type === "boolean") return { kind: "choice", example: printed(example), choices: ["true", "false"] };
  if (type === "string") {
    return { kind: "text", example: typeof example === "string" ? example : printed(example), choices: [] };
  }
  const kind = type === "number" || type === "integer" ? "number" : "json";
  return { kind, example: printed(example), choices: [] };
}

/** A form shows one of several alternatives: the alternative with the type of the example, or else the first. */
function alternativeFor(example: Json | undefined, schema: Schema, document: PublicDocument): Schema {
  const alternatives = [schema.anyOf, schema.oneOf].find(Array.isArray)?.map((one) => follow(one, document));
  if (alternatives === undefined) return schema;
  const type = Array.isArray(example) ? "array" : typeof example;
  return alternatives.find((alternative) => alternative.type === type) ?? alternatives[0] ?? schema;
}

const SCHEMAS = "#/components/schemas/";

function follow(schema: Json | undefined, { components: { schemas } }: PublicDocument): Schema {
  if (!isObject(schema)) return {};
  const { $ref: reference } = schema;
  if (typeof reference !== "string") return schema;
  const named = schemas[reference.slice(SCHEMAS.length)];
  return isObject(named) ? named : {};
}

function printed(example: Json | undefined): string {
  return example === undefined ? "" : jsonText(example);
}

/**
 * The request of a filled form. Optional empty fields are left out.
 *
 * @param texts - the texts of the fields
 */
export function planRequest(route: RoutePlan, texts: ReadonlyMap<FieldPlan, string>): PlannedRequest {
  const faults = new Map<FieldPlan, string>();
  const query = new URLSearchParams();
  const properties: [string, Json][] = [];
  let body: Json | undefined;
  for (const field of route.fields) {
    const text = texts.get(field) ?? "";
    if (text.trim() === "") {
      if (field.required) faults.set(field, "This must not be empty.");
      continue;
    }
    if (field.goesTo === "query") {
      query.set(field.name, text);
      continue;
    }
    const read = readValue(field, text);
    if ("fault" in read) faults.set(field, read.fault);
    else if (field.goesTo === "body") body = read.value;
    else properties.push([field.name, read.value]);
  }
  if (faults.size > 0) return { faults };
  if (route.fields.some(({ goesTo }) => goesTo === "property")) body = Object.fromEntries(properties);
  return toTarget(route.path, query, body);
}

/**
 * The request of a view's own form.
 *
 * @param request - as the contract's schema describes it: the body, or for a GET the parameters
 */
export function planOwnRequest({ method, path }: RoutePlan, request: object): Target {
  if (method !== "GET") return toTarget(path, new URLSearchParams(), request);
  const parameters = Object.entries(request).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return toTarget(path, new URLSearchParams(parameters), undefined);
}

function toTarget(path: string, query: URLSearchParams, body: unknown): Target {
  const target = query.size > 0 ? `${path}?${query}` : path;
  return body === undefined ? { target } : { target, body };
}

function readValue({ kind, choices }: FieldPlan, text: string): { value: Json } | { fault: string } {
  if (kind === "text") return { value: text };
  if (kind === "choice") return { value: choices.join() === "true,false" ? text === "true" : text };
  if (kind === "number") {
    const number = Number(text);
    return Number.isFinite(number) ? { value: number } : { fault: "This must be a number, such as 0.5." };
  }
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { fault: `This must be JSON. ${error instanceof Error ? error.message : error}` };
  }
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
