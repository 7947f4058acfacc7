import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
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
    // Act
    const { status, output, errors } = first;

    // Assess
    expect(errors).toBe("");
    expect(status).toBe(0);
    expect(output).toMatch(/^held out [1-9]\d* /m);
    expect(output).toContain(WEIGHTS);
  });

  it("writes the same files for the same data, byte for byte", () => {
    // Act
    const { files } = second;

    // Assess
    expect(Object.keys(first.files)).toContain(WEIGHTS);
    expect(files).toEqual(first.files);
  });

  it("learns the word of each class, and nothing from rows behind the published data", () => {
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
      expect(run.status).toBe(1);
      expect(run.errors).toContain("record 152: a quote is not");
      expect(run.errors.trimEnd().split("\n")).toHaveLength(1);
      expect(run.files).toEqual({});
    },
    TIMEOUT_IN_MS,
  );
});
