import { describe, expect, it } from "@jest/globals";
import { duration, waitingText } from "../../../src/page/browser/time-text";

describe("waiting", () => {
  it.each([
    [0, "Waiting for the model …"],
    [1_999, "Waiting for the model …"],
    [2_000, "The model is starting. The first answer can take up to half a minute."],
    [29_000, "The model is starting. The first answer can take up to half a minute."],
    [40_000, "The answer takes longer than half a minute. You can wait, or cancel and try again."],
  ])("a wait of %d ms is described", (elapsedInMs, expected) => {
    // Act
    const text = waitingText(elapsedInMs);

    // Assess
    expect(text).toBe(expected);
  });
});

describe("a duration", () => {
  it.each([
    [42.6, "43 ms"],
    [1_240, "1.2 s"],
    [28_400, "28 s"],
  ])("the duration of %d ms is shown as %s", (milliseconds, expected) => {
    // Act
    const text = duration(milliseconds);

    // Assess
    expect(text).toBe(expected);
  });
});
