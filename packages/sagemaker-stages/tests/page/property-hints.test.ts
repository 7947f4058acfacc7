import { describe, expect, it } from "@jest/globals";
import { huggingFace } from "../../src/contracts/hugging-face";
import { TASK_TEXTS } from "../../src/contracts/hugging-face-texts";
import { planRoutes } from "../../src/page/plan/form-plan";
import { withPropertyHints } from "../../src/page/property-hints";
import { documentOf } from "./support/documents";

describe("the field for the parameters of a task of Hugging Face", () => {
  it("the field has the names as its hint, and an example as its placeholder", () => {
    // Prepare
    const document = documentOf({ story: huggingFace("text-generation") });

    // Act
    const [route] = planRoutes(document);

    // Assess
    const field = route?.fields.find(({ name }) => name === "parameters");
    expect(field).toMatchObject({
      description:
        "Properties: max_new_tokens, do_sample, temperature, top_k, top_p, repetition_penalty, return_full_text, stop.",
      placeholder: '{ "max_new_tokens": 100 }',
      example: "",
    });
  });

  it("the field has a hint or a filled example in every task", () => {
    // Prepare
    const tasks = Object.keys(TASK_TEXTS) as (keyof typeof TASK_TEXTS)[];
    const document = documentOf(Object.fromEntries(tasks.map((task) => [task, huggingFace(task)])));

    // Act
    const fields = planRoutes(document).flatMap((route) => route.fields);

    // Assess
    const parameters = fields.filter(({ name }) => name === "parameters");
    expect(parameters.length).toBeGreaterThan(7);
    expect(
      parameters.filter(({ description, placeholder, example }) => !description || !(placeholder || example)),
    ).toEqual([]);
  });
});

describe("the hint of a property", () => {
  const hintOf = (property: object) => {
    const schema = { type: "object", properties: { options: { type: "object", ...property } } };
    return JSON.parse(JSON.stringify(withPropertyHints(JSON.parse(JSON.stringify(schema))))).properties
      .options;
  };

  it.each([
    ["a whole number", { type: "integer", minimum: 1, maximum: 1000 }, 100],
    ["a whole number with small limits", { type: "integer", minimum: 1, maximum: 20 }, 10],
    [
      "a number between excluded limits",
      { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 1 },
      0.5,
    ],
    ["a number above a limit", { type: "number", minimum: 500 }, 501],
    ["a number below a limit", { type: "number", maximum: 50 }, 49],
    ["a choice", { type: "string", enum: ["none", "simple"] }, "none"],
    ["a switch", { type: "boolean" }, true],
  ])("the hint has an example of %s", (_, property, value) => {
    // Act
    const hint = hintOf({ properties: { text: { type: "string" }, known: property } });

    // Assess
    expect(hint).toMatchObject({ description: "Properties: text, known.", example: { known: value } });
  });

  it("the hint has no example when a property is required or has no obvious value", () => {
    // Act
    const hints = [
      hintOf({ properties: { a: { type: "boolean" } }, required: ["a"] }),
      hintOf({ properties: { a: { type: "string" } } }),
    ];

    // Assess
    expect(hints.map(({ description }) => description)).toEqual(["Properties: a.", "Properties: a."]);
    expect(hints.map(({ example }) => example)).toEqual([undefined, undefined]);
  });

  it("the hint is the property's own description when the property has a description", () => {
    // Act
    const hint = hintOf({ description: "How to answer.", properties: { a: { type: "boolean" } } });

    // Assess
    expect(hint).toMatchObject({ description: "How to answer.", example: { a: true } });
  });
});
