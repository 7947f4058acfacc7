import type { Baseline, FeatureBaseline } from "../baseline/baseline";
import { cellOf } from "../baseline/distribution";
import { categoryOf, dayOf, dayOfTime, isMissing, numberOf } from "../baseline/value";
import { parseCsv } from "../csv";
import type { Row } from "../rows";

/** The number of captured rows in each cell of a feature's baseline. No value of a row is kept, except unseen categories. */
export interface FeatureTally {
  readonly feature: FeatureBaseline;
  /** The rows in each cell of the baseline. */
  readonly counts: number[];
  /** Rows whose number is less than the smallest number of the baseline. */
  below: number;
  /** Rows whose number is greater than the largest number of the baseline. */
  above: number;
  /** Rows whose category is not in the baseline, or whose value is not a number or date although the baseline has numbers or dates. */
  unseen: number;
  /** Rows without a value, including `nulls`. */
  missing: number;
  /** Rows with the value `null`: a missing value, or the value of a masked field. */
  nulls: number;
  /** Rows that contain the feature, with a value or `null`. */
  present: number;
}

/** A model without a schema accepts any names, so that their number is not limited. */
const MAX_UNKNOWN_NAMES = 1000;

/** Counts captured rows in the cells of a baseline. */
export class Tally {
  readonly features: readonly FeatureTally[];
  /** The rows with the features of the baseline. */
  rows = 0;
  /** The rows without the features of the baseline: other names, or another number of values. */
  otherRows = 0;
  /** The rows whose values are all `null`, and whose names are not the features of the baseline: masked lists. */
  nullRows = 0;
  /** The rows whose values have no names, so that their order determines the features. */
  rowsInOrder = 0;
  /** Names in captured rows that the baseline does not contain. */
  readonly unknownNames = new Set<string>();
  /** The number of values of a row without names that does not match. */
  otherLength: number | undefined;

  private readonly byName: ReadonlyMap<string, FeatureTally>;

  constructor({ features }: Baseline) {
    this.features = features.map((feature) => ({
      feature,
      counts: feature.counts.map(() => 0),
      below: 0,
      above: 0,
      unseen: 0,
      missing: 0,
      nulls: 0,
      present: 0,
    }));
    this.byName = new Map(this.features.map((one) => [one.feature.name, one]));
  }

  /** @param time - the time of the request, from which the ages of dates are counted; `undefined` if it is unknown */
  add({ names, values, isNamedByHeader = false }: Row, time?: Date): void {
    const cells = this.cellsOf(values);
    if (cells !== undefined) this.addInOrder(cells, time);
    else if (names === undefined) this.addInOrder(values, time);
    else this.addByName(names, values, time, isNamedByHeader);
  }

  /** The values of a row that is one text with commas, e.g. `"5.1,3.5,1.4"`. */
  private cellsOf(values: readonly unknown[]): readonly string[] | undefined {
    const [text] = values;
    if (values.length !== 1 || this.features.length === 1 || typeof text !== "string") return undefined;
    const cells = parseCsv(text)?.[0];
    return cells?.length === this.features.length ? cells : undefined;
  }

  private addInOrder(values: readonly unknown[], time: Date | undefined): void {
    if (values.length !== this.features.length) {
      if (this.isNull(values)) return;
      this.otherRows++;
      this.otherLength = values.length;
      return;
    }
    this.rows++;
    this.rowsInOrder++;
    this.features.forEach((tally, index) => {
      count(tally, values[index], time);
    });
  }

  private addByName(
    names: readonly string[],
    values: readonly unknown[],
    time: Date | undefined,
    isComplete: boolean,
  ): void {
    const valueByName = new Map(names.map((name, index) => [name, values[index]]));
    // The row `{}` has the features of the baseline, and all of them are missing.
    const isKnown = isComplete
      ? this.features.every(({ feature }) => valueByName.has(feature.name))
      : names.length === 0 || names.some((name) => this.byName.has(name));
    if (!isKnown && this.isNull(values)) return;
    for (const name of names) {
      if (!this.byName.has(name) && this.unknownNames.size < MAX_UNKNOWN_NAMES) this.unknownNames.add(name);
    }
    if (!isKnown) {
      this.otherRows++;
      return;
    }
    this.rows++;
    for (const tally of this.features) {
      if (valueByName.has(tally.feature.name)) count(tally, valueByName.get(tally.feature.name), time);
      else tally.missing++;
    }
  }

  private isNull(values: readonly unknown[]): boolean {
    if (values.length === 0 || values.some((value) => value !== null)) return false;
    this.nullRows++;
    return true;
  }
}

function count(tally: FeatureTally, value: unknown, time: Date | undefined): void {
  tally.present++;
  if (isMissing(value)) {
    tally.missing++;
    if (value === null) tally.nulls++;
    return;
  }
  const { feature } = tally;
  if (feature.type === "category") {
    const cell = feature.values.indexOf(categoryOf(value));
    if (cell < 0) tally.unseen++;
    else addTo(tally.counts, cell);
    return;
  }
  if (feature.type === "date") {
    if (dayOf(value) === undefined) tally.unseen++;
    else addTo(tally.counts, 0);
    return;
  }
  const number = numberFor(feature.type, value, time);
  const [min = Number.POSITIVE_INFINITY] = feature.values;
  if (number === undefined) tally.unseen++;
  else if (number < min) tally.below++;
  else {
    const cell = cellOf(feature.values, number);
    if (cell === feature.values.length) tally.above++;
    else addTo(tally.counts, cell);
  }
}

/** The number of which the baseline contains the distribution; `undefined` if the value has no such number. */
function numberFor(
  type: "number" | "text" | "age",
  value: unknown,
  time: Date | undefined,
): number | undefined {
  if (type === "number") return numberOf(value);
  if (type === "text") return categoryOf(value).length;
  const day = dayOf(value);
  return day === undefined || time === undefined ? undefined : dayOfTime(time) - day;
}

function addTo(counts: number[], cell: number): void {
  counts[cell] = (counts[cell] ?? 0) + 1;
}
