import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { DOCUMENT, MARKERS, withTimeBudget } from "../../documentation/time-budget";

const document = readFileSync(join(__dirname, "../../../..", DOCUMENT), "utf8");

describe("the time budget in the documentation", () => {
  it("is the budget of the code: run `npm run docs` after a change", () => {
    // Act
    const written = withTimeBudget(document);

    // Assess
    expect(document).toBe(written);
    expect(written).toContain("| API Gateway waits: `timeoutInSeconds`, default | 29 | 300 | 900 |");
  });

  it("replaces an outdated table", () => {
    // Prepare
    const outdated = document.replace("| 29 | 300 | 900 |", "| 28 | 300 | 900 |");

    // Act
    const written = withTimeBudget(outdated);

    // Assess
    expect(outdated).not.toBe(document);
    expect(written).toBe(document);
  });

  it.each(Object.values(MARKERS))("refuses a document without the line %s", (marker) => {
    // Act
    const act = () => withTimeBudget(document.replace(marker, ""));

    // Assess
    expect(act).toThrow(/^docs\/long-answers\.md: got no lines/);
  });
});
