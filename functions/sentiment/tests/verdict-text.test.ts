import { describe, expect, it } from "@jest/globals";
import { describeVerdict, readSentiment } from "../page/verdict-text";

describe("the description of an answer", () => {
  it.each([
    ["positive", 0.97, "They liked it.", "very sure"],
    ["positive", 0.7, "They liked it.", "fairly sure"],
    ["positive", 0.51, "They may have liked it.", "not sure"],
    ["negative", 0.5, "They may have disliked it.", "not sure"],
    ["negative", 0.2, "They disliked it.", "fairly sure"],
    ["negative", 0, "They disliked it.", "very sure"],
  ] as const)(
    "contains the verdict and its certainty when the answer is %s with the score %d",
    (sentiment, score, verdict, certainty) => {
      // Act
      const words = describeVerdict({ sentiment, score });

      // Assess
      expect(words.verdict).toBe(verdict);
      expect(words.certainty).toContain(certainty);
      expect(words.certainty).toContain(sentiment);
    },
  );
});

describe("reading an answer", () => {
  it("returns the sentiment and the score when the answer has both", () => {
    // Act
    const read = readSentiment({ sentiment: "negative", score: 0.25 });

    // Assess
    expect(read).toEqual({ sentiment: "negative", score: 0.25 });
  });

  it.each([
    ["another sentiment", { sentiment: "fine", score: 0.5 }],
    ["a score above 1", { sentiment: "positive", score: 1.5 }],
    ["a score that is a text", { sentiment: "positive", score: "0.5" }],
    ["no object", "positive"],
    ["null", null],
  ])("returns nothing when the answer is %s", (_, body) => {
    // Act
    const read = readSentiment(body);

    // Assess
    expect(read).toBeUndefined();
  });
});
