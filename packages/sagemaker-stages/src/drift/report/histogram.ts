import { isCategorical } from "../baseline/baseline";
import { type FeatureDrift, othersOf } from "../compare";
import { sum } from "../statistics/psi";

/** One bar of a histogram: the shares of the rows in the two samples. */
export interface Bar {
  readonly label: string;
  readonly base: number;
  readonly captured: number;
  /** Whether the bar is apart from the values: outside of the baseline, or missing. */
  readonly isApart: boolean;
}

/** The number of bars of a numeric feature. With at most this number of values, each value has a bar. */
const BARS = 24;

/** The number of categories with a bar; the others share one bar. */
const MAX_CATEGORY_BARS = 12;

/** The share of the baseline's rows at each end that the first and the last bar contain, so that few large numbers do not compress the picture. */
const TAIL = 0.005;

/** The bars of a feature. */
export function barsOf(drift: FeatureDrift): Bar[] {
  return isCategorical(drift.tally.feature) ? categoryBars(drift) : numberBars(drift);
}

/** Bars of numbers of rows, before their division by the rows of a sample. */
interface Counted {
  readonly label: string;
  readonly base: number;
  readonly captured: number;
  readonly isApart?: boolean;
}

function toShares({ rows }: FeatureDrift, bars: readonly Counted[]): Bar[] {
  return bars
    .filter(({ isApart, base, captured }) => isApart !== true || base + captured > 0)
    .map(({ label, base, captured, isApart = false }) => ({
      label,
      base: base / rows.base,
      captured: captured / rows.captured,
      isApart,
    }));
}

function categoryBars(drift: FeatureDrift): Bar[] {
  const { feature, counts, unseen, missing } = drift.tally;
  const all = feature.values.map((value, index) => ({
    label: String(value),
    base: feature.counts[index] ?? 0,
    captured: counts[index] ?? 0,
  }));
  const shown = all.slice(0, MAX_CATEGORY_BARS);
  const others = all.slice(MAX_CATEGORY_BARS);
  return toShares(drift, [
    ...shown,
    ...(others.length === 0
      ? []
      : [
          {
            label: `${others.length} others`,
            base: sum(others.map(({ base }) => base)),
            captured: sum(others.map(({ captured }) => captured)),
          },
        ]),
    { label: "unseen", base: othersOf(feature), captured: unseen, isApart: true },
    { label: "missing", base: feature.missing, captured: missing, isApart: true },
  ]);
}

function numberBars(drift: FeatureDrift): Bar[] {
  const { feature, counts, below, above, unseen, missing } = drift.tally;
  const values = feature.values.filter((value) => typeof value === "number");
  const bars =
    values.length <= BARS
      ? values.map((value, index) => ({
          label: numberText(value),
          base: feature.counts[index] ?? 0,
          captured: counts[index] ?? 0,
        }))
      : equalWidths(values, feature.counts, counts);
  const [min = 0] = values;
  return toShares(drift, [
    { label: `< ${numberText(min)}`, base: 0, captured: below, isApart: true },
    ...bars,
    { label: `> ${numberText(values.at(-1) ?? 0)}`, base: 0, captured: above, isApart: true },
    { label: feature.type === "age" ? "no date" : "no number", base: 0, captured: unseen, isApart: true },
    { label: "missing", base: feature.missing, captured: missing, isApart: true },
  ]);
}

/** Bars of equal width. A cell with several values spreads evenly over its width. */
function equalWidths(
  values: readonly number[],
  base: readonly number[],
  captured: readonly number[],
): Counted[] {
  const total = sum(base);
  let read = 0;
  const cumulative = base.map((rows) => {
    read += rows;
    return read / total;
  });
  const valueAt = (share: number) => values[cumulative.findIndex((one) => one >= share)] ?? 0;
  const from = valueAt(TAIL);
  const to = Math.max(valueAt(1 - TAIL), from + Number.MIN_VALUE);
  const width = (to - from) / BARS;
  const spread = (counts: readonly number[]): number[] => {
    const bars = Array.from({ length: BARS }, () => 0);
    counts.forEach((rows, cell) => {
      const high = values[cell] ?? 0;
      const low = cell === 0 || counts.length <= 2 * BARS ? high : (values[cell - 1] ?? high);
      const parts = Math.max(1, Math.min(50, Math.ceil(((high - low) / width) * 4)));
      for (let part = 1; part <= parts; part++) {
        const value = low + ((high - low) * part) / parts;
        const bar = Math.min(BARS - 1, Math.max(0, Math.ceil((value - from) / width) - 1));
        bars[bar] = (bars[bar] ?? 0) + rows / parts;
      }
    });
    return bars;
  };
  const [ofBase, ofCaptured] = [spread(base), spread(captured)];
  return ofBase.map((rows, bar) => ({
    label: String(Number((from + width * (bar + 0.5)).toPrecision(3))),
    base: rows,
    captured: ofCaptured[bar] ?? 0,
  }));
}

/** A number with four significant digits. */
export function numberText(value: number): string {
  const text = String(Number(value.toPrecision(4)));
  return text.length <= 8 ? text : value.toExponential(1);
}
