import { isObject } from "../lib/json";

/** Names what a value is, never the value. */
function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * Where an answer is not of the shape of the contract's example: other types, other properties, or an empty list where
 * the example has one that is not. Lists may be of another length, and values are the model's to choose.
 *
 * @returns which place differs and how, without a word of the answer; `undefined` where it fits
 */
export function findMisfit(answer: unknown, example: unknown, place = "the answer"): string | undefined {
  if (kindOf(answer) !== kindOf(example)) {
    return `${place} is ${kindOf(answer)}, not ${kindOf(example)}`;
  }
  if (Array.isArray(example) && Array.isArray(answer)) {
    // An example's list may be a tuple; where it is shorter than the answer, its last item speaks for the rest.
    return first(answer, (item, index) =>
      findMisfit(item, example[index] ?? example.at(-1), `${place}[${index}]`),
    );
  }
  if (isObject(example) && isObject(answer)) {
    const unknown = Object.keys(answer).filter((name) => !Object.hasOwn(example, name));
    if (unknown.length > 0)
      return `${place} has ${unknown.length} unknown propert${unknown.length === 1 ? "y" : "ies"}`;
    return first(Object.keys(example), (name) => findMisfit(answer[name], example[name], `${place}.${name}`));
  }
  return undefined;
}

function first<Item>(
  items: readonly Item[],
  find: (item: Item, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
