import { type Cells, type Column, MAX_ROWS_OF_TABLE } from "../plan/rows-plan";

/**
 * Parses a text from a spreadsheet or a CSV file. Tabs separate the cells if the text contains a tab, otherwise commas. A
 * cell in quotes can contain separators, line breaks and doubled quotes (RFC 4180).
 */
export function parseTable(text: string): string[][] {
  const separator = text.includes("\t") ? "\t" : ",";
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^${separator}\\r\\n]*))(${separator}|\\r?\\n|\\r|$)`, "gy");
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.replace(/[\r\n]+$/, "").matchAll(cell)) {
    rows.at(-1)?.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === "") break;
    if (end !== separator) rows.push([]);
  }
  return rows;
}

/** The first cell of a paste. Both positions count from 0. */
export interface Position {
  readonly row: number;
  readonly column: number;
}

/**
 * Pastes cells into a table. If the first row contains column names, the columns are assigned by name. Otherwise the rows
 * fill the table from the position to the right and downwards. Missing rows are added.
 *
 * @returns the fault if the cells do not fit into the table; then nothing is pasted
 */
export function pasteCells(
  columns: readonly Column[],
  cells: Cells,
  { row, column }: Position,
  pasted: Cells,
): { readonly cells: Cells; readonly count: number } | { readonly fault: string } {
  const names = columns.map(({ name }) => name.toLowerCase());
  const [first = []] = pasted;
  const header = first.map((text) => names.indexOf(text.toLowerCase()));
  const hasHeader = header.some((index) => index >= 0);
  const unknown = hasHeader ? first.find((_, index) => header[index] === -1) : undefined;
  if (unknown !== undefined)
    return { fault: `Pasted: got the column "${unknown}"; allowed: ${namesOf(columns)}.` };
  const rows = hasHeader ? pasted.slice(1) : pasted;
  const targets = hasHeader ? header : columns.map((_, index) => index).slice(column);
  const width = Math.max(...rows.map((texts) => texts.length), 0);
  if (width > targets.length) {
    return { fault: `Pasted: got ${width} columns; allowed: at most ${targets.length} from this column on.` };
  }
  if (row + rows.length > MAX_ROWS_OF_TABLE) {
    return {
      fault: `Pasted: got ${rows.length} rows; allowed: at most ${MAX_ROWS_OF_TABLE} in the table.`,
    };
  }
  const changed = cells.map((texts) => [...texts]);
  for (const [offset, texts] of rows.entries()) {
    changed[row + offset] ??= columns.map(() => "");
    for (const [index, text] of texts.entries()) {
      const target = targets[index] ?? 0;
      const fitted = fit(columns[target], text);
      if (fitted === undefined) {
        const { name, choices = [] } = columns[target] ?? {};
        return {
          fault: `Pasted: got ${name} "${text}" in row ${offset + 1}; allowed: ${choices.join(", ")}.`,
        };
      }
      (changed[row + offset] ?? [])[target] = fitted;
    }
  }
  return { cells: changed, count: rows.length };
}

/** The text for a cell. A choice matches in upper and lower case. @returns `undefined` if no choice matches */
function fit(column: Column | undefined, text: string): string | undefined {
  if (column?.kind !== "choice" || text === "") return text;
  return column.choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
}

function namesOf(columns: readonly Column[]): string {
  return columns.map(({ name }) => name).join(", ");
}
