import { describe, expect, it } from "@jest/globals";
import { randomText } from "../../src/local/random";

/** Enough ids for several blocks of random bytes. */
const COUNT = 2_000;

describe("random ids", () => {
  it.each([
    ["hex", 8, /^[0-9a-f]{16}$/],
    ["hex", 12, /^[0-9a-f]{24}$/],
    ["base64", 11, /^[A-Za-z0-9+/]{15}=$/],
  ] as const)("%s of %d bytes never repeats", (encoding, bytes, pattern) => {
    // Act
    const ids = Array.from({ length: COUNT }, () => randomText(bytes, encoding));

    // Assess
    expect(new Set(ids).size).toBe(COUNT);
    expect(ids.filter((id) => !pattern.test(id))).toEqual([]);
  });
});
