import { DriftError } from "../errors";
import { sum } from "../statistics/psi";
import { countOf } from "../words";
import { ANY_DATE, type Baseline, type FeatureBaseline } from "./baseline";
import { distributionOf } from "./distribution";
import { categoryOf, dayOf, isMissing, numberOf } from "./value";

/**
 * The number of different texts up to which a feature is a category. With more texts, or with fewer than
 * {@link MIN_ROWS_PER_CATEGORY} rows per text on average, the texts can be names or sentences: the baseline then contains
 * their lengths only.
 */
export const MAX_CATEGORIES = 100;
export const MIN_ROWS_PER_CATEGORY = 5;

/** A smaller sample has too few rows for a statement, and its counts would describe single rows. */
export const MIN_ROWS = 100;

/** Counts the values of one feature. */
class Column {
  private missing = 0;
  private readonly rowsOf = new Map<string, number>();
  /** The rows of each age, if the values are dates. */
  private readonly rowsOfAge = new Map<number, number>();

  constructor(private readonly name: string) {}

  /** @param day - the day of the row; `undefined` if the sample does not contain the day */
  add(value: unknown, day: number | undefined): void {
    if (isMissing(value)) {
      this.missing++;
      return;
    }
    const text = categoryOf(value);
    this.rowsOf.set(text, (this.rowsOf.get(text) ?? 0) + 1);
    const date = dayOf(value);
    if (day === undefined || date === undefined) return;
    this.rowsOfAge.set(day - date, (this.rowsOfAge.get(day - date) ?? 0) + 1);
  }

  toFeature(): FeatureBaseline {
    const { name, missing, rowsOf, rowsOfAge } = this;
    const numbers = [...rowsOf].map(([text, rows]) => [numberOf(text), rows] as const);
    if (numbers.length > 0 && numbers.every(isOfNumber)) {
      return { name, type: "number", missing, ...distributionOf(numbers) };
    }
    const rows = sum([...rowsOf.values()]);
    if (rows > 0 && [...rowsOf.keys()].every((text) => dayOf(text) !== undefined)) {
      return rowsOfAge.size > 0
        ? { name, type: "age", missing, ...distributionOf(rowsOfAge) }
        : { name, type: "date", missing, values: [ANY_DATE], counts: [rows] };
    }
    if (rowsOf.size <= MAX_CATEGORIES && rows >= rowsOf.size * MIN_ROWS_PER_CATEGORY) {
      const sorted = [...rowsOf].sort(([one, n], [other, m]) => m - n || (one < other ? -1 : 1));
      // A category with few rows can identify a person.
      const named = sorted.filter(([, n]) => n >= MIN_ROWS_PER_CATEGORY);
      const counts = named.map(([, n]) => n);
      const others = rows - sum(counts);
      return {
        name,
        type: "category",
        missing,
        values: named.map(([text]) => text),
        counts,
        ...(others === 0 ? {} : { others }),
      };
    }
    const lengths = [...rowsOf].map(([text, n]) => [text.length, n] as const);
    return { name, type: "text", missing, ...distributionOf(lengths) };
  }
}

function isOfNumber(entry: readonly [number | undefined, number]): entry is readonly [number, number] {
  return entry[0] !== undefined;
}

/**
 * Makes a baseline from rows.
 *
 * @param names - the names of the features, in the order of the values of a row
 * @param rows - the values of each row, in the order of `names`
 * @param data - the name of the sample in messages
 * @param dayOfRow - the day of a row, from which the ages of dates are counted. Default: the ages are unknown
 * @throws DriftError if there are fewer than {@link MIN_ROWS} rows
 */
export async function makeBaseline(
  model: string,
  names: readonly string[],
  rows: AsyncIterable<readonly unknown[]> | Iterable<readonly unknown[]>,
  data: string,
  dayOfRow: (values: readonly unknown[]) => number | undefined = () => undefined,
): Promise<Baseline> {
  const columns = names.map((name) => new Column(name));
  let count = 0;
  for await (const values of rows) {
    count++;
    const day = dayOfRow(values);
    columns.forEach((column, index) => {
      column.add(values[index], day);
    });
  }
  if (count < MIN_ROWS) {
    throw new DriftError(
      `${data}: got ${countOf(count, "row")}; allowed: ${MIN_ROWS} rows at least. The distribution of a smaller sample is chance, and its counts would describe single rows`,
    );
  }
  return { format: 1, model, rows: count, features: columns.map((column) => column.toFeature()) };
}
