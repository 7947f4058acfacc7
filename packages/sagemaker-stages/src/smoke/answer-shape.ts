import { isObject } from "../lib/json";

/** The kind of a value, without the value. */
function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * The first difference between the shape of an answer and the shape of the contract's example: another type, another
 * property, or an empty list if the example's list has items. The length of a list and the values can differ.
 *
 * @returns the place and the difference, without a value of the answer; `undefined` if the shapes are equal
 */
export function findShapeFault(answer: unknown, example: unknown, place = "the answer"): string | undefined {
  if (kindOf(answer) !== kindOf(example)) {
    return `${place} is ${kindOf(answer)}, not ${kindOf(example)}`;
  }
  if (Array.isArray(example) && Array.isArray(answer)) {
    // The example's list may be a tuple. If the answer is longer, the example's last item describes the other items.
    return first(answer, (item, index) =>
      findShapeFault(item, example[index] ?? example.at(-1), `${place}[${index}]`),
    );
  }
  if (isObject(example) && isObject(answer)) {
    const unknown = Object.keys(answer).filter((name) => !Object.hasOwn(example, name));
    if (unknown.length > 0) {
      const count = `${unknown.length} propert${unknown.length === 1 ? "y" : "ies"}`;
      return `${place} has ${count} that the contract's example does not have`;
    }
    return first(Object.keys(example), (name) =>
      findShapeFault(answer[name], example[name], `${place}.${name}`),
    );
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
