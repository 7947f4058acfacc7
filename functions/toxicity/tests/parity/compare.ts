/**
 * Compares the contract's encoding with the training's encoding for random cases. Run it by hand. It needs python3.
 *
 *     node --import tsx functions/toxicity/tests/parity/compare.ts 20000
 */
import { join } from "node:path";
import { type Comparison, compareWithPython } from "../../../../training/compare-with-python";
import { contract } from "../../contract";
import { probabilities } from "./arbitraries";

const comparisons: readonly Comparison[] = [
  {
    kind: "probability",
    cases: probabilities,
    answer: (value) => {
      const [, [text]] = contract.decode(JSON.stringify([{ label: ["a"], prob: [value] }]));
      return text;
    },
  },
];

compareWithPython(
  join(__dirname, "reference.py"),
  comparisons,
  Number(process.argv[2] ?? 1_000),
  Number(process.argv[3] ?? 1),
);
