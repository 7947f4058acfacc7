import { afterAll, describe, expect, it } from "@jest/globals";
import { TIMEOUT_IN_MS, TrainingFolder } from "./support/training-run";

const SCRIPT = "training/tests/support/length-training.ts";
const USAGE = "usage: npx tsx functions/length/training/train.ts [--out <folder>] <lines.txt>";

const folder = new TrainingFolder();

afterAll(() => folder.remove());

describe("a training script", () => {
  it(
    "writes the model's files below the folder, and prints the report and the paths",
    async () => {
      // Prepare
      const file = folder.write("lines.txt", "one\nthree");

      // Act
      const run = await folder.run(SCRIPT, [file]);

      // Assess
      expect(run).toEqual({
        status: 0,
        output: "2 lines\nwritten: functions/length/sample/weights.json\n",
        errors: "",
        files: { "functions/length/sample/weights.json": '{"sum":8}' },
      });
    },
    TIMEOUT_IN_MS,
  );

  it.each([
    ["no file", [], `got 0 file(s); expected 1\n${USAGE}\n`],
    ["a file that does not exist", ["no-such-file.csv"], /^ENOENT: no such file.*'no-such-file\.csv'\n$/],
  ])(
    "ends with the status 1 and writes nothing for %s",
    async (_case, files, message) => {
      // Act
      const run = await folder.run(SCRIPT, files);

      // Assess
      expect(run.status).toBe(1);
      expect(run.errors).toEqual(message instanceof RegExp ? expect.stringMatching(message) : message);
      expect(run.files).toEqual({});
    },
    TIMEOUT_IN_MS,
  );
});
