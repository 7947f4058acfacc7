import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMAND } from "../tests/local/support/project";
import { largePlans } from "../tests/review/support/large-plans";
import { largePolicies, planOfMany, planOfPair } from "../tests/review/support/large-policies";
import { FIXTURE_APP, median, nodeCost } from "./measure";
import type { Report } from "./report";

const ROUNDS = 9;

/** Measures plans of 12 environments with 3 MB, the slowest pair of policies of a valid size, and 10,000 changes. */
export async function benchReview(report: Report, folder: string): Promise<void> {
  const files = largePlans(12, 3).map(({ name, text }) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, text);
    return file;
  });
  const empty = join(folder, "empty.ts");
  writeFileSync(empty, "");
  const timeOf = async (words: readonly string[]) => (await nodeCost(words, { cwd: FIXTURE_APP })).timeInMs;
  const medianTime = async (words: readonly string[]): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await timeOf(words));
    return median(times);
  };
  const baseValue = await medianTime(["--import", "tsx", empty]);
  const benchPlans = async (measured: string, plans: readonly string[]): Promise<void> => {
    const value = await medianTime([COMMAND, "review", ...plans]);
    report.add({ measured, value, base: "starting Node.js with tsx", baseValue, unit: "ms" });
  };
  await benchPlans("review of 12 environments' plans, 3 MB", files);

  // Each pair is reviewed once. The slowest pair is measured.
  const pairs: { readonly file: string; readonly name: string; readonly time: number }[] = [];
  for (const [index, pair] of largePolicies().entries()) {
    const file = join(folder, `pair-${index}.json`);
    writeFileSync(file, planOfPair(pair));
    pairs.push({ file, name: pair.name, time: await timeOf([COMMAND, "review", file]) });
  }
  const [worst] = pairs.sort((one, other) => other.time - one.time);
  if (worst === undefined) throw new Error("there is no pair of policies to review");
  await benchPlans(`review of the slowest policy pair of legal size (${worst.name})`, [worst.file]);

  const many = join(folder, "many.json");
  writeFileSync(many, planOfMany(10_000));
  await benchPlans("review of 10,000 changes", [many]);
}
