import { describe, expect, it } from "@jest/globals";
import { isObject, isObjectOrList, parseJson } from "../../src/lib/json";

describe("parsed JSON", () => {
  it.each<[string, unknown]>([
    ['{"a":[1]}', { a: [1] }],
    ["null", null],
    ["", undefined],
    ['{"password":', undefined],
  ])("of the text %j is %j", (text, expected) => {
    // Act
    const document = parseJson(text);

    // Assess
    expect(document).toEqual(expected);
  });
});

describe("a value", () => {
  it.each<[unknown, boolean, boolean]>([
    [{ a: 1 }, true, true],
    [[1], false, true],
    [null, false, false],
    [undefined, false, false],
    ["{}", false, false],
  ])("%j is an object: %s; an object or a list: %s", (value, object, objectOrList) => {
    // Act
    const found = [isObject(value), isObjectOrList(value)];

    // Assess
    expect(found).toEqual([object, objectOrList]);
  });
});
