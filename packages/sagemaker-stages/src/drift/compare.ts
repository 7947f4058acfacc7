import { type Baseline, type FeatureBaseline, isCategorical } from "./baseline/baseline";
import { cellOf } from "./baseline/distribution";
import { type FeatureTally, Tally } from "./captured/tally";
import { DriftError } from "./errors";
import { chiSquaredSurvival } from "./statistics/chi-squared";
import { type KolmogorovSmirnov, kolmogorovSmirnov } from "./statistics/kolmogorov-smirnov";
import { populationStability, sum } from "./statistics/psi";
import { countOf, listNames } from "./words";

/** The limits of a comparison. */
export interface Thresholds {
  /** The population stability index from which a feature drifts. */
  readonly psi: number;
  /** The Kolmogorov-Smirnov statistic from which a feature drifts. */
  readonly ks: number;
  /** The number of rows below which no feature gets a statement. */
  readonly minRows: number;
}

/**
 * The index from which a change is traditionally significant (B. Yurdakul,
 * http://www.stat.wmich.edu/news/bilal317.html).
 */
export const DEFAULT_PSI = 0.25;

/**
 * The statistic of two normal distributions whose population stability index is 0.25: a shift by half a standard
 * deviation, 2 · Φ(0.25) − 1 = 0.197.
 */
export const DEFAULT_KS = 0.2;

/** The smallest number of rows for a statement. A feature with many bins needs more rows: {@link requiredRows}. */
export const DEFAULT_MIN_ROWS = 100;

/**
 * The limit of a small change: of the population stability index by the same source, and of the Kolmogorov-Smirnov
 * statistic as the `comparison_threshold` of SageMaker Model Monitor
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html).
 */
export const WATCH = 0.1;

/** A difference whose probability without drift is greater than this number is chance. */
export const MAX_CHANCE = 0.001;

/**
 * The same limit with fewer rows than {@link FeatureDrift.requiredRows}. With few rows per bin, the chi-squared distribution
 * makes large indices too improbable: with the limit 0.001, up to 1 % of samples without drift had drift in a simulation.
 */
export const MAX_CHANCE_FEW_ROWS = 0.00001;

/**
 * The statement about a feature. `watch` is a small change. `too few rows`: no drift was found, but drift would not be
 * distinguishable from chance. `masked`: capture stored no value, because of its settings.
 */
export type Verdict = "drift" | "watch" | "stable" | "too few rows" | "masked";

/** One group of rows of a feature, for the picture. */
export interface Cell {
  readonly kind: "values" | "outside" | "missing";
  readonly base: number;
  readonly captured: number;
}

/** The comparison of one feature. */
export interface FeatureDrift {
  readonly name: string;
  readonly type: FeatureBaseline["type"];
  readonly verdict: Verdict;
  /** The rows of the two samples, including rows without a value. */
  readonly rows: { readonly base: number; readonly captured: number };
  /** The population stability index, and its probability without drift. */
  readonly psi: number;
  readonly psiPValue: number;
  /** The Kolmogorov-Smirnov test of the values; `undefined` for categories and the type `date`, and without captured values. */
  readonly ks: KolmogorovSmirnov | undefined;
  /** The shares of rows without a value. */
  readonly missing: { readonly base: number; readonly captured: number };
  /** The share of captured rows whose value the baseline does not contain: other categories, or outside its numbers. */
  readonly unseen: number;
  /** The captured rows that a statement about this feature needs; `Infinity`: the baseline has too few rows. */
  readonly requiredRows: number;
  /** The counts, for the picture. */
  readonly tally: FeatureTally;
}

/** The comparison of all features of a model, the largest population stability index first. */
export interface ModelDrift {
  readonly model: string;
  readonly rows: { readonly base: number; readonly captured: number };
  /** Captured rows without the baseline's features. */
  readonly otherRows: number;
  readonly features: readonly FeatureDrift[];
  /**
   * The number of names in captured rows that the baseline does not contain, at most 1,000. Callers of a
   * model without a schema choose the names, so that the names never appear in the output.
   */
  readonly unknownNames: number;
}

/** The largest share of rows, and of lines, that the comparison leaves out. */
export const MAX_OTHER_SHARE = 0.05;

/** What is known about the captured requests. */
export interface CapturedFacts {
  /** Whether the settings of capture mask a feature. @default - no feature */
  readonly isMasked?: (name: string) => boolean;
  /** The records with a request. */
  readonly requests?: number;
  /** The lines that are not records with a request. */
  readonly unreadable?: number;
}

