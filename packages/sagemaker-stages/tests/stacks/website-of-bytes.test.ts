import { describe, expect, it } from "@jest/globals";
import { bytes } from "../../src/contracts/bytes";
import { defineModels } from "../../src/models";
import { synthesize } from "../../src/testing/synthesize";
import { models as fixtureModels } from "../fixtures/app/functions";
import { example, exampleModel } from "./support/environments";

const { corsAllowOrigin: _, ...stage } = example.stage;

const ownModels = defineModels({
  faces: bytes({ takes: ["image/png"], maxBytes: 1_000, example: { answer: { faces: 2 } } }),
  calls: bytes({ takes: ["audio/wav"], example: { answer: { words: 2 } } }),
});

/** The models of the fixture app are in its folder, so that the catalog names them. */
const models = { ...fixtureModels, ...ownModels };

/** The content security policy of an environment's distribution, and its public document. */
function websiteOf(access: { readonly faces: "PUBLIC" | "AWS_IAM"; readonly calls: "PUBLIC" | "AWS_IAM" }) {
  const environment = {
    ...example,
    stage,
    website: {},
    models: {
      faces: { ...exampleModel, access: access.faces },
      calls: { ...exampleModel, access: access.calls },
      "loan-default": { ...exampleModel, access: "PUBLIC" as const },
    },
  };
  const stack = synthesize({ models, environments: [environment] }).stack(example.name);
  const [headers] = stack.resources("aws_cloudfront_response_headers_policy");
  const document = stack.resources("aws_s3_object").find(({ values }) => values.key === "openapi.json");
  return {
    policy: JSON.stringify(headers?.values),
    document: String(document?.values.content),
  };
}

describe("the website of an environment with models of bytes", () => {
  it.each([
    ["images", { faces: "PUBLIC", calls: "AWS_IAM" }, true, false],
    ["audio", { faces: "AWS_IAM", calls: "PUBLIC" }, false, true],
    ["neither", { faces: "AWS_IAM", calls: "AWS_IAM" }, false, false],
  ] as const)("may show only the files of its public models: %s", (_, access, images, audio) => {
    // Act
    const { policy } = websiteOf(access);

    // Assess
    expect(policy.includes("img-src 'self' blob:;")).toBe(images);
    expect(policy.includes("media-src blob:;")).toBe(audio);
  });

  it("has the maximum size of a file in its public document", () => {
    // Act
    const { document } = websiteOf({ faces: "PUBLIC", calls: "AWS_IAM" });

    // Assess
    expect(document).toMatch(/\\?"maxLength\\?":\s*1000/);
    expect(document).not.toMatch(/x-max-bytes|audio/);
  });
});
