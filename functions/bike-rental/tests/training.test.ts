import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { expectRefusal, expectSameFiles, expectSuccess } from "../../../training/tests/support/assess-run";
import { type Run, TIMEOUT_IN_MS, TrainingFolder } from "../../../training/tests/support/training-run";
import { sumOfTrees } from "../sample/trees";
import { bikeHours } from "./support/data-set";

const SCRIPT = "functions/bike-rental/training/train.ts";
const WEIGHTS = "functions/bike-rental/sample/weights.json";

const TWO_DAYS = bikeHours().split("\n").slice(0, 49).join("\n");

const folder = new TrainingFolder();
let first: Run;
let second: Run;

beforeAll(async () => {
  const files = [folder.write("train.csv", bikeHours())];
  [first, second] = await Promise.all([folder.run(SCRIPT, files), folder.run(SCRIPT, files)]);
}, TIMEOUT_IN_MS);

afterAll(() => folder.remove());

describe("the training of bike-rental", () => {
  it("succeeds and prints the quality on held-out rows", () => {
    // Assess
    expectSuccess(first, WEIGHTS);
  });

  it("writes the same files for the same data, byte for byte", () => {
    // Assess
    expectSameFiles(second, first, WEIGHTS);
  });

  it("learns the difference between day and night", () => {
    // Prepare
    const weights = JSON.parse(first.files[WEIGHTS] ?? "");
    const at = (hour: number) => [1, 0, 1, 1, 9.84, 14.395, 81, 0, 2011, 1, 25, 1, hour];

    // Act
    const counts = [3, 12, 22].map((hour) => Math.expm1(sumOfTrees(weights, at(hour))));

    // Assess
    expect(counts[0]).toBeCloseTo(10, 0);
    expect(Math.abs((counts[1] ?? 0) - 200)).toBeLessThan(2);
    expect(counts[2]).toBeCloseTo(10, 0);
  });

  it(
    "ends with the status 1 and writes nothing for other columns",
    async () => {
      // Prepare
      const files = [folder.write("other.csv", "dteday,hr,cnt\n2011-01-01,0,16\n")];

      // Act
      const run = await folder.run(SCRIPT, files);

      // Assess
      expectRefusal(run, "expected the columns datetime,");
    },
    TIMEOUT_IN_MS,
  );

  it(
    "ends with the status 1 and writes nothing for a date that does not exist",
    async () => {
      // Prepare
      const files = [folder.write("date.csv", TWO_DAYS.replace("2011-01-02", "2011-02-30"))];

      // Act
      const run = await folder.run(SCRIPT, files);

      // Assess
      expectRefusal(run, "row 25: instances[0]");
    },
    TIMEOUT_IN_MS,
  );
});