/**
 * Compares captured rows with a baseline.
 *
 * @throws DriftError if the features do not match, or if too many rows or lines have no features
 */
export function compare(
  baseline: Baseline,
  tally: Tally,
  thresholds: Thresholds,
  { isMasked = () => false, requests = 0, unreadable = 0 }: CapturedFacts = {},
): ModelDrift {
  // A list is masked as a whole, so that a value without a name is never masked alone.
  const masked = new Set(
    tally.rowsInOrder > 0
      ? []
      : tally.features.filter((one) => one.present === one.nulls && isMasked(one.feature.name)),
  );
  requireMatch(baseline, tally, masked);
  requireFewOthers(baseline.model, tally, { requests, unreadable });
  const features = tally.features.map((one) =>
    compareFeature(baseline.rows, one, tally.rows, thresholds, masked.has(one)),
  );
  return {
    model: baseline.model,
    rows: { base: baseline.rows, captured: tally.rows },
    otherRows: tally.otherRows + tally.nullRows,
    features: features.sort((one, other) => rankOf(other) - rankOf(one) || other.psi - one.psi),
    unknownNames: tally.unknownNames.size,
  };
}

const RANKS: readonly Verdict[] = ["masked", "too few rows", "stable", "watch", "drift"];

function rankOf({ verdict }: FeatureDrift): number {
  return RANKS.indexOf(verdict);
}

function compareFeature(
  baseRows: number,
  tally: FeatureTally,
  rows: number,
  thresholds: Thresholds,
  isMasked: boolean,
): FeatureDrift {
  const { feature, missing, below, above, unseen, counts } = tally;
  const cells = psiCells(tally);
  const base = cells.map((cell) => cell.base);
  const { psi, pValue } = populationStability(
    base,
    cells.map(({ captured }) => captured),
  );
  const hasBothValues = sum(feature.counts) > 0 && sum(counts) + below + above > 0;
  const ks =
    isCategorical(feature) || !hasBothValues
      ? undefined
      : kolmogorovSmirnov([0, ...feature.counts, 0], [below, ...counts, above]);
  const required = Math.max(thresholds.minRows, requiredRows(base, thresholds.psi));
  const hasFewRows = rows < required;
  const maxChance = hasFewRows ? MAX_CHANCE_FEW_ROWS : MAX_CHANCE;
  const verdict = verdictOf({ psi, psiPValue: pValue, ks }, thresholds, maxChance);
  // Drift contains its own probability. Only "no drift" needs a number of rows.
  const isKnown = verdict === "drift" || !hasFewRows;
  return {
    name: feature.name,
    type: feature.type,
    verdict: isMasked ? "masked" : isKnown ? verdict : "too few rows",
    rows: { base: baseRows, captured: rows },
    psi,
    psiPValue: pValue,
    ks,
    missing: { base: feature.missing / baseRows, captured: missing / rows },
    unseen: (below + above + unseen) / rows,
    requiredRows: required,
    tally,
  };
}

function verdictOf(
  { psi, psiPValue, ks }: Pick<FeatureDrift, "psi" | "psiPValue" | "ks">,
  thresholds: Thresholds,
  maxChance: number,
): Verdict {
  const reaches = (psiLimit: number, ksLimit: number) =>
    (psi >= psiLimit && psiPValue <= maxChance) ||
    (ks !== undefined && ks.statistic >= ksLimit && ks.pValue <= maxChance);
  if (reaches(thresholds.psi, thresholds.ks)) return "drift";
  return reaches(Math.min(WATCH, thresholds.psi), Math.min(WATCH, thresholds.ks)) ? "watch" : "stable";
}

/**
 * The cells of the population stability index: the bins of numbers or the categories, then values that the baseline does
 * not contain, then missing values.
 */
export function psiCells({ feature, counts, below, above, unseen, missing }: FeatureTally): Cell[] {
  const size = isCategorical(feature) ? feature.values.length : feature.bins.length + 1;
  const base = Array.from({ length: size }, () => 0);
  const captured = Array.from({ length: size }, () => 0);
  feature.values.forEach((value, index) => {
    const cell = isCategorical(feature) || typeof value === "string" ? index : cellOf(feature.bins, value);
    base[cell] = (base[cell] ?? 0) + (feature.counts[index] ?? 0);
    captured[cell] = (captured[cell] ?? 0) + (counts[index] ?? 0);
  });
  return [
    ...base.map((rows, cell): Cell => ({ kind: "values", base: rows, captured: captured[cell] ?? 0 })),
    { kind: "outside", base: othersOf(feature), captured: below + above + unseen },
    { kind: "missing", base: feature.missing, captured: missing },
  ];
}

