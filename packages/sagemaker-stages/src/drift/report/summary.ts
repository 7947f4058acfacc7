import { type FeatureDrift, MAX_CHANCE, type Thresholds } from "../compare";
import type { ModelReport } from "../model-report";
import { countOf, listNames } from "../words";
import { shorten, table } from "./table";

/** The comparison of a model as text: the samples, the table, and the statement. */
export function describeModel(report: ModelReport, thresholds: Thresholds): string {
  const { drift } = report;
  return [
    `${drift.model}: ${samplesOf(report)}`,
    table(drift),
    ...notesOf(report),
    statementOf(drift.model, drift.features, thresholds),
  ].join("\n");
}

/** The numbers of rows of the two samples, and the time of the captured sample. */
export function samplesOf({ drift, read, place }: ModelReport): string {
  const { first, last } = read;
  const times = first === undefined || last === undefined ? "" : ` of ${timeOf(first)} to ${timeOf(last)}`;
  return `${countOf(drift.rows.captured, "captured row")} in ${countOf(read.requests, "record")}${times}, ${place}; baseline of ${countOf(drift.rows.base, "row")}`;
}

function timeOf(time: Date): string {
  return `${time.toISOString().slice(0, 16)}Z`;
}

/** The place of the requests if there are two, and the rows and features that the comparison leaves out. */
export function notesOf({ drift, read, note }: ModelReport): string[] {
  const lost = drift.features.filter(
    ({ verdict, tally, rows }) =>
      verdict !== "masked" && tally.nulls === rows.captured && tally.feature.missing < rows.base,
  );
  const masked = drift.features.filter(({ verdict }) => verdict === "masked").map(({ name }) => name);
  const dates = drift.features
    .filter(({ type, verdict }) => type === "date" && verdict !== "masked")
    .map(({ name }) => name);
  return [
    ...(note === undefined ? [] : [note]),
    ...(masked.length > 0
      ? [
          `Not compared: ${listNames(masked)}: capture stores no values of these features, because of its settings keep and drop.`,
        ]
      : []),
    ...(dates.length > 0
      ? [
          `Compared by missing values only: ${listNames(dates)}: most dates move with the time. To compare their ages, write the baseline with --at: npx sagemaker-stages baseline ${drift.model} --data <file> --at <day or column>`,
        ]
      : []),
    ...(lost.length > 0
      ? [
          `Compared as missing: ${listNames(lost.map(({ name }) => name))}: every captured value is null, and the settings of capture do not mask these features.`,
        ]
      : []),
    ...(drift.otherRows > 0
      ? [`Not compared: ${countOf(drift.otherRows, "row")} without the baseline's features.`]
      : []),
    ...(drift.unknownNames > 0
      ? [`Not compared: ${countOf(drift.unknownNames, "name")} that the baseline does not contain.`]
      : []),
    ...(read.unreadable > 0
      ? [`Not compared: ${countOf(read.unreadable, "line")} without a request in CSV or JSON.`]
      : []),
  ];
}

/** The statement about a model, in one sentence. */
export function statementOf(
  model: string,
  features: readonly FeatureDrift[],
  { psi, ks }: Thresholds,
): string {
  const of = (verdict: FeatureDrift["verdict"]) => features.filter((one) => one.verdict === verdict);
  const drifting = of("drift");
  const tooFew = of("too few rows");
  const compared = features.length - of("masked").length;
  if (drifting.length > 0) {
    return `${model}: ${drifting.length} of ${compared} features drift (PSI from ${psi} or KS from ${ks}, p at most ${MAX_CHANCE}): ${drifting.map(({ name }) => shorten(name)).join(", ")}`;
  }
  if (tooFew.length > 0) return `${model}: no statement: ${reasonOf(tooFew)}`;
  if (compared === 0) return `${model}: no feature can be compared`;
  const watched = of("watch").length;
  return `${model}: none of ${compared} features drifts${watched === 0 ? "" : `; ${watched} changed a little`}`;
}

function reasonOf(features: readonly FeatureDrift[]): string {
  const required = Math.max(...features.map(({ requiredRows }) => requiredRows));
  const { base, captured } = features[0]?.rows ?? { base: 0, captured: 0 };
  return Number.isFinite(required)
    ? `got ${captured} captured rows; a statement about every feature needs ${required}`
    : `the baseline has ${base} rows, too few for its bins; allowed: a larger training sample`;
}
