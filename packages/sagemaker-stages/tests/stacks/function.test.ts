import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { inTempFolder } from "../../src/testing/temp-folder";
import { createApp } from "../support/app";
import { example, exampleWith } from "./support/environments";
import { type Found, type SynthesizedStack, synthesizeOne } from "./support/synthesized";

describe("a function", () => {
  const stack = synthesizeOne(example);
  const fn = stack.one("aws_lambda_function");

  it("runs on the newest Node that the provider knows, on the cheaper processor", () => {
    // Act
    const { runtime, architectures, handler } = fn.values;

    // Assess
    expect({ runtime, architectures, handler }).toEqual({
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
    });
  });

  it("gives up before API Gateway does, so that it can tell the caller what to do", () => {
    // Prepare
    const operation = stack.openApi().paths["/loan-default"]?.post;

    // Act
    const gatewayWaits = operation?.["x-amazon-apigateway-integration"].timeoutInMillis ?? 0;

    // Assess
    expect(fn.values.timeout).toBe(28);
    expect(gatewayWaits).toBe(29_000);
    expect(fn.values.timeout * 1000).toBeLessThan(gatewayWaits);
  });

  it("is told its endpoint's name and the origin that may read its answers, and nothing else", () => {
    // Prepare
    const endpoint = stack.one("aws_sagemaker_endpoint");

    // Act
    const { variables } = fn.values.environment;

    // Assess
    expect(variables).toEqual({
      ENDPOINT_NAME: endpoint.values.name,
      CORS_ALLOW_ORIGIN: "https://www.example.com",
    });
  });

  it.each([
    { logErrorMessages: true, variable: "true" },
    { logErrorMessages: false, variable: undefined },
  ])(
    "has LOG_ERROR_MESSAGES = $variable where the environment says $logErrorMessages",
    ({ logErrorMessages, variable }) => {
      // Prepare
      const environment = { ...example, stage: { ...example.stage, logErrorMessages } };

      // Act
      const { values } = synthesizeOne(environment).one("aws_lambda_function");

      // Assess
      expect(values.environment.variables.LOG_ERROR_MESSAGES).toBe(variable);
    },
  );

  it("lets every origin read its answers where the environment names none", () => {
    // Prepare
    const { corsAllowOrigin: _, ...stage } = example.stage;

    // Act
    const { values } = synthesizeOne({ ...example, stage }).one("aws_lambda_function");

    // Assess
    expect(values.environment.variables.CORS_ALLOW_ORIGIN).toBe("*");
  });

  it("has Lambda's default of ephemeral storage, without an argument, where the settings name none", () => {
    // Act
    const { values } = fn;

    // Assess
    expect(values).not.toHaveProperty("ephemeral_storage");
  });

  it.each([512, 10_240])(
    "has %i MB of ephemeral storage where the settings say so",
    (ephemeralStorageInMb) => {
      // Prepare
      const environment = exampleWith({ function: { ephemeralStorageInMb } });

      // Act
      const { values } = synthesizeOne(environment).one("aws_lambda_function");

      // Assess
      expect(values.ephemeral_storage).toEqual({ size: ephemeralStorageInMb });
    },
  );

  it("is traced", () => {
    // Act
    const { tracing_config } = fn.values;

    // Assess
    expect(tracing_config).toEqual({ mode: "Active" });
  });

  it("logs JSON to a group of its own, kept as long as the environment says", () => {
    // Prepare
    const group = logGroup(stack);

    // Act
    const { logging_config } = fn.values;

    // Assess
    expect(logging_config).toEqual({ log_format: "JSON", log_group: `\${${group.address}.name}` });
    expect(group.values).toMatchObject({ name: "/aws/lambda/test-loan-default", retention_in_days: 14 });
  });

  it("is created only when its role has its policy", () => {
    // Prepare
    const role = stack.all("aws_iam_role", 2).find(({ address }) => fn.values.role === `\${${address}.arn}`);

    // Act
    const policy = stack
      .all("aws_iam_role_policy", 2)
      .find(({ values }) => values.role === `\${${role?.address}.name}`);

    // Assess
    expect(role?.values.name).toBe("test-loan-default-function");
    expect(fn.values.depends_on).toEqual([policy?.address]);
  });

  it("carries the model's tag, as its log group does", () => {
    // Prepare
    const group = logGroup(stack);

    // Act
    const tags = [fn.values.tags, group.values.tags];

    // Assess
    expect(tags).toEqual([{ Model: "loan-default" }, { Model: "loan-default" }]);
  });

  it("is the zip beside the stack, by the hash that Lambda reports", () => {
    inTempFolder((outdir) => {
      // Prepare
      const folder = join(outdir, "stacks", example.name);

      // Act
      createApp([example], { outdir }).synth();

      // Assess
      const terraform = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8"));
      const [values] = Object.values<Record<string, string>>(terraform.resource.aws_lambda_function);
      const zip = readFileSync(join(folder, String(values?.filename)));
      expect(values?.source_code_hash).toBe(createHash("sha256").update(zip).digest("base64"));
      expect(values?.filename).toMatch(/^assets\/.*\/loan-default\.zip$/);
    });
  });
});

/** The function's own; the endpoint has another. */
function logGroup(stack: SynthesizedStack): Found<"aws_cloudwatch_log_group"> {
  const found = stack
    .all("aws_cloudwatch_log_group", 2)
    .find(({ values }) => values.name.startsWith("/aws/lambda/"));
  if (found === undefined) throw new Error("no log group of a function");
  return found;
}
