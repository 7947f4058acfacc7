import type { Cell, RowsOptions } from "./options";

type Table = readonly (readonly Cell[])[];

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
