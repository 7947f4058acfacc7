import { describe, expect, it } from "@jest/globals";
import { isMasked } from "../../src/environment/captured-requests";
import {
  type CapturedFields,
  type FlatRecord,
  flatten,
  isWholeStored,
} from "../../src/runtime/capture/fields";

const REQUEST = { age: 34, address: { zip: "1010", geo: { lat: 1.5 } }, tags: ["a", "b"], "a.b": 1 };

describe("the fields that are masked by the settings of capture", () => {
  it.each<CapturedFields>([
    {},
    { keep: ["age"] },
    { keep: ["address"] },
    { keep: ["zip", "tags"] },
    { keep: ["lat", "a.b"] },
    { drop: ["age"] },
    { drop: ["address"] },
    { drop: ["geo", "tags"] },
    { drop: ["a.b", "zip"] },
    { drop: ["request"] },
  ])("are the fields that the function stores as null: %j", (fields) => {
    // Prepare: the function masks all fields without keep and drop.
    const all = fields.drop === undefined ? { keep: [], ...fields } : fields;
    const stored: FlatRecord = {};
    const part = { value: REQUEST, isStored: isWholeStored(REQUEST, "request", all) };
    flatten(stored, part, "request", all);

    // Act
    const masked = Object.keys(stored).filter((path) => isMasked(path, fields, undefined));

    // Assess
    expect(masked).toEqual(Object.keys(stored).filter((path) => stored[path] === null));
  });

  it.each([
    { fields: { keep: ["instances"] }, expected: false },
    { fields: { drop: ["instances"] }, expected: true },
  ])("contain the fields of the rows as the list of rows decides: $fields", ({ fields, expected }) => {
    // Act
    const found = isMasked("age", fields, "instances");

    // Assess
    expect(found).toBe(expected);
  });
});
