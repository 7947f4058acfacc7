import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { NODE_RUNTIMES, PYTHON_RUNTIMES, providerOfRuntime } from "../../src/aws/lambda-runtimes";
import { committedLockFile, LOCK_FILE } from "../../src/constructs/terraform/provider-lock";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { Terraform } from "./support/terraform";

/** Includes one download of the provider: some hundred megabytes. */
const TIMEOUT_IN_MS = 300_000;
const RUNTIMES = [...NODE_RUNTIMES, ...PYTHON_RUNTIMES];

const temp = makeTempFolder();
const folder = join(temp, "stack");
const terraform = new Terraform(join(temp, "home"));

afterAll(() => removeFolder(temp));

describe("version 5.100.0 of the provider, the oldest that the stacks allow", () => {
  let output = "";

  beforeAll(() => {
    mkdirSync(folder);
    copyFileSync(committedLockFile(), join(folder, LOCK_FILE));
    writeFileSync(
      join(folder, "main.tf.json"),
      JSON.stringify({
        terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } },
        resource: {
          aws_lambda_function: Object.fromEntries(RUNTIMES.map((runtime) => [idOf(runtime), fn(runtime)])),
        },
      }),
    );
    const init = terraform.run(folder, ["init", "-backend=false", "-input=false", "-no-color"]);
    if (init.status !== 0) throw new Error(`terraform init failed:\n${init.output}`);
    output = terraform.run(folder, ["validate", "-json"]).output;
  }, TIMEOUT_IN_MS);

  it.each(RUNTIMES)("accepts %s only if the table of runtimes requires no newer version", (runtime) => {
    // Act
    const { diagnostics }: { diagnostics: readonly { summary: string }[] } = JSON.parse(output);
    const refused = diagnostics.filter(({ summary }) => summary.includes(`got ${runtime}`));

    // Assess
    expect(refused.map(({ summary }) => summary.replace(/\[.*\]/, "[…]"))).toEqual(
      providerOfRuntime(runtime) === undefined ? [] : [`expected runtime to be one of […], got ${runtime}`],
    );
  });

  it("finds no other fault in the functions", () => {
    // Act
    const { diagnostics }: { diagnostics: readonly { summary: string }[] } = JSON.parse(output);

    // Assess
    expect(diagnostics.filter(({ summary }) => !summary.startsWith("expected runtime to be one of"))).toEqual(
      [],
    );
  });

  function idOf(runtime: string): string {
    return runtime.replace(".", "_");
  }

  function fn(runtime: string): object {
    return {
      function_name: idOf(runtime),
      role: "arn:aws:iam::111122223333:role/function",
      runtime,
      handler: "index.handler",
      filename: "function.zip",
    };
  }
});
