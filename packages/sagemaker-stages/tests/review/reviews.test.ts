import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { toMarkdown } from "../../src/review/rendering/render";
import { reportOf } from "../../src/review/report";
import { type RecordedPlan, recordedPlan } from "./support/recorded-plans";

const FOLDER = join(__dirname, "reviews");

/** Reviews of recorded plans of Terraform, as files to read. `npm run record:reviews` writes the files. */
describe("the review of the plan", () => {
  it.each<[RecordedPlan, string]>([
    ["nothing", "prod: nothing changes"],
    [
      "new-environment",
      "prod: new environment, 33 resources, $0.00 a month without requests · nothing destroyed",
    ],
    ["new-artifact", "prod: 1 endpoint rollout · nothing destroyed"],
    [
      "opened",
      "prod: 1 route opened to the public (POST /ticket-urgency no longer requires a signature) · nothing destroyed",
    ],
    ["widened", "prod: 2 principals gain permissions · nothing destroyed"],
    [
      "renamed",
      "prod: 1 endpoint, 2 log groups, 1 function and 4 more replaced · permissions for 2 new principals · calls fail after the apply: 1 endpoint · calls fail during the apply: 1 function · 1 updated",
    ],
    ["destroyed", "prod: everything destroyed (2 endpoints, 1 API, 1 stage and 29 more)"],
  ])("%s begins with: %s", (name, verdict) => {
    // Act
    const review = toMarkdown(reportOf([recordedPlan(name)]));

    // Assess
    const file = join(FOLDER, `${name}.md`);
    if (process.env.RECORD === "1") {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, review);
    }
    expect(review.split("\n")[0]).toBe(verdict);
    expect(review).toBe(readFileSync(file, "utf8"));
  });

  it("without changes is one line", () => {
    // Act
    const review = toMarkdown(reportOf([recordedPlan("nothing")]));

    // Assess
    expect(review.trimEnd().split("\n")).toHaveLength(1);
  });
});
