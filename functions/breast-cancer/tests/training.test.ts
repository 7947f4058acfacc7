import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { logisticScore } from "sagemaker-stages/sample";
import { expectRefusal, expectSameFiles, expectSuccess } from "../../../training/tests/support/assess-run";
import { type Run, TIMEOUT_IN_MS, TrainingFolder } from "../../../training/tests/support/training-run";
import { wdbc } from "./support/data-set";

const SCRIPT = "functions/breast-cancer/training/train.ts";
const WEIGHTS = "functions/breast-cancer/sample/weights.json";

const folder = new TrainingFolder();
let first: Run;
let second: Run;

beforeAll(async () => {
  const files = [folder.write("wdbc.data", wdbc())];
  [first, second] = await Promise.all([folder.run(SCRIPT, files), folder.run(SCRIPT, files)]);
}, TIMEOUT_IN_MS);

afterAll(() => folder.remove());

describe("the training of breast-cancer", () => {
  it("succeeds and prints the quality on held-out rows", () => {
    // Assess
    expectSuccess(first, WEIGHTS);
  });

  it("writes the same files for the same data, byte for byte", () => {
    // Assess
    expectSameFiles(second, first, WEIGHTS);
  });

  it("gives the largest weight to the decisive feature", () => {
    // Prepare
    const weights = JSON.parse(first.files[WEIGHTS] ?? "");
    const row = (value: number) => [value, ...Array<number>(29).fill(0.8)];

    // Act
    const scores = [12, 27].map((value) => logisticScore(weights, row(value)));

    // Assess
    expect(scores[0]).toBeLessThan(0.1);
    expect(scores[1]).toBeGreaterThan(0.9);
  });

  it(
    "ends with the status 1 and writes nothing for an unknown diagnosis",
    async () => {
      // Prepare
      const files = [folder.write("unknown.data", wdbc().replace(",B,", ",benign,"))];

      // Act
      const run = await folder.run(SCRIPT, files);

      // Assess
      expectRefusal(run, "benign; expected M or B");
    },
    TIMEOUT_IN_MS,
  );
});
