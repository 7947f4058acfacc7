import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "@jest/globals";

const REFERENCE = join(__dirname, "../parity/reference.py");

it("the reference gives no words for a review with a character that no version of Unicode contains", () => {
  // Prepare
  const reviews = ["GOOD.\u{1fffe}", "GOOD."];

  // Act
  const { stdout } = spawnSync("python3", [REFERENCE, "answer"], {
    input: reviews.map((review) => `${JSON.stringify(["review", review])}\n`).join(""),
    encoding: "utf8",
  });

  // Assess
  expect(stdout).toBe('null\n["good"]\n');
});
