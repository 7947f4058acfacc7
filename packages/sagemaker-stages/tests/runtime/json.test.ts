import { describe, expect, it } from "@jest/globals";
import { hasTooManyParts, MAX_JSON_PARTS } from "../../src/runtime/json";

/** A list with this number of empty objects, and the parts of `further`: the list itself is one part. */
const listOf = (objects: number, further = "0") => `[${"{},".repeat(objects)}${further}]`;

/** More brackets, braces and colons than parts that a document can have. */
const LOOKALIKES = "[{:".repeat(MAX_JSON_PARTS);

describe("a JSON document has too many parts", () => {
  it.each([
    ["with one part more than the limit", listOf(MAX_JSON_PARTS), true],
    ["with as many parts as the limit", listOf(MAX_JSON_PARTS - 1), false],
    ["with one more property than the limit", listOf(MAX_JSON_PARTS - 2, '{"a":1}'), true],
    ["whose parts follow a string with a quote", `["\\"",${listOf(MAX_JSON_PARTS)}]`, true],
    ["whose parts follow a string that ends with a backslash", `["\\\\",${listOf(MAX_JSON_PARTS)}]`, true],
    ["whose parts follow an empty string", `["",${listOf(MAX_JSON_PARTS)}]`, true],
  ])("or not, %s", (_what, text, expected) => {
    // Act
    const hasTooMany = hasTooManyParts(text);

    // Assess
    expect({ hasTooMany }).toEqual({ hasTooMany: expected });
  });

  it.each([
    ["a string", `["${LOOKALIKES}"]`],
    ["a string after an escaped quote", `["\\"${LOOKALIKES}"]`],
    ["a string after an escaped backslash and an escaped quote", `["\\\\\\"${LOOKALIKES}"]`],
    ["a string after an empty string", `["","${LOOKALIKES}"]`],
    ["a name of a property", `{"${LOOKALIKES}":1}`],
    ["a string without an end", `["${LOOKALIKES}`],
  ])("but not by brackets, braces and colons in %s", (_what, text) => {
    // Act
    const hasTooMany = hasTooManyParts(text);

    // Assess
    expect(hasTooMany).toBe(false);
  });
});
