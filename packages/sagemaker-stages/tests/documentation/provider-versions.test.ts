import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { ProviderSchema, TypeSchema } from "../../documentation/provider-schema";
import { DOCUMENT, MARKER, readSchemas, withTables } from "../../documentation/provider-versions";
import { allowsVersion, deprecatedIn, faultsOf, typesIn, usesOf } from "../../documentation/stack-arguments";
import { StackJson } from "../../src/testing/terraform";
import { readEmittedStacks } from "./support/emitted-stacks";

const stacks = readEmittedStacks();
const schemas = readSchemas();
const [oldest] = schemas as [ProviderSchema];

/** The oldest recorded schema, with changed paths of one type. */
function withPaths(type: string, change: (paths: TypeSchema) => TypeSchema): ProviderSchema {
  return { ...oldest, types: { ...oldest.types, [type]: change(oldest.types[type] ?? {}) } };
}

/** The oldest recorded schema without an argument or attribute. */
function without(type: string, path: string): ProviderSchema {
  return withPaths(type, ({ [path]: removed, ...rest }) => {
    if (removed === undefined) throw new Error(`${type}.${path}: got no such path`);
    return rest;
  });
}

/** A stack with one resource. */
function stackWith(type: string, values: object, version = ">= 5.100.0, < 7.0.0"): StackJson {
  const terraform = { required_providers: { aws: { source: "hashicorp/aws", version } } };
  return new StackJson(
    "one",
    JSON.stringify({ terraform, provider: {}, resource: { [type]: { a: values } } }),
  );
}

describe(DOCUMENT, () => {
  it("contains the tables that npm run docs writes", () => {
    // Prepare
    const document = readFileSync(join(__dirname, "../../../..", DOCUMENT), "utf8");

    // Act
    const generated = withTables(document, usesOf(stacks, schemas), schemas);

    // Assess
    expect(document).toBe(generated);
  });

  it("is refused without the line that separates the tables", () => {
    // Act
    const act = () => withTables("# Title\n", new Map(), schemas);

    // Assess
    expect(act).toThrow(`${DOCUMENT}: got no line ${MARKER}; allowed: one such line`);
  });
});

describe("the recorded schemas", () => {
  it("are of the oldest supported version, of the installed bindings and of the newest bindings", () => {
    // Act
    const versions = schemas.map(({ version }) => version);

    // Assess
    expect(versions).toEqual(["5.100.0", "6.25.0", "6.66.0"]);
  });

  it.each(schemas)("contain every type that stacks use, and no other type: $version", ({ types }) => {
    // Act
    const used = typesIn(stacks);

    // Assess
    expect(Object.keys(types)).toEqual(used);
  });
});

describe.each(schemas)("version $version of the provider", (schema) => {
  it("supports every argument that a stack sets, and every attribute that a stack reads", () => {
    // Act
    const faults = faultsOf(stacks, schema);

    // Assess
    expect(faults).toEqual([]);
    expect(stacks.some((stack) => allowsVersion(stack, schema.version))).toBe(true);
  });

  it("has no deprecation for anything that a stack uses", () => {
    // Act
    const deprecated = deprecatedIn(usesOf(stacks, schemas), schema);

    // Assess
    expect(deprecated).toEqual([]);
  });
});

describe("npm run record:provider-schema", () => {
  it("prints its usage without a folder, and records nothing", () => {
    // Prepare
    const program = join(__dirname, "../../documentation/record-provider-schema.ts");

    // Act
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", program], {
      cwd: join(__dirname, "../../../.."),
      encoding: "utf8",
    });

    // Assess
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^usage: npm run record:provider-schema -- <folder>\n/);
  });
});

describe("usesOf", () => {
  it("finds what a stack sets and reads, also in blocks, conditions and outputs", () => {
    // Act
    const uses = usesOf(stacks, schemas);

    // Assess
    const set = { isSet: true, isRead: false };
    const read = { isSet: false, isRead: true };
    expect(uses.get("provider")?.get("default_tags.tags")).toEqual(set);
    expect(uses.get("aws_lambda_function")?.get("vpc_config.subnet_ids")).toEqual(set);
    expect(uses.get("aws_lambda_function")?.get("environment.variables")).toEqual(set);
    expect(uses.get("aws_iam_role")?.get("arn")).toEqual(read);
    expect(uses.get("data.aws_lambda_function")?.get("environment.variables")).toEqual(read);
    expect(uses.get("aws_sagemaker_endpoint")?.get("endpoint_config_name")).toEqual({
      isSet: true,
      isRead: true,
    });
    expect(uses.get("aws_lambda_function_url")?.get("function_url")).toEqual(read);
  });

  it("refuses a dynamic block, which it cannot read", () => {
    // Prepare
    const stack = stackWith("aws_security_group", { dynamic: { ingress: {} } });

    // Act
    const act = () => usesOf([stack], schemas);

    // Assess
    expect(act).toThrow("dynamic: got a dynamic block; allowed: blocks with literal arguments");
  });
});

