import { describe, expect, it } from "@jest/globals";
import { size } from "../../../src/page/browser/size";

describe("a number of bytes", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [1_023, "1023 bytes"],
    [1_024, "1 KB"],
    [12_595, "12.3 KB"],
    [4_194_304, "4 MB"],
    [5e12, "4656.6 GB"],
  ])("of %d is read as %s", (bytes, expected) => {
    // Act
    const words = size(bytes);

    // Assess
    expect(words).toBe(expected);
  });
});
