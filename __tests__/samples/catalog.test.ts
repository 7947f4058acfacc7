import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { catalog } from "../../functions";
import { samples } from "../../functions/samples";

const MODELS = [...samples.keys()];

const WEIGHTS_LIMIT_IN_BYTES = 300 * 1024;

describe("the sample models", () => {
  it("are there for models that exist, and for no other", () => {
    // Act
    const unknown = MODELS.filter((model) => !Object.keys(catalog).includes(model));

    // Assess
    expect(MODELS.length).toBeGreaterThan(0);
    expect(unknown).toEqual([]);
  });

  it.each(MODELS)("say what they are: %s", (model) => {
    // Act
    const description = samples.get(model)?.description;

    // Assess
    expect(description).toMatch(/^sample model: /);
  });

  it.each(MODELS)("are small: %s", (model) => {
    // Act
    const { size } = statSync(join(__dirname, "../../../local/samples", model, "weights.json"));

    // Assess
    expect(size).toBeLessThanOrEqual(WEIGHTS_LIMIT_IN_BYTES);
  });

  it.each(MODELS)("have a card: %s", (model) => {
    // Act
    const card = statSync(join(__dirname, "../../../local/samples", model, "README.md"));

    // Assess
    expect(card.isFile()).toBe(true);
  });
});
