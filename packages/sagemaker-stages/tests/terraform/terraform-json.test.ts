import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { terraformJson } from "../../src/constructs/terraform/terraform-json";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { Terraform } from "./support/terraform";

/** A separate text, because the linter reports a placeholder in a string as a mistake. */
const DOLLAR = "$";
const TIMEOUT_IN_MS = 60_000;

const temp = makeTempFolder();
const terraform = new Terraform(join(temp, "home"));

afterAll(() => removeFolder(temp));

describe("a document in Terraform", () => {
  it(
    "is unchanged after Terraform reads it, even with texts that look like expressions",
    () => {
      // Prepare
      const document = {
        interpolation: `a ${DOLLAR}{b} $${DOLLAR}{c} $$${DOLLAR}{d} \\${DOLLAR}{e} ${DOLLAR}{`,
        directive: "a %{if b} %%{if c} \\%{d %{",
        variable: "$context.error.messageString $5 100% #{x}",
        quoting: "ü \" \\ \n\t… ' `",
        [`${DOLLAR}{key}`]: ["%{x}", 1, null],
      };
      const folder = join(temp, "document");
      mkdirSync(folder);
      writeFileSync(
        join(folder, "main.tf.json"),
        JSON.stringify({ locals: { document: terraformJson(document) } }),
      );

      // Act
      const { stdout, output } = terraform.run(folder, ["console"], "base64encode(local.document)\n");

      // Assess
      const [, encoded] = /^"([A-Za-z0-9+/=]+)"\s*$/.exec(stdout) ?? [];
      if (encoded === undefined) throw new Error(`terraform console answered: ${output}`);
      expect(JSON.parse(Buffer.from(encoded, "base64").toString("utf8"))).toEqual(document);
    },
    TIMEOUT_IN_MS,
  );
});
