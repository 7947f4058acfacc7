import { describe, expect, it } from "@jest/globals";
import { similarName, suggestion } from "../../src/runtime/similar-name";

const KNOWN = ["serverless", "instances", "access", "via", "functionUrl", "tags"];

describe("the similar name", () => {
  it.each([
    ["lacks a character", "serverles", "serverless"],
    ["has a character more", "serverlesss", "serverless"],
    ["has another character", "instancez", "instances"],
    ["has two characters in the wrong order", "acecss", "access"],
    ["has other capitals", "functionURL", "functionUrl"],
    ["is short and has one change", "tag", "tags"],
  ])("is found when a name %s", (_, name, expected) => {
    // Act
    const found = similarName(name, KNOWN);

    // Assess
    expect(found).toBe(expected);
  });

  it.each(["image", "vpc", "x", "", "server", "protected"])("does not exist for %p", (name) => {
    // Act
    const found = similarName(name, KNOWN);

    // Assess
    expect(found).toBeUndefined();
  });

  it("is the most similar of several names", () => {
    // Act
    const found = similarName("minCapacitu", ["maxCapacity", "minCapacity"]);

    // Assess
    expect(found).toBe("minCapacity");
  });
});

describe("the suggestion", () => {
  it("is a question, or is empty when no name is similar", () => {
    // Act
    const texts = [suggestion("serverles", KNOWN), suggestion("image", KNOWN)];

    // Assess
    expect(texts).toEqual([". Did you mean serverless?", ""]);
  });
});
