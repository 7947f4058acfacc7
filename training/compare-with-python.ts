import { spawnSync } from "node:child_process";
import fc from "fast-check";

/** Cases that the app's code and the Python reference of a model both answer. */
export interface Comparison {
  /** The name of an entry of `ANSWERS` in the reference. */
  readonly kind: string;
  readonly cases: fc.Arbitrary<unknown>;
  /** The answer of the app's code, as plain JSON. */
  answer(value: unknown): unknown;
  /** Whether two different answers are both correct. @default never */
  agree?(answer: unknown, reference: unknown): boolean;
}

/**
 * Compares code of a model with the model's Python reference on generated cases, and prints the differences. The status of
 * the process becomes 1 if a case differs.
 *
 * @param script - the path of `reference.py`: `python3 reference.py answer` reads a line of JSON, `[kind, case]`, for each
 * case, and prints a line of JSON for each answer
 * @param count - the number of cases of each kind
 * @param seed - the seed of the generator: the same seed generates the same cases
 * @throws Error if python3 is missing or the reference fails
 */
export function compareWithPython(
  script: string,
  comparisons: readonly Comparison[],
  count: number,
  seed = 1,
): void {
  const equal = comparisons.map((comparison) => compare(script, comparison, { count, seed }));
  if (!equal.every(Boolean)) process.exitCode = 1;
}

function compare(
  script: string,
  { kind, cases, answer, agree }: Comparison,
  { count, seed }: { readonly count: number; readonly seed: number },
): boolean {
  const sample = fc.sample(cases, { numRuns: count, seed });
  const references = answersOfPython(script, kind, sample);
  const differences = sample.flatMap((value, index) => {
    const [ours, reference] = [answer(value), references[index]];
    const isEqual = JSON.stringify(ours) === JSON.stringify(reference) || agree?.(ours, reference);
    return isEqual ? [] : [{ case: value, ours, reference }];
  });
  console.error(`${kind}: ${count} compared, ${differences.length} differ`);
  for (const difference of differences.slice(0, 5)) console.error(JSON.stringify(difference));
  return differences.length === 0;
}

function answersOfPython(script: string, kind: string, sample: readonly unknown[]): unknown[] {
  const input = sample.map((value) => `${JSON.stringify([kind, value])}\n`).join("");
  const { stdout, stderr, status, error } = spawnSync("python3", [script, "answer"], {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  // A reference that ends early also causes the error EPIPE. Only its standard error names the cause.
  if (status !== 0) throw new Error(`python3: ${[error?.message, stderr].filter(Boolean).join("\n")}`);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}
