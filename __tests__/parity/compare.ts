/**
 * Compares the functions' encodings with the trainings', case by case: run by hand, needs python3.
 *
 *     node --import tsx __tests__/functions/parity/compare.ts 20000
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { contract as bikeRental } from "../../functions/bike-rental/contract";
import { words } from "../../functions/sentiment/bag-of-words";
import { contract as sentiment } from "../../functions/sentiment/contract";
import { contract as toxicity } from "../../functions/toxicity/contract";
import { logCounts, moments, probabilities, reviews, separators } from "./arbitraries";

/** One of the things that `reference.py answer` answers. */
interface Comparison {
  readonly kind: string;
  readonly cases: fc.Arbitrary<unknown>;
  answer(value: unknown): unknown;
  /** Whether two answers that are not the same are as good as the same. @default never */
  agree?(ours: unknown, theirs: unknown): boolean;
}

const NUMBERS = [4, 0, 1, 1, 16.4, 20.455, 50, 26.0027] as const;
const OBSERVATION = { instances: [{ features: ["2012-12-19 17:00:00", ...NUMBERS] }] } as const;
type Observations = Parameters<typeof bikeRental.encode>[0];

const predictions = fc
  .array(fc.tuple(logCounts, separators), { minLength: 1, maxLength: 4 })
  .map((cells) => cells.map(([value, separator], at) => (at === 0 ? "" : separator) + value).join(""));

const comparisons: readonly Comparison[] = [
  {
    kind: "moment",
    cases: moments.map(({ text }) => text),
    answer: (text) => {
      const request = { instances: [{ features: [text, ...NUMBERS] }] };
      if (!bikeRental.schema.safeParse(request).success) return null;
      return bikeRental
        .encode(request as unknown as Observations)
        .body.split(",")
        .slice(NUMBERS.length)
        .map(Number);
    },
  },
  {
    kind: "predictions",
    cases: predictions,
    answer: (body) => {
      const rows = String(body).split(/[^\deE.+-]+/).length;
      const instances = Array(rows).fill(OBSERVATION.instances[0]);
      return bikeRental.decode(String(body), { instances });
    },
    // Mathematical libraries are right to a unit in the last place, not to the bit.
    agree: (ours, theirs) => {
      const [counts, others] = [ours, theirs] as [number[], number[]];
      const isNear = (count: number, at: number) => {
        const other = others[at] ?? Number.NaN;
        return Math.abs(count - other) <= 2 * Number.EPSILON * Math.abs(other);
      };
      return counts.length === others.length && counts.every(isNear);
    },
  },
  { kind: "review", cases: reviews, answer: (review) => words(String(review)) },
  {
    kind: "sentiment",
    cases: fc.oneof(probabilities, fc.double({ min: 0.49999, max: 0.50001, noNaN: true })).map(String),
    answer: (body) => (sentiment.decode(String(body), { review: "" }).sentiment === "positive" ? 1 : 0),
  },
  {
    kind: "probability",
    cases: probabilities,
    answer: (value) => {
      const [, [text]] = toxicity.decode(JSON.stringify([{ label: ["a"], prob: [value] }]), { q: "" });
      return text;
    },
  },
];

function compare({ kind, cases, answer, agree }: Comparison, count: number): boolean {
  const sample = fc.sample(cases, count);
  const input = sample.map((value) => `${JSON.stringify([kind, value])}\n`).join("");
  const script = join(__dirname, "reference.py");
  const { stdout, stderr, status } = spawnSync("python3", [script, "answer"], { input, maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`python3: ${stderr}`);

  const theirs = stdout.toString("utf8").trimEnd().split("\n");
  const differing = sample.flatMap((asked, at) => {
    const [ours, reference] = [answer(asked), JSON.parse(theirs[at] ?? "")];
    const same = JSON.stringify(ours) === JSON.stringify(reference) || agree?.(ours, reference);
    return same ? [] : [{ asked, ours, reference }];
  });
  console.error(`${kind}: ${count} compared, ${differing.length} differ`);
  for (const difference of differing.slice(0, 5)) console.error(JSON.stringify(difference));
  return differing.length === 0;
}

const agreed = comparisons.map((comparison) => compare(comparison, Number(process.argv[2] ?? 1_000)));
process.exitCode = agreed.every(Boolean) ? 0 : 1;
