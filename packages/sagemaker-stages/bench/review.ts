import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMAND } from "../tests/local/support/project";
import { largePlans } from "../tests/review/support/large-plans";
import { largePolicies, planOfMany, planOfPair } from "../tests/review/support/large-policies";
import { FIXTURE_APP, median, nodeCost } from "./measure";
import type { Report } from "./report";

/** The size of the measurement. Tests measure a small size. */
export interface ReviewSize {
  /** The reviews of each plan. */
  readonly rounds: number;
  readonly environments: number;
  /** The copies of the recorded resources in the plan of each environment. */
  readonly copies: number;
  /** The pairs of policies of which the slowest pair is measured. */
  readonly pairs: number;
  /** The changes of one plan. */
  readonly changes: number;
}

/** 12 environments with 3 copies have plans of 3 MB. */
const SIZE: ReviewSize = {
  rounds: 9,
  environments: 12,
  copies: 3,
  pairs: Number.POSITIVE_INFINITY,
  changes: 10_000,
};

/** Measures plans of all environments, the slowest pair of policies of a valid size, and many changes. */
export async function benchReview(report: Report, folder: string, size = SIZE): Promise<void> {
  const plans = largePlans(size.environments, size.copies);
  const inMb = plans.reduce((sum, { text }) => sum + text.length, 0) / 1_000_000;
  const files = plans.map(({ name, text }) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, text);
    return file;
  });
  const empty = join(folder, "empty.ts");
  writeFileSync(empty, "");
  const timeOf = async (words: readonly string[]) => (await nodeCost(words, { cwd: FIXTURE_APP })).timeInMs;
  const medianTime = async (words: readonly string[]): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < size.rounds; round++) times.push(await timeOf(words));
    return median(times);
  };
  const baseValue = await medianTime(["--import", "tsx", empty]);
  const benchPlans = async (measured: string, reviewed: readonly string[]): Promise<void> => {
    const value = await medianTime([COMMAND, "review", ...reviewed]);
    report.add({ measured, value, base: "starting Node.js with tsx", baseValue, unit: "ms" });
  };
  await benchPlans(`review of ${plans.length} environments' plans, ${inMb.toFixed(0)} MB`, files);

  // Each of several pairs is reviewed once. The slowest pair is measured.
  const pairs: { readonly file: string; readonly name: string; readonly time: number }[] = [];
  for (const [index, pair] of largePolicies().slice(0, size.pairs).entries()) {
    const file = join(folder, `pair-${index}.json`);
    writeFileSync(file, planOfPair(pair));
    pairs.push({ file, name: pair.name, time: size.pairs > 1 ? await timeOf([COMMAND, "review", file]) : 0 });
  }
  const [worst] = pairs.sort((one, other) => other.time - one.time);
  if (worst === undefined) throw new Error("there is no pair of policies to review");
  await benchPlans(`review of the slowest policy pair of legal size (${worst.name})`, [worst.file]);

  const many = join(folder, "many.json");
  writeFileSync(many, planOfMany(size.changes));
  await benchPlans(`review of ${size.changes.toLocaleString("en-US")} changes`, [many]);
}
