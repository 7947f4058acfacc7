import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { schemaOfTerraform } from "../../documentation/provider-schema";
import { readSchemas } from "../../documentation/provider-versions";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { example, named } from "../stacks/support/environments";
import { createApp } from "../support/app";
import { Terraform } from "./support/terraform";

/** Includes one download of the provider: some hundred megabytes. */
const TIMEOUT_IN_MS = 300_000;

const temp = makeTempFolder();
// Terraform reads no schema before the backend is initialized. This backend is a file.
const environment = named("test", example);
const terraform = new Terraform(join(temp, "home"));
const stack = join(temp, "stacks", environment.name);

/** The JSON that terraform prints in the folder of the stack. */
function json(args: readonly string[]): unknown {
  const { status, stdout, output } = terraform.run(stack, args);
  if (status !== 0) throw new Error(`terraform ${args.join(" ")} failed:\n${output}`);
  return JSON.parse(stdout);
}

beforeAll(() => {
  createApp([environment], { outdir: temp }).synth();
  const { status, output } = terraform.run(stack, ["init", "-input=false", "-no-color"]);
  if (status !== 0) throw new Error(`terraform init failed:\n${output}`);
}, TIMEOUT_IN_MS);

afterAll(() => removeFolder(temp));

describe("the recorded schema of the provider in the lock file", () => {
  it(
    "is what the provider says, for every type that stacks use",
    () => {
      // Prepare
      const types = Object.keys(readSchemas()[0]?.types ?? {});

      // Act
      const schema = schemaOfTerraform(
        json(["providers", "schema", "-json"]),
        json(["version", "-json"]),
        types,
      );

      // Assess
      const recorded = readSchemas().find(({ version }) => version === schema.version);
      expect(schema).toEqual(recorded);
    },
    TIMEOUT_IN_MS,
  );
});

describe("schemaOfTerraform", () => {
  const AWS = "registry.terraform.io/hashicorp/aws";
  const versions = { provider_selections: { [AWS]: "9.0.0" } };

  it("reads blocks, nested attributes and the members of objects", () => {
    // Prepare
    const block = {
      attributes: {
        tags: { type: ["map", "string"], optional: true },
        routes: {
          type: ["set", ["object", { cidr: "string", target: ["object", { id: "string" }] }]],
          computed: true,
        },
        rule: {
          nested_type: { nesting_mode: "list", attributes: { id: { type: "string", required: true } } },
          optional: true,
        },
      },
      block_types: {
        vpc: {
          nesting_mode: "list",
          min_items: 1,
          block: { attributes: { id: { type: "string", required: true } } },
        },
        old: { nesting_mode: "list", block: { deprecated: true } },
      },
    };
    const document = { provider_schemas: { [AWS]: { resource_schemas: { aws_a: { block } } } } };

    // Act
    const schema = schemaOfTerraform(document, versions, ["aws_a", "aws_b", "data.aws_a", "provider"]);

    // Assess
    expect(schema).toEqual({
      version: "9.0.0",
      types: {
        aws_a: {
          old: "optional deprecated",
          routes: "computed",
          "routes.cidr": "computed",
          "routes.target": "computed",
          "routes.target.id": "computed",
          rule: "optional",
          "rule.id": "required",
          tags: "optional",
          vpc: "required",
          "vpc.id": "required",
        },
      },
    });
  });

  it.each([
    ["without the provider", { provider_schemas: {} }, versions],
    ["without the provider's version", { provider_schemas: { [AWS]: {} } }, { provider_selections: {} }],
  ])("refuses an output %s", (_, document, selections) => {
    // Act
    const act = () => schemaOfTerraform(document, selections, []);

    // Assess
    expect(act).toThrow(`got no schema and version of ${AWS}; allowed: the output of terraform`);
  });
});
