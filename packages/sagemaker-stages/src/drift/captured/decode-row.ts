import { cellsFor, columnsOf, isChoice, nameOf, valuesOf } from "../../contracts/rows/features";
import type { ChoiceFeature, RowsOptions } from "../../contracts/rows/options";
import type { Model } from "../../models";
import type { Baseline } from "../baseline/baseline";
import { isMissing, numberOf } from "../baseline/value";
import type { DecodeRow } from "../rows";

/**
 * Converts the rows of the endpoint's requests, which SageMaker's data capture stores, to the values that callers send: the
 * ready-made contract `rows` replaces categories by numbers or by columns. The function's capture stores the callers' values,
 * which the conversion does not change.
 *
 * @param baseline - the conversion leaves out a feature whose encoded values the baseline contains. Default: no baseline
 * @returns `undefined` if no feature is converted
 */
export function rowDecoderOf(model: Model, baseline?: Baseline): DecodeRow | undefined {
  const { features = [] } = ((model.python === undefined && model.readyMade?.options) ||
    {}) as Partial<RowsOptions>;
  const encoded = features.filter(isChoice).filter((feature) => isEncoded(feature, baseline));
  if (encoded.length === 0) return undefined;
  const codes = encoded.map((feature) => ({
    name: nameOf(feature),
    columns: [columnsOf(feature)].flat(),
    categories: new Map(
      categoriesOf(feature).map((value) => [keyOf([cellsFor(feature, value)].flat()), value]),
    ),
  }));
  const columns = features.flatMap(columnsOf);
  return (row, isCsv) => {
    const names = row.names ?? (row.values.length === columns.length ? columns : undefined);
    if (names === undefined) return row;
    const cells = new Map(names.map((name, index) => [name, row.values[index]]));
    for (const { name, columns: ofFeature, categories } of codes) {
      if (!ofFeature.every((column) => cells.has(column))) continue;
      const values = ofFeature.map((column) => cells.get(column));
      // In JSON, a text is the category of a caller's request.
      if (!isCsv && values.some((value) => typeof value === "string")) continue;
      for (const column of ofFeature) cells.delete(column);
      cells.set(name, decoded(values, categories));
    }
    return { ...row, names: [...cells.keys()], values: [...cells.values()] };
  };
}

function decoded(cells: readonly unknown[], categories: ReadonlyMap<string, string | null>): unknown {
  if (cells.every(isMissing)) return null;
  // A code that the contract does not send is no category, and is counted as unseen.
  const value = categories.get(keyOf(cells));
  return value === undefined ? `code ${cells.join(",")}` : value;
}

/** The categories of a feature. Only in columns, a missing value has a code: 0 in each column. */
function categoriesOf(feature: ChoiceFeature): (string | null)[] {
  return feature.oneHot === true ? [...valuesOf(feature), null] : [...valuesOf(feature)];
}

function keyOf(cells: readonly unknown[]): string {
  return cells.map(numberOf).join(",");
}

/** Whether the endpoint receives other values than the baseline contains. */
function isEncoded(feature: ChoiceFeature, baseline: Baseline | undefined): boolean {
  if (feature.oneHot !== true && Array.isArray(feature.values)) return false;
  if (baseline === undefined) return true;
  const found = baseline.features.find(({ name }) => name === feature.name);
  if (found === undefined) return false;
  // The baseline of encoded training data contains numbers, unless the categories themselves are numbers.
  return (
    feature.oneHot === true ||
    found.type !== "number" ||
    valuesOf(feature).every((value) => numberOf(value) !== undefined)
  );
}
