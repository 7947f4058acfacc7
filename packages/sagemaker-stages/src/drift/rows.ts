import { isObject, isObjectOrList, type JsonObject } from "../lib/json";

/** The values of one row of a request, with the path of each value. */
export interface Row {
  /**
   * The path of each value, e.g. `age` or `address.zip`; empty if the row is an object in which all features are missing;
   * `undefined` if the values only have an order.
   */
  readonly names: readonly string[] | undefined;
  readonly values: readonly unknown[];
  /** Whether the names are the first line of CSV: an absent name is then no missing value, but another form of the request. */
  readonly isNamedByHeader?: boolean;
}

/** Converts a row of the endpoint's request to the values that callers send. @param isCsv - numbers are then texts */
export type DecodeRow = (row: Row, isCsv: boolean) => Row;

/** The form of a model's requests. */
export interface RequestForm {
  /** The property of a request in JSON that contains the list of rows. */
  readonly rowsIn: string | undefined;
  /** The first line of the endpoint's requests in CSV, if this line contains the names of the features. */
  readonly header: readonly string[] | undefined;
  /** `undefined` if the endpoint receives the values that callers send. */
  readonly decode: DecodeRow | undefined;
}

/** The nesting of a row that is read. Deeper values are not features. */
const MAX_DEPTH = 8;

/** The properties that contain the rows of requests to common containers, e.g. TensorFlow Serving, MLflow and Hugging Face. */
const COMMON_LISTS = ["instances", "dataframe_records", "inputs"] as const;

/** The name of a request that is one value, as in the function's capture. */
const REQUEST = "request";

/**
 * The rows of a request in JSON.
 *
 * @param rowsIn - the property that contains the list of rows. Default: the properties of common containers
 */
export function rowsOf(document: unknown, rowsIn: string | undefined): Row[] {
  if (Array.isArray(document)) {
    return document.some(isObjectOrList)
      ? document.map((row) => rowOf(row, REQUEST))
      : [rowOf(document, REQUEST)];
  }
  if (!isObject(document)) return [rowOf(document, REQUEST)];
  const frame = document.dataframe_split;
  if (isObject(frame) && Array.isArray(frame.data)) return rowsOfFrame(frame);
  for (const name of rowsIn === undefined ? COMMON_LISTS : [rowsIn]) {
    const list = Object.hasOwn(document, name) ? document[name] : undefined;
    if (Array.isArray(list)) return list.map((row: unknown) => rowOf(row, name));
  }
  return rowsOfPaths(document, rowsIn) ?? [rowOf(document, REQUEST)];
}

/**
 * The rows of a request whose members are paths, e.g. `instances.0.age`, or `instances.0` for a row that is one value: the
 * function's capture stores a request with several rows in this form if the answer has no part for each row.
 */
function rowsOfPaths(document: JsonObject, rowsIn: string | undefined): Row[] | undefined {
  if (rowsIn === undefined) return undefined;
  const rows = new Map<string, Record<string, unknown>>();
  for (const [path, value] of Object.entries(document)) {
    if (!path.startsWith(`${rowsIn}.`)) continue;
    // A row that is one value has the name of the list, as in the list itself.
    const [, index, name = rowsIn] = /^(\d+)(?:\.(.+))?$/s.exec(path.slice(rowsIn.length + 1)) ?? [];
    if (index === undefined) return undefined;
    rows.set(index, { ...rows.get(index), [name]: value });
  }
  return rows.size === 0 ? undefined : [...rows.values()].map((row) => rowOf(row, rowsIn));
}

/** The rows of MLflow's `dataframe_split` (https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/). */
function rowsOfFrame({ columns, data }: JsonObject): Row[] {
  const names = Array.isArray(columns) ? columns.map(String) : undefined;
  return Array.isArray(data)
    ? data.map((values: unknown) => ({ names, values: Array.isArray(values) ? values : [values] }))
    : [];
}

/**
 * A row with one value per path. A list of values only has an order, also if the list is the only property:
 * `{"features": […]}` (https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html).
 *
 * @param name - the name of a row that is one value
 */
function rowOf(value: unknown, name: string): Row {
  // A row without any feature, e.g. of a contract whose features are all optional.
  if (isObject(value) && Object.keys(value).length === 0) return { names: [], values: [] };
  const entries = flatten(value, isObjectOrList(value) ? "" : name, 0);
  if (entries.length === 0) return { names: undefined, values: [] };
  const values = entries.map(([, one]) => one);
  const prefix = /^(.*?)0$/.exec(entries[0]?.[0] ?? "")?.[1];
  const isList = prefix !== undefined && entries.every(([path], index) => path === `${prefix}${index}`);
  return { names: isList ? undefined : entries.map(([path]) => path), values };
}

function flatten(value: unknown, path: string, depth: number): [path: string, value: unknown][] {
  if (!isObjectOrList(value)) return [[path, value]];
  if (depth === MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    flatten(one, path === "" ? name : `${path}.${name}`, depth + 1),
  );
}
