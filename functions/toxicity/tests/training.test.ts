import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { expectRefusal, expectSameFiles, expectSuccess } from "../../../training/tests/support/assess-run";
import { type Run, TIMEOUT_IN_MS, TrainingFolder } from "../../../training/tests/support/training-run";
import { classifierFor } from "../sample/classifier";
import { posts } from "./support/data-set";

const SCRIPT = "functions/toxicity/training/train.ts";
const WEIGHTS = "functions/toxicity/sample/weights.json";

const folder = new TrainingFolder();
let first: Run;
let second: Run;

beforeAll(async () => {
  const files = [folder.write("labeled_data.csv", posts())];
  [first, second] = await Promise.all([folder.run(SCRIPT, files), folder.run(SCRIPT, files)]);
}, TIMEOUT_IN_MS);

afterAll(() => folder.remove());

describe("the training of toxicity", () => {
  it("succeeds and prints the quality on held-out rows", () => {
    // Assess
    expectSuccess(first, WEIGHTS);
  });

  it("writes the same files for the same data, byte for byte", () => {
    // Assess
    expectSameFiles(second, first, WEIGHTS);
  });

  it("learns the word of each class, and nothing from rows after the published data", () => {
    // Prepare
    const classify = classifierFor(JSON.parse(first.files[WEIGHTS] ?? ""));

    // Act
    const likeliest = ["thunder", "drizzle", "sunshine"].map((text) => classify(text)[0]?.label);

    // Assess
    expect(likeliest).toEqual(["__label__hate", "__label__offensive", "__label__none"]);
    expect(first.output).toContain("left out 60 rows");
  });

  it(
    "ends with the status 1 and writes nothing for a quote that is not closed",
    async () => {
      // Prepare
      const files = [folder.write("quote.csv", `${posts()}9,3,0,0,3,1,"open`)];

      // Act
      const run = await folder.run(SCRIPT, files);

      // Assess
      expectRefusal(run, "record 152: a quote is not");
    },
    TIMEOUT_IN_MS,
  );
});
