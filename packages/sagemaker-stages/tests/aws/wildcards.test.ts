import { describe, expect, it } from "@jest/globals";
import { coversPattern, literalInPattern, matchesPattern, variablesIn } from "../../src/aws/wildcards";
import { growthOf, LINEAR_GROWTH } from "../support/cpu-time";

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: policy variables look like placeholders
describe("a pattern of IAM", () => {
  it.each([
    ["*", ""],
    ["*", "a:b/c"],
    ["a*c", "abbc"],
    ["a**b", "ab"],
    ["a?c", "abc"],
    ["a.c", "a.c"],
    ["home/${*}", "home/*"],
    ["home/${?}", "home/?"],
    ["home/${$}{x}", "home/${x}"],
    ["*b*c", "abbabc"],
  ])("%s matches %s", (pattern, text) => {
    // Act
    const matches = matchesPattern(pattern, text);

    // Assess
    expect(matches).toBe(true);
  });

  it.each([
    ["a?", "a"],
    ["a?", "abc"],
    ["a.c", "abc"],
    ["abc", "ABC"],
    ["a*", "ba"],
    ["home/${*}", "home/a"],
    ["home/${?}", "home/a"],
    // The variable has no value here. IAM matches nothing if a variable has no value.
    ["home/${aws:username}", "home/a"],
    ["home/${aws:username}", "home/${aws:username}"],
  ])("%s does not match %s", (pattern, text) => {
    // Act
    const matches = matchesPattern(pattern, text);

    // Assess
    expect(matches).toBe(false);
  });

  it("is compared in linear time of the text for many wildcards", async () => {
    // Prepare
    const pattern = `${"*a".repeat(40)}b`;

    // Act
    const growth = await growthOf(
      250,
      (characters) => "a".repeat(characters),
      (text) => matchesPattern(pattern, text),
    );
    const matches = matchesPattern(pattern, "a".repeat(4_000));

    // Assess
    expect(matches).toBe(false);
    expect(growth).toBeLessThan(LINEAR_GROWTH);
  });

  it("has variables, without the variables that mean one character", () => {
    // Act
    const variables = variablesIn("${aws:username}/${*}/${aws:PrincipalTag/team}");

    // Assess
    expect(variables).toEqual(["aws:username", "aws:PrincipalTag/team"]);
  });
});

describe("a pattern and another pattern", () => {
  it.each<[string, string, boolean]>([
    ["*", "a*", true],
    ["a*", "a*", true],
    ["a*c", "ab*c", true],
    ["a?", "ab", true],
    ["a?", "a*", false],
    ["a?", "a?", true],
    ["a*", "*", false],
    ["ab", "a?", false],
    ["a**b", "ab", true],
    ["home/*", "home/${aws:username}/x", true],
    ["home/${aws:username}", "home/${aws:username}", true],
    ["home/${aws:username}*", "home/${aws:username}/x", true],
    ["home/${aws:username}", "home/${aws:userid}", false],
    ["home/${aws:username}", "home/x", false],
    // The value of a variable has any number of characters.
    ["home/?", "home/${a}", false],
    ["home/???", "home/${a}", false],
    // An escaped asterisk is one character.
    ["a${*}", "ab", false],
    ["a?", "a${*}", true],
    [`${"*a".repeat(40)}b`, "a".repeat(200), false],
  ])("%s covers %s: %s", (outer, inner, isCovered) => {
    // Act
    const covers = coversPattern(outer, inner);

    // Assess
    expect(covers).toBe(isCovered);
  });
});

describe("literalInPattern", () => {
  it.each(["plain/key", "a*b", "a?b", "${aws:username}", "$5", "${*}"])(
    "returns a pattern that matches the text: %s",
    (text) => {
      // Act
      const pattern = literalInPattern(text);

      // Assess
      expect(matchesPattern(pattern, text)).toBe(true);
    },
  );

  it("returns a pattern that matches no other text", () => {
    // Act
    const pattern = literalInPattern("a*?");

    // Assess
    expect(pattern).toBe("a${*}${?}");
    expect(matchesPattern(pattern, "abc")).toBe(false);
  });

  it("keeps references that CDKTF resolves", () => {
    // Act
    const pattern = literalInPattern("${TfToken[TOKEN.7]}/*");

    // Assess
    expect(pattern).toBe("${TfToken[TOKEN.7]}/${*}");
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: policy variables look like placeholders
