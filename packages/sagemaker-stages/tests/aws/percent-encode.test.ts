import { expect, it } from "@jest/globals";
import { percentEncode } from "../../src/aws/percent-encode";

it.each([
  ["a-b_c.d~e", "a-b_c.d~e"],
  ["a b+c/d", "a%20b%2Bc%2Fd"],
  ["!'()*", "%21%27%28%29%2A"],
  ["é", "%C3%A9"],
])("percentEncode encodes %j for Signature Version 4", (text, encoded) => {
  // Act
  const found = percentEncode(text);

  // Assess
  expect(found).toBe(encoded);
});
