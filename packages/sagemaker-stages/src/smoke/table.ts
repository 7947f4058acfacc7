import type { Result } from "./retry";

const HEAD = ["", "route", "caller", "expected", "got", "ms"] as const;

/** The results as a table with one line for each check. */
export function table(results: readonly Result[]): string {
  const rows = [
    HEAD,
    ...results.map(({ check, got, passed, tookInMs }) => [
      passed ? "ok" : "FAIL",
      check.route,
      check.caller,
      check.expected,
      got,
      String(Math.round(tookInMs)),
    ]),
  ];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const last = HEAD.length - 1;
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === last ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}
