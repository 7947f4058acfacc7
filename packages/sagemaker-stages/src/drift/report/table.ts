import type { FeatureDrift, ModelDrift } from "../compare";

const HEAD = ["", "feature", "type", "PSI", "KS", "p", "missing", "unseen"] as const;

/** The features of a model as a table, the largest change first. */
export function table({ features }: ModelDrift): string {
  const rows = [HEAD, ...features.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0, column))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Numbers are aligned on the right. */
function pad(cell: string, width: number, column: number): string {
  return column < 3 ? cell.padEnd(width) : cell.padStart(width);
}

function rowOf(drift: FeatureDrift): string[] {
  const { verdict, name, type } = drift;
  return [verdict === "drift" ? "DRIFT" : verdict, shorten(name), type, ...figuresOf(drift)];
}

/** The figures of a feature: PSI, KS, p of KS, missing, unseen. A masked feature has no figures. */
export function figuresOf({ verdict, psi, ks, missing, unseen }: FeatureDrift): string[] {
  if (verdict === "masked") return ["", "", "", "", ""];
  return [
    psi.toFixed(3),
    ks === undefined ? "" : ks.statistic.toFixed(3),
    ks === undefined ? "" : probability(ks.pValue),
    `${percent(missing.base)} → ${percent(missing.captured)}`,
    percent(unseen),
  ];
}

/** The name of a field of a request: a model without a schema accepts any name. */
export function shorten(name: string): string {
  const printable = JSON.stringify(name).slice(1, -1);
  return printable.length > 40 ? `${printable.slice(0, 39)}…` : printable;
}

/** A share in percent, e.g. `0.4 %`. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return "<0.1 %";
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

/** A probability, e.g. `0.034`. */
function probability(value: number): string {
  return value < 0.001 ? "<0.001" : value.toFixed(3);
}
