import { SERVERLESS_PAYLOAD_IN_BYTES } from "../../runtime/contract";
import { MAX_JSON_PARTS } from "../../runtime/json";
import { type Cell, type RowsOptions, sendsOf } from "./options";

type Table = readonly (readonly Cell[])[];

/**
 * The maximum number of rows in one request. A handler reads a limited number of properties, and an endpoint accepts a limited
 * number of bytes: a column needs at least a digit and a separator, and in `records` also its name.
 *
 * @param columns - the names of the container's columns, of which `oneHot` makes many from one property
 */
export function maxRowsOf(options: RowsOptions, columns: readonly string[]): number {
  const names = sendsOf(options) === "records" ? JSON.stringify(columns).length : 0;
  return Math.floor(
    Math.min(
      MAX_JSON_PARTS / (options.features.length + 1),
      SERVERLESS_PAYLOAD_IN_BYTES / (2 * columns.length + names),
    ),
  );
}

/**
 * The characters that a caller's text must not contain. RFC 4180 allows line breaks in quotes, but containers without pandas split
 * CSV into lines before they parse quotes. Parsers of CSV end a text at a NUL character, or refuse the request.
 */
export function refusedCharactersOf(options: RowsOptions): RegExp | undefined {
  if (sendsOf(options) !== "csv") return undefined;
  return options.header ? /\0/ : /[\r\n\0]/;
}

export function writeTable(
  table: Table,
  sends: RowsOptions["sends"],
  columns: readonly string[],
  header: boolean | undefined,
): string {
  switch (sends) {
    case "csv":
      return (header ? [columns, ...table] : table).map((cells) => cells.map(writeCell).join(",")).join("\n");
    case "records":
      return JSON.stringify(
        table.map((cells) => Object.fromEntries(columns.map((name, index) => [name, cells[index]]))),
      );
    case "instances":
      return JSON.stringify({ instances: table });
    case "dataframe":
      return JSON.stringify({ dataframe_split: { columns, data: table } });
    default:
      return JSON.stringify(table);
  }
}

/**
 * A cell of CSV, in quotes if RFC 4180 requires them (https://www.rfc-editor.org/rfc/rfc4180#section-2). A missing value is an
 * empty cell, which containers read as NaN; an empty text is an empty cell in quotes, for containers that read quotes.
 */
function writeCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number" || !/^$|[",\r\n]|^\s|\s$/.test(cell)) return String(cell);
  return `"${cell.replaceAll('"', '""')}"`;
}
