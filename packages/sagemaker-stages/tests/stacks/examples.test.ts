import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { examples } from "../../examples";
import { checkEnvironments, models } from "../support/app";
import { synthesize } from "./support/synthesized";
import { TERRAFORM_TYPES } from "./support/terraform-types";

const FOLDER = join(__dirname, "../../examples");

describe("the examples", () => {
  it("include every file of their folder", () => {
    // Prepare
    const others = ["index.ts", "own-stack.ts"];
    const files = readdirSync(FOLDER).filter((name) => name.endsWith(".ts") && !others.includes(name));

    // Act
    const exported = files.flatMap((name) => Object.values(require(join(FOLDER, name)) as object));

    // Assess
    expect(new Set(exported)).toEqual(new Set(examples));
    expect(exported).toHaveLength(examples.length);
  });

  it("have no fault, each alone and all together", () => {
    // Act
    const faults = checkEnvironments(examples, [], models);

    // Assess
    expect(faults).toEqual([]);
  });

  it("contain only resource types that the tests list", () => {
    // Act
    const synthesized = synthesize(examples);

    // Assess
    const types = examples.flatMap(({ name }) => synthesized.stack(name).types());
    expect(types.filter((type) => !TERRAFORM_TYPES.includes(type))).toEqual([]);
  });

  it("contain every resource type that an environment without a website can have", () => {
    // Prepare
    const elsewhere = [
      ...TERRAFORM_TYPES.filter((type) => type.startsWith("aws_cloudfront_")),
      // Other tests check an API key, a group as a caller, and the page.
      "aws_api_gateway_api_key",
      "aws_api_gateway_usage_plan",
      "aws_api_gateway_usage_plan_key",
      "aws_iam_group_policy_attachment",
      // Resources of an account's stack.
      "aws_api_gateway_account",
      "aws_iam_openid_connect_provider",
      "data.aws_iam_openid_connect_provider",
    ];

    // Act
    const synthesized = synthesize(examples);

    // Assess
    const shown = examples.flatMap(({ name }) => synthesized.stack(name).types());
    expect(TERRAFORM_TYPES.filter((type) => !shown.includes(type) && !elsewhere.includes(type))).toEqual([]);
  });
});
