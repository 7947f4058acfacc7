import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { expectRefusal, expectSameFiles, expectSuccess } from "../../../training/tests/support/assess-run";
import { type Run, TIMEOUT_IN_MS, TrainingFolder } from "../../../training/tests/support/training-run";
import { reviews } from "./support/data-set";

const SCRIPT = "functions/sentiment/training/train.ts";
const WEIGHTS = "functions/sentiment/sample/weights.json";

const folder = new TrainingFolder();
let first: Run;
let second: Run;

beforeAll(async () => {
  const files = ["film", "phone", "meal"].map((topic) => folder.write(`${topic}.txt`, reviews(topic)));
  [first, second] = await Promise.all([folder.run(SCRIPT, files), folder.run(SCRIPT, files)]);
}, TIMEOUT_IN_MS);

afterAll(() => folder.remove());

describe("the training of sentiment", () => {
  it("succeeds and prints the quality on held-out rows", () => {
    // Assess
    expectSuccess(first, WEIGHTS);
  });

  it("writes the same files for the same data, byte for byte", () => {
    // Assess
    expectSameFiles(second, first, WEIGHTS);
  });

  it("learns the weights of good and bad, in the order of the vocabulary", () => {
    // Prepare
    const vocabulary: Record<string, number> = JSON.parse(
      first.files["functions/sentiment/vocabulary.json"] ?? "",
    );
    const { weights }: { weights: number[] } = JSON.parse(first.files[WEIGHTS] ?? "");

    // Act
    const weightOf = (word: string) => weights[vocabulary[word] ?? -1];

    // Assess
    expect(Object.values(vocabulary).sort((a, b) => a - b)).toEqual([...weights.keys()]);
    expect(Object.keys(vocabulary)).toEqual(expect.arrayContaining(["a", "film", "phone", "meal", "number"]));
    expect(weightOf("good")).toBeGreaterThan(1);
    expect(weightOf("bad")).toBeLessThan(-1);
  });

  it(
    "ends with the status 1 and writes nothing for a line without a label",
    async () => {
      // Prepare
      const files = ["Good.\t1\nBad.\n", "", ""].map((text, n) => folder.write(`bad-${n}.txt`, text));

      // Act
      const run = await folder.run(SCRIPT, files);

      // Assess
      expectRefusal(run, "line 2: expected a text, a tab, and");
    },
    TIMEOUT_IN_MS,
  );
});
