import type { Json, PublicDocument } from "../public-document";
import { alternativeFor, alternativesOf, follow, isObject, requiredOf } from "./schema";
import { planValue, printed, readValue, type ValuePlan } from "./value-plan";

/** A table for a list of records, with one column for each property. */
export interface RowsPlan {
  readonly columns: readonly Column[];
  /** The initial cells, from the document's example: at least one row. */
  readonly example: Cells;
}

/** A property of the records. */
export interface Column extends ValuePlan {
  readonly name: string;
  readonly required: boolean;
}

/** The texts of a table, row by row. */
export type Cells = readonly (readonly string[])[];

/** A cell with an invalid text. Both positions count from 0. */
export interface CellFault {
  readonly row: number;
  readonly column: number;
  readonly fault: string;
}

/** More rows make a page slow. A program sends larger batches. */
export const MAX_ROWS_OF_TABLE = 500;

/** @returns `undefined` if the schema is not a list of records, or if a value does not fit into a cell */
export function planRows(
  schema: Json | undefined,
  example: Json | undefined,
  document: PublicDocument,
): RowsPlan | undefined {
  const { type, items } = alternativeFor(example, follow(schema, document), document);
  if (type !== "array") return undefined;
  const record = alternativesOf(follow(items, document), document).find(({ properties }) =>
    isObject(properties),
  );
  if (record === undefined || !isObject(record.properties)) return undefined;
  const properties = Object.entries(record.properties);
  const rows = Array.isArray(example) ? example : [];
  const required = requiredOf(record);
  const columns = properties.flatMap(([name, property], index): Column[] => {
    const values = rows.map((row) => valueIn(row, name, index));
    const [first] = values;
    // A null in one row decides for the column, because the text of a cell must be able to express null.
    const plan = planValue(property, values.includes(null) ? null : first, document);
    // A property without a schema allows every value. The example shows whether the value fits into a cell.
    const isCell = plan.kind !== "json" || typeof (first ?? null) !== "object";
    return isCell ? [{ ...plan, name, required: required.includes(name) }] : [];
  });
  const areCells = columns.length > 0 && columns.length === properties.length;
  if (!areCells || rows.length > MAX_ROWS_OF_TABLE) return undefined;
  const cells = rows.map((row) =>
    columns.map((column, index) => textOf(column, valueIn(row, column.name, index))),
  );
  return { columns, example: cells.length > 0 ? cells : [columns.map(() => "")] };
}

/** The value of a record, which is an object or a list of its values in order. */
function valueIn(row: Json | undefined, name: string, index: number): Json | undefined {
  if (Array.isArray(row)) return row[index];
  return isObject(row) ? row[name] : undefined;
}

function textOf({ kind }: Column, value: Json | undefined): string {
  return kind !== "json" && typeof value === "string" ? value : printed(value);
}

/** Reads the records of a table. Optional empty cells are omitted. */
export function readRows(
  { columns }: RowsPlan,
  cells: Cells,
): { readonly value: Json } | { readonly faults: readonly CellFault[] } {
  const faults: CellFault[] = [];
  const value = cells.map((texts, row) => {
    const properties = columns.flatMap((column, index): [string, Json][] => {
      const text = (texts[index] ?? "").trim();
      if (text === "" && !column.required) return [];
      const read = text === "" ? { fault: "This must not be empty." } : readValue(column, text);
      if ("value" in read) return [[column.name, read.value]];
      faults.push({ row, column: index, fault: read.fault });
      return [];
    });
    return Object.fromEntries(properties);
  });
  return faults.length > 0 ? { faults } : { value };
}

/** Describes the first fault, e.g. `Row 2, petal length: This must be a number, such as 0.5.`, and counts all faults. */
export function describeFaults({ columns }: RowsPlan, [first, ...others]: readonly CellFault[]): string {
  const text =
    first === undefined ? "" : `Row ${first.row + 1}, ${columns[first.column]?.name}: ${first.fault}`;
  return others.length > 0 ? `${text} Values with a fault: ${others.length + 1}.` : text;
}
