/**
 * Compares the contract's encoding with the training's encoding for random cases. Run it by hand. It needs python3.
 *
 *     node --import tsx functions/bike-rental/tests/parity/compare.ts 20000
 */
import { join } from "node:path";
import fc from "fast-check";
import { type Comparison, compareWithPython } from "../../../../training/compare-with-python";
import { contract } from "../../contract";
import { at, type Observations, observations, PUBLISHED } from "../support/observations";
import { logCounts, moments, separators } from "./arbitraries";

const predictions = fc
  .array(fc.tuple(logCounts, separators), { minLength: 1, maxLength: 4 })
  .map((cells) => cells.map(([value, separator], at) => (at === 0 ? "" : separator) + value).join(""));

const comparisons: readonly Comparison[] = [
  {
    kind: "moment",
    cases: moments.map(({ text }) => text),
    answer: (text) => {
      const request: Observations = observations(at(String(text)));
      if (!contract.schema.safeParse(request).success) return null;
      const numbers = PUBLISHED[0].length - 1;
      return contract.encode(request).body.split(",").slice(numbers).map(Number);
    },
  },
  {
    kind: "predictions",
    cases: predictions,
    answer: (body) => {
      const rows = String(body).split(/[^\deE.+-]+/).length;
      return contract.decode(String(body), observations(...Array(rows).fill(PUBLISHED[0])));
    },
    // Results of mathematical libraries can differ in the last digit.
    agree: (answer, reference) => {
      const [counts, others] = [answer, reference] as [number[], number[]];
      const isNear = (count: number, index: number) => {
        const other = others[index] ?? Number.NaN;
        return Math.abs(count - other) <= 2 * Number.EPSILON * Math.abs(other);
      };
      return counts.length === others.length && counts.every(isNear);
    },
  },
];

compareWithPython(
  join(__dirname, "reference.py"),
  comparisons,
  Number(process.argv[2] ?? 1_000),
  Number(process.argv[3] ?? 1),
);
