import { describe, expect, it } from "@jest/globals";
import { checkEnvironments } from "../../src/environment/checks";
import type { ModelSettings } from "../../src/environment/model-settings";
import type { ModelRoutes, RoutedModel } from "../../src/models";
import { models } from "../fixtures/app/functions";
import { environmentOf, SERVERLESS } from "./support/environments";

const EXISTING: ModelSettings = { ...SERVERLESS, existingFunction: "scoring" };

/** The faults of an environment with `loan-default` as given, beside a model of bytes of these types. */
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

describe("an existing function beside a model of bytes", () => {
  it.each(["text/csv", "text/plain", "application/xml", "application/jsonlines", "application/ld+json"])(
    "is refused where the model takes %s, which would reach the function in base64",
    (type) => {
      // Act
      const faults = faultsBeside(EXISTING, { bytes: { takes: ["image/png", type] } });

      // Assess
      expect(faults).toMatchObject([
        {
          field: "models.loan-default.existingFunction",
          got: `an existing function beside the binary media types ${type} of energy-demand`,
          because: expect.stringContaining("would reach the function in base64"),
        },
      ]);
    },
  );

  it("is refused where the model answers a media type of text as bytes", () => {
    // Act
    const faults = faultsBeside(EXISTING, { answerTypes: ["text/csv"] });

    // Assess
    expect(faults).toMatchObject([{ field: "models.loan-default.existingFunction" }]);
  });

  it.each<[string, ModelSettings, Partial<RoutedModel>, Partial<RoutedModel>]>([
    ["bytes of images", EXISTING, { bytes: { takes: ["image/png", "application/x-npy"] } }, {}],
    [
      "a type that it takes as bytes itself",
      EXISTING,
      { bytes: { takes: ["text/csv"] } },
      { bytes: { takes: ["text/csv"] } },
    ],
    ["a new function in its place", SERVERLESS, { bytes: { takes: ["text/csv"] } }, {}],
  ])("breaks no rule with %s", (_, settings, bytes, own) => {
    // Act
    const faults = faultsBeside(settings, bytes, own);

    // Assess
    expect(faults).toEqual([]);
  });
});
