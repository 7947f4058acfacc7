/**
 * Compares the contract's encoding with the training's encoding for random cases. Run it by hand. It needs python3.
 *
 *     node --import tsx functions/sentiment/tests/parity/compare.ts 20000
 */
import { join } from "node:path";
import fc from "fast-check";
import { type Comparison, compareWithPython } from "../../../../training/compare-with-python";
import { tokenize } from "../../bag-of-words";
import { contract } from "../../contract";
import { probabilities, reviews } from "./arbitraries";

const comparisons: readonly Comparison[] = [
  {
    kind: "review",
    // Characters that this Node.js does not know. The reference reports characters that Python does not know.
    cases: reviews.filter((review) => !/\p{Cn}/u.test(review)),
    answer: (review) => tokenize(String(review)),
    agree: (_, reference) => reference === null,
  },
  {
    kind: "sentiment",
    cases: fc.oneof(probabilities, fc.double({ min: 0.49999, max: 0.50001, noNaN: true })).map(String),
    answer: (body) => (contract.decode(String(body)).sentiment === "positive" ? 1 : 0),
  },
];

compareWithPython(
  join(__dirname, "reference.py"),
  comparisons,
  Number(process.argv[2] ?? 1_000),
  Number(process.argv[3] ?? 1),
);