/** The baseline's rows of categories without a name. */
export function othersOf(feature: FeatureBaseline): number {
  return feature.type === "category" ? (feature.others ?? 0) : 0;
}

/**
 * The captured rows that a negative statement about a feature needs, with the default thresholds.
 *
 * @returns `Infinity` if the baseline has too few rows for any number of captured rows
 */
export function requiredRowsOf(baseline: Baseline): Map<string, number> {
  const { features } = new Tally(baseline);
  return new Map(
    features.map((tally) => {
      const base = psiCells(tally).map((cell) => cell.base);
      return [tally.feature.name, Math.max(DEFAULT_MIN_ROWS, requiredRows(base, DEFAULT_PSI))];
    }),
  );
}

/**
 * The number of captured rows from which chance alone reaches the threshold with a probability of at most
 * {@link MAX_CHANCE}: the smallest `m` with `threshold / (1/n + 1/m)` at the chi-squared distribution's quantile.
 *
 * @param base - the baseline's rows per cell
 * @returns `Infinity` if the baseline has too few rows for any number of captured rows
 */
export function requiredRows(base: readonly number[], threshold: number): number {
  const degrees = base.filter((rows) => rows > 0).length - 1;
  if (degrees < 1) return 1;
  let from = 0;
  let to = 1;
  while (chiSquaredSurvival(to, degrees) > MAX_CHANCE) to *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (from + to) / 2;
    if (chiSquaredSurvival(middle, degrees) > MAX_CHANCE) from = middle;
    else to = middle;
  }
  const rest = threshold / to - 1 / sum(base);
  return rest > 0 ? Math.ceil(1 / rest) : Number.POSITIVE_INFINITY;
}

function requireMatch({ model, features }: Baseline, tally: Tally, masked: ReadonlySet<FeatureTally>): void {
  const names = features.map(({ name }) => name);
  const remedy = `Compare with the baseline of the deployed model: npx sagemaker-stages baseline ${model} --data <file>`;
  if (tally.rows === 0 && tally.nullRows > 0) throw new DriftError(describeNulls(model, tally.nullRows));
  if (tally.rows === 0) {
    const { unknownNames, otherLength } = tally;
    const found = [
      ...(unknownNames.size > 0 ? [countOf(unknownNames.size, "other name")] : []),
      ...(otherLength === undefined ? [] : [`${otherLength} values without names`]),
    ];
    throw new DriftError(
      `${model}: got ${found.length === 0 ? "no captured row" : `captured rows with ${found.join(" and with ")}`}; allowed: the ${names.length} features of the baseline, ${listNames(names)}. ${remedy}`,
    );
  }
  const absent = tally.features.filter((one) => one.present === 0 && !masked.has(one));
  if (absent.length > 0) {
    throw new DriftError(
      `${model}: got ${tally.rows} captured rows without ${listNames(absent.map(({ feature }) => feature.name))}; allowed: rows with all features of the baseline. ${remedy}`,
    );
  }
  if (tally.features.every((one) => masked.has(one) || one.nulls === tally.rows)) {
    throw new DriftError(describeNulls(model, tally.rows));
  }
}

/** Statements about few rows would hide that most requests have another form. */
function requireFewOthers(
  model: string,
  { rows, otherRows, nullRows }: Tally,
  { requests, unreadable }: { readonly requests: number; readonly unreadable: number },
): void {
  const others = otherRows + nullRows;
  const parts = [
    ...(others > MAX_OTHER_SHARE * (rows + others)
      ? [`${others} of ${rows + others} captured rows without the baseline's features`]
      : []),
    ...(unreadable > MAX_OTHER_SHARE * (requests + unreadable)
      ? [`${unreadable} of ${requests + unreadable} lines without a request in CSV or JSON`]
      : []),
  ];
  if (parts.length === 0) return;
  throw new DriftError(
    `${model}: got ${parts.join(", and ")}; allowed: at most ${MAX_OTHER_SHARE * 100} % of each. Do callers send another form of the request, or do several models share the endpoint? --from starts after a change: docs/drift.md`,
  );
}

function describeNulls(model: string, rows: number): string {
  return `${model}: got ${rows} captured rows whose values are all null; allowed: values of one feature at least. The setting capture stores only the values of the fields in keep: docs/drift.md`;
}
