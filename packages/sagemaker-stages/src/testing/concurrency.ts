import { availableParallelism } from "node:os";

/**
 * The results of `run` for each item, in the order of the items. The number of concurrent runs is at most the number of the
 * machine's processors.
 */
export async function mapConcurrently<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}
