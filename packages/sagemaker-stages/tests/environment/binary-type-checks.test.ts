import { describe, expect, it } from "@jest/globals";
import { checkEnvironments } from "../../src/environment/checks";
import type { ModelSettings } from "../../src/environment/model-settings";
import type { ModelRoutes, RoutedModel } from "../../src/models";
import { models } from "../fixtures/app/functions";
import { environmentOf, SERVERLESS } from "./support/environments";

const EXISTING: ModelSettings = { ...SERVERLESS, existingFunction: "scoring" };

/**
 * The faults of an environment with the given settings of `loan-default`, and with a model that accepts bytes of these
 * types.
 */
function faultsBeside(
  loanDefault: ModelSettings,
  bytes: Partial<RoutedModel>,
  own: Partial<RoutedModel> = {},
) {
  const routes: ModelRoutes = {
    "loan-default": { ...models["loan-default"], ...own },
    "energy-demand": { ...models["energy-demand"], ...bytes },
  };
  const environment = environmentOf(
    {},
    { models: { "loan-default": loanDefault, "energy-demand": SERVERLESS } },
  );
  return checkEnvironments([environment], { models: routes });
}

describe("an existing function together with a model that accepts bytes", () => {
  it.each(["text/csv", "text/plain", "application/xml", "application/jsonlines", "application/ld+json"])(
    "is refused when the model accepts %s, because the existing function would receive this type in base64",
    (type) => {
      // Act
      const faults = faultsBeside(EXISTING, { bytes: { takes: ["image/png", type] } });

      // Assess
      expect(faults).toMatchObject([
        {
          field: "models.loan-default.existingFunction",
          got: `an existing function together with the binary media types ${type} of energy-demand`,
          because: expect.stringContaining("would reach the function in base64"),
        },
      ]);
    },
  );

  it("is refused when the model answers with a text media type as bytes", () => {
    // Act
    const faults = faultsBeside(EXISTING, { answerTypes: ["text/csv"] });

    // Assess
    expect(faults).toMatchObject([{ field: "models.loan-default.existingFunction" }]);
  });

  it.each<[string, ModelSettings, Partial<RoutedModel>, Partial<RoutedModel>]>([
    ["bytes of images", EXISTING, { bytes: { takes: ["image/png", "application/x-npy"] } }, {}],
    [
      "a type that the existing function's model accepts as bytes, too",
      EXISTING,
      { bytes: { takes: ["text/csv"] } },
      { bytes: { takes: ["text/csv"] } },
    ],
    ["a new function in place of the existing function", SERVERLESS, { bytes: { takes: ["text/csv"] } }, {}],
  ])("is accepted with %s", (_, settings, bytes, own) => {
    // Act
    const faults = faultsBeside(settings, bytes, own);

    // Assess
    expect(faults).toEqual([]);
  });
});
