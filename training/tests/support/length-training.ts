import { runTraining } from "../../script";

/** A training for tests: the model is the sum of the lengths of the lines. */
runTraining({
  model: "length",
  files: ["lines.txt"],
  read: (text) => text.split("\n"),
  train: (lines) => ({
    files: {
      "functions/length/sample/weights.json": JSON.stringify({
        sum: lines.reduce((sum, { length }) => sum + length, 0),
      }),
    },
    report: [`${lines.length} lines`],
  }),
});
