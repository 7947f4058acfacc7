import { describe, expect, it } from "@jest/globals";
import { duration, waitingWords } from "../../../src/page/browser/words";

describe("waiting", () => {
  it.each([
    [0, "Waiting for the model …"],
    [1_999, "Waiting for the model …"],
    [2_000, "The model is waking up; the first answer can take up to half a minute."],
    [29_000, "The model is waking up; the first answer can take up to half a minute."],
    [40_000, "The answer takes longer than a stage's limit. You can cancel and try again."],
  ])("for %d ms is described", (elapsedInMs, words) => {
    // Act
    const text = waitingWords(elapsedInMs);

    // Assess
    expect(text).toBe(words);
  });
});

describe("a duration", () => {
  it.each([
    [42.6, "43 ms"],
    [1_240, "1.2 s"],
    [28_400, "28 s"],
  ])("of %d ms is written as %s", (milliseconds, words) => {
    // Act
    const text = duration(milliseconds);

    // Assess
    expect(text).toBe(words);
  });
});
