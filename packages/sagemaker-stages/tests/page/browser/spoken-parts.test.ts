import { describe, expect, it } from "@jest/globals";
import { SpokenParts } from "../../../src/page/browser/spoken-parts";

describe("the announcements of an answer that arrives in parts", () => {
  it("are the whole answer at its end if the answer is short", () => {
    // Prepare
    const spoken = new SpokenParts();

    // Act
    const during = [spoken.push("One. ", 0), spoken.push("One. Two. ", 4_999)];

    // Assess
    expect(during).toEqual([undefined, undefined]);
    expect(spoken.end("One. Two. ", "Answered: One. Two.")).toBe("Answered: One. Two.");
  });

  it("are whole sentences after every five seconds, and the rest at the end, each once", () => {
    // Prepare
    const spoken = new SpokenParts();
    const text = 'One. "Two!" Three\nFour, five. Six';

    // Act
    const during = [
      spoken.push("One", 0),
      spoken.push('One. "Two!" Thr', 5_000),
      spoken.push('One. "Two!" Three\nFour,', 9_000),
      spoken.push('One. "Two!" Three\nFour, five. S', 10_000),
    ];

    // Assess
    expect(during).toEqual([undefined, 'One. "Two!"', undefined, "Three\nFour, five."]);
    expect(spoken.end(text, "unused")).toBe("Six The answer is complete.");
  });

  it("wait for the end of a sentence", () => {
    // Prepare
    const spoken = new SpokenParts();

    // Act
    const during = [
      spoken.push("A", 0),
      spoken.push("A long 3.5 sentence", 60_000),
      spoken.push("A long 3.5 sentence. Next", 60_001),
    ];

    // Assess
    expect(during).toEqual([undefined, undefined, "A long 3.5 sentence."]);
    expect(spoken.end("A long 3.5 sentence. Next", "unused")).toBe("Next The answer is complete.");
  });

  it("end with one sentence if every sentence is announced", () => {
    // Prepare
    const spoken = new SpokenParts();
    spoken.push("A", 0);
    spoken.push("A. ", 5_000);

    // Act
    const last = spoken.end("A. ", "unused");

    // Assess
    expect(last).toBe("The answer is complete.");
  });
});
