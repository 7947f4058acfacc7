import type { Result } from "./retry";

const HEAD = ["", "route", "caller", "expected", "got", "ms"];

/** The column of the time to the first part of a stream, which a table without streams does not have. */
const FIRST_PART = "ms to first part";

/** The results as a table with one line for each check. */
export function table(results: readonly Result[]): string {
  const hasStreams = results.some(({ firstByteInMs }) => firstByteInMs !== undefined);
  const head = hasStreams ? [...HEAD, FIRST_PART] : HEAD;
  const rows = [
    head,
    ...results.map(({ check, got, passed, tookInMs, firstByteInMs }) => [
      passed ? "ok" : "FAIL",
      check.route,
      check.caller,
      check.expected,
      got,
      String(Math.round(tookInMs)),
      ...(hasStreams ? [firstByteInMs === undefined ? "" : String(Math.round(firstByteInMs))] : []),
    ]),
  ];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const isTime = (column: number): boolean => column >= HEAD.length - 1;
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isTime(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}
