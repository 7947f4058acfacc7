import { describe, expect, it } from "@jest/globals";
import { describeVerdict, duration, waitingWords } from "../../../src/page/browser/words";

describe("waiting", () => {
  it.each([
    [0, "Asking the model …"],
    [1_999, "Asking the model …"],
    [2_000, "The model is waking up; the first answer can take up to half a minute."],
    [29_000, "The model is waking up; the first answer can take up to half a minute."],
    [40_000, "This takes longer than a stage needs to answer. You can cancel and try again."],
  ])("for %d ms says what for", (elapsedInMs, words) => {
    // Act
    const told = waitingWords(elapsedInMs);

    // Assess
    expect(told).toBe(words);
  });
});

describe("a score", () => {
  it.each([
    ["positive", 0.97, "They liked it.", "very sure"],
    ["positive", 0.7, "They liked it.", "fairly sure"],
    ["positive", 0.51, "They may have liked it.", "not sure"],
    ["negative", 0.5, "They may have disliked it.", "not sure"],
    ["negative", 0.2, "They disliked it.", "fairly sure"],
    ["negative", 0, "They disliked it.", "very sure"],
  ] as const)("that is %s with %d is told as a verdict", (sentiment, score, verdict, certainty) => {
    // Act
    const words = describeVerdict(sentiment, score);

    // Assess
    expect(words.verdict).toBe(verdict);
    expect(words.certainty).toContain(certainty);
    expect(words.certainty).toContain(sentiment);
  });
});

describe("a duration", () => {
  it.each([
    [42.6, "43 ms"],
    [1_240, "1.2 s"],
    [28_400, "28 s"],
  ])("of %d ms is told as %s", (milliseconds, words) => {
    // Act
    const told = duration(milliseconds);

    // Assess
    expect(told).toBe(words);
  });
});
