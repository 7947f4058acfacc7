import { describe, expect, it } from "@jest/globals";
import { UnknownForm } from "../../../src/cli/new-model/typescript/source-file";
import { setRelease } from "../../../src/cli/release/edits";

/** A file with an environment whose model `churn` has these settings. */
function environment(settings: string): string {
  return `import type { Environment } from "sagemaker-stages";

// Deployed by hand.
export const dev: Environment = {
  name: 'dev',
  models: {
    churn: ${settings},
    other: { artifact: "s3://a/b.tar.gz", image: { algorithm: "x", tag: "1" } },
  },
};
`;
}

function edited(text: string, id = "v2"): string {
  return setRelease(new Map([["environments/dev.ts", text]]), "dev", "churn", id).text;
}

describe("the release of a model in an environment", () => {
  it.each([
    {
      form: "an id",
      before: '{\n      release: "v1", // since May\n      serverless: size,\n    }',
      after: '{\n      release: "v2", // since May\n      serverless: size,\n    }',
    },
    { form: "an id in single quotes", before: "{ release: 'v1', a }", after: "{ release: 'v2', a }" },
    {
      form: "an artifact and an image on several lines",
      before:
        '{\n      // May\n      artifact: "s3://a/b.tar.gz",\n      image: {\n        algorithm: "x",\n        tag: "1",\n      },\n      access: "PUBLIC",\n    }',
      after: '{\n      // May\n      release: "v2",\n      access: "PUBLIC",\n    }',
    },
    {
      form: "an artifact and an image in one line",
      before: '{ access: "PUBLIC", artifact: "s3://a/b.tar.gz", image: { algorithm: "x", tag: "1" }, a }',
      after: '{ access: "PUBLIC", release: "v2", a }',
    },
    {
      form: "the image at the end, without a comma",
      before: '{ artifact: "s3://a/b.tar.gz", access: "PUBLIC", image: { algorithm: "x", tag: "1" } }',
      after: '{ release: "v2", access: "PUBLIC" }',
    },
    {
      form: "keys in quotes",
      before: '{ "artifact": "s3://a/b.tar.gz", "image": image, "serverless": size }',
      after: '{ release: "v2", "serverless": size }',
    },
    {
      form: "variables of a model of the Hub",
      before:
        '{\n      image,\n      containerEnvironment: { HF_MODEL_ID: "a" },\n      hubRevision: "unpinned",\n    }',
      after: '{\n      release: "v2",\n    }',
    },
    {
      form: "no source of a model",
      before: "{ serverless: size }",
      after: '{ serverless: size, release: "v2" }',
    },
  ])("is set, and every other byte stays, when the settings have $form", ({ before, after }) => {
    // Act
    const text = edited(environment(before));

    // Assess
    expect(text).toBe(environment(after));
  });

  it("keeps the line breaks of a file with CR and LF", () => {
    // Prepare
    const lines = '{\n      artifact: "s3://a/b.tar.gz",\n      image: one,\n      access: "PUBLIC",\n    }';
    const after = '{\n      release: "v2",\n      access: "PUBLIC",\n    }';

    // Act
    const text = edited(environment(lines).replaceAll("\n", "\r\n"));

    // Assess
    expect(text).toBe(environment(after).replaceAll("\n", "\r\n"));
  });

  it.each([
    { what: "a release that is a variable", text: environment("{ release: current }") },
    { what: "a spread in the settings", text: environment('{ release: "v1", ...shared }') },
    {
      what: "a comment inside the replaced lines",
      text: environment('{ artifact: "s3://a/b.tar.gz", image: { algorithm: "x", /* May */ tag: "1" } }'),
    },
    {
      what: "a comment before a replaced line without a comma",
      text: environment(
        '{\n serverless: size, // small\n artifact: "s3://a/b.tar.gz", // May\n image: one\n}',
      ),
    },
    { what: "settings that are a variable", text: environment("shared") },
    { what: "no environment with the name", text: environment("{ a }").replace("'dev'", "'qa'") },
    { what: "no TypeScript", text: "export const dev = {" },
  ])("throws UnknownForm when the file has $what", ({ text }) => {
    // Act
    const edit = () => edited(text);

    // Assess
    expect(edit).toThrow(UnknownForm);
  });
});
