import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { schemaOfBindings } from "../../documentation/provider-bindings";
import { readSchemas } from "../../documentation/provider-versions";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

// The tests also run with the bindings of CDK Terrain under the same name, and then check the schema of their version.
const installed = dirname(require.resolve("@cdktf/provider-aws/package.json"));

const temp = makeTempFolder();

afterAll(() => removeFolder(temp));

/** A package with changed bindings of one type. */
function packageWith(name: string, folder: string, change: (compiled: string) => string): string {
  const changed = join(temp, name);
  const file = join(changed, "lib", folder, "index.js");
  mkdirSync(dirname(file), { recursive: true });
  cpSync(join(installed, "lib", folder, "index.js"), file);
  writeFileSync(file, change(readFileSync(file, "utf8")));
  return changed;
}

/** Changes the TypeScript source in the source map of a compiled file. */
function inSource(change: (source: string) => string): (compiled: string) => string {
  return (compiled) =>
    compiled.replace(
      /(sourceMappingURL=data:application\/json;base64,)(\S+)/,
      (_, start: string, encoded: string) => {
        const map = JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as {
          sourcesContent: [string];
        };
        const [source] = map.sourcesContent;
        const changed = change(source);
        if (changed === source) throw new Error("the change did not apply");
        return start + Buffer.from(JSON.stringify({ ...map, sourcesContent: [changed] })).toString("base64");
      },
    );
}

describe("the recorded schema of the installed bindings", () => {
  it("is what the package contains", () => {
    // Prepare
    const types = Object.keys(readSchemas()[0]?.types ?? {});

    // Act
    const schema = schemaOfBindings(installed, types);

    // Assess
    const recorded = readSchemas().find(({ version }) => version === schema.version);
    expect(schema).toEqual(recorded);
  });
});

describe("schemaOfBindings", () => {
  it("reads required, optional and computed arguments, also in blocks, and attributes that are only computed", () => {
    // Act
    const { types } = schemaOfBindings(installed, ["aws_sagemaker_endpoint_configuration"]);

    // Assess
    expect(types.aws_sagemaker_endpoint_configuration).toMatchObject({
      arn: "computed",
      name: "optional computed",
      production_variants: "required",
      "production_variants.serverless_config": "optional",
      "production_variants.serverless_config.memory_size_in_mb": "required",
    });
  });

  it("reads the provider's own blocks", () => {
    // Act
    const { types } = schemaOfBindings(installed, ["provider"]);

    // Assess
    expect(types.provider).toMatchObject({
      region: "optional",
      default_tags: "optional",
      "default_tags.tags": "optional",
    });
  });

  it("does not contain a type that the package does not have", () => {
    // Act
    const { types } = schemaOfBindings(installed, [
      "aws_iam_role",
      "aws_no_such_type",
      "data.aws_no_such_type",
    ]);

    // Assess
    expect(Object.keys(types)).toEqual(["aws_iam_role"]);
  });

  it("does not contain an argument that a version removed from a block", () => {
    // Prepare
    const removed = packageWith(
      "removed",
      "lambda-function",
      inSource((source) =>
        source
          .replace(/ {2}\/\/ ipv6_allowed_for_dual_stack - [\s\S]*?(?= {2}\/\/ \w+ - )/, "")
          .replace(/ {4}ipv6_allowed_for_dual_stack: \{[\s\S]*?\},\n/, ""),
      ),
    );

    // Act
    const before = schemaOfBindings(installed, ["aws_lambda_function"]).types.aws_lambda_function ?? {};
    const after = schemaOfBindings(removed, ["aws_lambda_function"]).types.aws_lambda_function ?? {};

    // Assess
    const missing = Object.keys(before).filter((path) => !(path in after));
    expect(missing).toEqual(["vpc_config.ipv6_allowed_for_dual_stack"]);
  });

  it("refuses bindings in which an argument has no comment with its flags", () => {
    // Prepare
    const changed = packageWith(
      "without-comment",
      "iam-role",
      inSource((source) =>
        source.replace("// assume_role_policy - computed", "// assume_role_policy: computed"),
      ),
    );

    // Act
    const act = () => schemaOfBindings(changed, ["aws_iam_role"]);

    // Assess
    expect(act).toThrow(
      /iam-role.index\.js: assume_role_policy: got no comment with the flags of the argument$/,
    );
  });

  it("refuses bindings without their source", () => {
    // Prepare
    const changed = packageWith("without-map", "iam-role", (compiled) =>
      compiled.replace(/\/\/# sourceMappingURL.*/, ""),
    );

    // Act
    const act = () => schemaOfBindings(changed, ["aws_iam_role"]);

    // Assess
    expect(act).toThrow(
      "got no source map with the TypeScript source; allowed: a file of generated bindings",
    );
  });

  it("refuses a folder without bindings", () => {
    // Act
    const act = () => schemaOfBindings(temp, ["aws_iam_role"]);

    // Assess
    expect(act).toThrow(
      "got 0 versions of the provider for 1 types; allowed: the folder of a package with bindings",
    );
  });
});
