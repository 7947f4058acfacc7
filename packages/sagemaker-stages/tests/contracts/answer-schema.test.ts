import { describe, expect, it } from "@jest/globals";
import { type JsonSchema, jsonReader } from "../../src/contracts/json-schema";

describe("an answer that does not match answerSchema", () => {
  it.each<[string, JsonSchema, unknown, string]>([
    ["the whole answer", { type: "object" }, 3, ""],
    [
      "an element of a property",
      { type: "object", properties: { labels: { type: "array", items: { type: "string" } } } },
      { labels: ["wren", 7] },
      " at labels.1",
    ],
    [
      "a name of the model, which is a part of the answer",
      { type: "object", additionalProperties: { type: "number" } },
      { "alice@example.com": "x" },
      " at *",
    ],
    [
      "a property in a list of objects with free names",
      {
        type: "array",
        items: {
          type: "object",
          additionalProperties: { type: "object", properties: { score: { type: "number" } } },
        },
      },
      [{ "alice@example.com": { score: "high" } }],
      " at 0.*.score",
    ],
    [
      "a name that every object inherits",
      { type: "object", additionalProperties: { type: "number" } },
      { constructor: "x" },
      " at *",
    ],
  ])("is described by its place, without a name that the schema lacks: %s", (_, schema, answer, place) => {
    // Act
    const act = () => jsonReader(schema)(JSON.stringify(answer));

    // Assess
    expect(act).toThrow(new Error(`the answer does not match answerSchema${place}`));
  });
});
