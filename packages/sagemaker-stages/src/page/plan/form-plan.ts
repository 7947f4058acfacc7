import type { Json, PublicDocument, PublicOperation } from "../public-document";
import { type BytesPlan, binaryTypes, isJsonOfBytes, planBytes } from "./bytes-plan";
import { type Cells, describeFaults, planRows, type RowsPlan, readRows } from "./rows-plan";
import { follow, isObject, requiredOf } from "./schema";
import { planValue, printed, readValue, type ValuePlan } from "./value-plan";

/** One route with its form. */
export interface RoutePlan {
  /** The route's id in the page, e.g. `post-iris`. */
  readonly id: string;
  /** The model's name: the `operationId`. */
  readonly model: string;
  /** The method, e.g. `POST`. */
  readonly method: string;
  /** The path below the stage, e.g. `/iris`. */
  readonly path: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly fields: readonly FieldPlan[];
  /** The file that can be the body in place of the fields. */
  readonly bytes: BytesPlan | undefined;
  /** The media types of answers that are bytes, the preferred type first. */
  readonly answerTypes: readonly string[];
}

/** One field of a form. */
export interface FieldPlan extends ValuePlan {
  /** Name of the parameter or the property; empty if the field is the whole body. */
  readonly name: string;
  readonly goesTo: "query" | "property" | "body";
  readonly description: string | undefined;
  readonly required: boolean;
  /** The schema's example, which an empty field shows. @default - none */
  readonly placeholder?: string;
  /** Whether the body requires only this field. If so, a text field has several lines. */
  readonly isMain?: boolean;
  /** The table, if the value is a list of records. @default - the value is one text */
  readonly rows?: RowsPlan;
}

/** The input in a field: its text, or the texts of its table. */
export type FieldInput = string | Cells;

/** A request without its method and stage. */
export interface Target {
  /** Path and query, e.g. `/iris?q=1`. */
  readonly target: string;
  /** A blob is sent unchanged; any other value is sent as JSON. @default - no body */
  readonly body?: unknown;
}

/** The request, or the faults of the input by field. */
export type PlannedRequest = Target | { readonly faults: ReadonlyMap<FieldPlan, string> };

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
      bytes: planBytes(operation),
      answerTypes: binaryTypes(operation.responses?.["200"]?.content),
    })),
  );
}

function queryFields({ parameters = [] }: PublicOperation, document: PublicDocument): FieldPlan[] {
  return parameters
    .filter((parameter) => parameter.in === "query")
    .map(({ name, schema, description, required = false, example }) => ({
      ...planValue(schema, example, document),
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
  const { example } = json;
  if (isJsonOfBytes(schema)) return [];
  if (!isObject(schema.properties)) {
    const value = {
      ...planValue(schema, example, document),
      kind: "json",
      example: printed(example),
    } as const;
    const description = requestBody?.description;
    return [
      {
        ...value,
        ...tableOf(schema, example, document),
        name: "",
        goesTo: "body",
        description,
        required: true,
      },
    ];
  }
  const required = requiredOf(schema);
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const { description, example: placeholder, maxProperties } = follow(property, document);
    // An optional property that can only be `{}` needs no field.
    if (maxProperties === 0 && !required.includes(name)) return [];
    const value = isObject(example) ? example[name] : undefined;
    return {
      ...planValue(property, value, document),
      ...tableOf(property, value, document),
      name,
      goesTo: "property",
      description: typeof description === "string" ? description : undefined,
      required: required.includes(name),
      placeholder: printed(placeholder),
      isMain: required.length === 1 && required[0] === name,
    };
  });
}

function tableOf(
  schema: Json | undefined,
  example: Json | undefined,
  document: PublicDocument,
): Pick<FieldPlan, "rows"> {
  const rows = planRows(schema, example, document);
  return rows === undefined ? {} : { rows };
}

/**
 * Creates the request of a filled form. Optional empty fields are omitted.
 *
 * @param inputs - the inputs by field
 */
export function planRequest(route: RoutePlan, inputs: ReadonlyMap<FieldPlan, FieldInput>): PlannedRequest {
  const faults = new Map<FieldPlan, string>();
  const query = new URLSearchParams();
  const properties: [string, Json][] = [];
  let body: Json | undefined;
  for (const field of route.fields) {
    const input = inputs.get(field) ?? "";
    if (isEmpty(input)) {
      if (field.required) faults.set(field, "This must not be empty.");
      continue;
    }
    if (field.goesTo === "query") {
      query.set(field.name, String(input));
      continue;
    }
    const read = readInput(field, input);
    if ("fault" in read) faults.set(field, read.fault);
    else if (field.goesTo === "body") body = read.value;
    else properties.push([field.name, read.value]);
  }
  if (faults.size > 0) return { faults };
  if (route.fields.some(({ goesTo }) => goesTo === "property")) body = Object.fromEntries(properties);
  return toTarget(route.path, query, body);
}

/**
 * Creates the request of a view's own form.
 *
 * @param request - the request according to the contract's schema: the body, or for a GET the parameters
 */
export function planOwnRequest({ method, path }: RoutePlan, request: object): Target {
  if (method !== "GET") return toTarget(path, new URLSearchParams(), request);
  const parameters = Object.entries(request).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return toTarget(path, new URLSearchParams(parameters), undefined);
}

function toTarget(path: string, query: URLSearchParams, body: unknown): Target {
  const target = query.size > 0 ? `${path}?${query}` : path;
  return body === undefined ? { target } : { target, body };
}

function isEmpty(input: FieldInput): boolean {
  const texts = typeof input === "string" ? [input] : input.flat();
  return texts.every((text) => text.trim() === "");
}

function readInput(
  field: FieldPlan,
  input: FieldInput,
): { readonly value: Json } | { readonly fault: string } {
  if (typeof input === "string" || field.rows === undefined) return readValue(field, String(input));
  const read = readRows(field.rows, input);
  return "faults" in read ? { fault: describeFaults(field.rows, read.faults) } : read;
}