describe("faultsOf", () => {
  it.each([
    [
      "an argument",
      "aws_lambda_function",
      "reserved_concurrent_executions",
      "no argument reserved_concurrent_executions",
    ],
    [
      "an argument of a block in a block",
      "aws_sagemaker_endpoint_configuration",
      "production_variants.serverless_config.memory_size_in_mb",
      "no argument production_variants.serverless_config.memory_size_in_mb",
    ],
    ["an argument of the provider", "provider", "allowed_account_ids", "no argument allowed_account_ids"],
    [
      "an argument of a data source",
      "data.aws_lambda_function",
      "function_name",
      "no argument function_name",
    ],
    ["an attribute that a stack reads", "aws_iam_role", "arn", "no attribute aws_iam_role.arn"],
    [
      "an attribute that an output reads",
      "aws_api_gateway_stage",
      "invoke_url",
      "no attribute aws_api_gateway_stage.invoke_url",
    ],
  ])("names %s that a version removed", (_, type, path, fault) => {
    // Act
    const faults = faultsOf(stacks, without(type, path));

    // Assess
    expect(faults).toContainEqual(
      expect.stringMatching(new RegExp(`^\\S+, .*: hashicorp/aws 5\\.100\\.0 has ${fault}$`)),
    );
  });

  it("names a type that a version removed", () => {
    // Prepare
    const { aws_cloudwatch_metric_alarm: _, ...types } = oldest.types;

    // Act
    const faults = faultsOf(stacks, { ...oldest, types });

    // Assess
    expect(faults).toContainEqual(
      expect.stringMatching(
        /aws_cloudwatch_metric_alarm\.\S+: hashicorp\/aws 5\.100\.0 has no type aws_cloudwatch_metric_alarm$/,
      ),
    );
  });

  it("names an argument that a version only computes", () => {
    // Prepare
    const schema = withPaths("aws_sagemaker_model", (paths) => ({ ...paths, "container.image": "computed" }));

    // Act
    const faults = faultsOf(stacks, schema);

    // Assess
    expect(faults).toContainEqual(
      expect.stringMatching(
        /aws_sagemaker_model\.\S+: hashicorp\/aws 5\.100\.0 does not let a stack set container\.image$/,
      ),
    );
  });

  it.each([
    ["at the top level", "aws_kms_key", "policy"],
    ["in a block that a stack sets", "aws_lambda_function", "vpc_config.ipv6_allowed_for_dual_stack"],
  ])("names an argument %s that a version requires and a stack does not set", (_, type, path) => {
    // Prepare
    const schema = withPaths(type, (paths) => ({ ...paths, [path]: "required" }));

    // Act
    const faults = faultsOf(stacks, schema);

    // Assess
    expect(faults).not.toEqual([]);
    expect(faults.filter((fault) => !fault.endsWith(`: hashicorp/aws 5.100.0 requires ${path}`))).toEqual([]);
  });

  it("accepts a required argument of a block that a stack does not set", () => {
    // Prepare
    const stack = stackWith("aws_lambda_function", { function_name: "a", role: "b" });

    // Act
    const faults = faultsOf([stack], oldest);

    // Assess
    expect(oldest.types.aws_lambda_function?.["vpc_config.subnet_ids"]).toBe("required");
    expect(faults).toEqual([]);
  });

  it("does not check a stack whose constraint excludes the version", () => {
    // Prepare
    const stack = stackWith("aws_kms_key", { unknown: true }, ">= 6.20.0, < 7.0.0");

    // Act
    const faults = schemas.map((schema) => faultsOf([stack], schema));

    // Assess
    expect(faults).toEqual([
      [],
      ["one, aws_kms_key.a: hashicorp/aws 6.25.0 has no argument unknown"],
      ["one, aws_kms_key.a: hashicorp/aws 6.66.0 has no argument unknown"],
    ]);
  });

  it("refuses a constraint that only Terraform can evaluate", () => {
    // Prepare
    const stack = stackWith("aws_kms_key", {}, ">= 6.0.0-beta1");

    // Act
    const act = () => faultsOf([stack], oldest);

    // Assess
    expect(act).toThrow(
      "one: required_providers.aws.version: got >= 6.0.0-beta1; allowed: conditions such as",
    );
  });
});
