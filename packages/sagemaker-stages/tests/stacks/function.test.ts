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

  it("runs on the newest Node.js that the provider supports, on the cheaper architecture", () => {
    // Act
    const { runtime, architectures, handler } = fn.values;

    // Assess
    expect({ runtime, architectures, handler }).toEqual({
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
    });
  });

  it("times out before API Gateway, so that the caller gets the function's answer", () => {
    // Prepare
    const operation = stack.openApi().paths["/loan-default"]?.post;

    // Act
    const gatewayWaits = operation?.["x-amazon-apigateway-integration"].timeoutInMillis ?? 0;

    // Assess
    expect(fn.values.timeout).toBe(28);
    expect(gatewayWaits).toBe(29_000);
    expect(fn.values.timeout * 1000).toBeLessThan(gatewayWaits);
  });

  it("has only the endpoint's name, the allowed origin and the prefix for metrics in its variables", () => {
    // Prepare
    const endpoint = stack.one("aws_sagemaker_endpoint");

    // Act
    const { variables } = fn.values.environment;

    // Assess
    expect(variables).toEqual({
      ENDPOINT_NAME: endpoint.values.name,
      CORS_ALLOW_ORIGIN: "https://www.example.com",
      METRICS_ENVIRONMENT: example.name,
    });
  });

  it.each([
    { logErrorMessages: true, variable: "true" },
    { logErrorMessages: false, variable: undefined },
  ])(
    "has LOG_ERROR_MESSAGES = $variable when the environment sets logErrorMessages to $logErrorMessages",
    ({ logErrorMessages, variable }) => {
      // Prepare
      const environment = { ...example, stage: { ...example.stage, logErrorMessages } };

      // Act
      const { values } = synthesizeOne(environment).one("aws_lambda_function");

      // Assess
      expect(values.environment.variables.LOG_ERROR_MESSAGES).toBe(variable);
    },
  );

  it("has no METRICS_ENVIRONMENT when the environment switches the metrics off", () => {
    // Act
    const { values } = synthesizeOne({ ...example, metrics: false }).one("aws_lambda_function");

    // Assess
    expect(values.environment.variables).not.toHaveProperty("METRICS_ENVIRONMENT");
  });

  it("has the environment's prefix with the project in METRICS_ENVIRONMENT when the environment has a project", () => {
    // Act
    const { values } = synthesizeOne({ ...example, project: "shop" }).one("aws_lambda_function");

    // Assess
    expect(values.environment.variables.METRICS_ENVIRONMENT).toBe(`shop-${example.name}`);
  });

  it("allows every origin when the environment names no origin", () => {
    // Prepare
    const { corsAllowOrigin: _, ...stage } = example.stage;

    // Act
    const { values } = synthesizeOne({ ...example, stage }).one("aws_lambda_function");

    // Assess
    expect(values.environment.variables.CORS_ALLOW_ORIGIN).toBe("*");
  });

  it("has no argument for ephemeral storage when the settings contain no ephemeral storage", () => {
    // Act
    const { values } = fn;

    // Assess
    expect(values).not.toHaveProperty("ephemeral_storage");
  });

  it.each([512, 10_240])(
    "has %i MB of ephemeral storage when the settings contain this size",
    (ephemeralStorageInMb) => {
      // Prepare
      const environment = exampleWith({ function: { ephemeralStorageInMb } });

      // Act
      const { values } = synthesizeOne(environment).one("aws_lambda_function");

      // Assess
      expect(values.ephemeral_storage).toEqual({ size: ephemeralStorageInMb });
    },
  );

  it("has tracing", () => {
    // Act
    const { tracing_config } = fn.values;

    // Assess
    expect(tracing_config).toEqual({ mode: "Active" });
  });

  it("logs JSON to a dedicated group with the environment's retention", () => {
    // Prepare
    const group = logGroup(stack);

    // Act
    const { logging_config } = fn.values;

    // Assess
    expect(logging_config).toEqual({ log_format: "JSON", log_group: `\${${group.address}.name}` });
    expect(group.values).toMatchObject({ name: "/aws/lambda/test-loan-default", retention_in_days: 14 });
  });

  it("is created after the policy of its role", () => {
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

  it("has the model's tag, as its log group has", () => {
    // Prepare
    const group = logGroup(stack);

    // Act
    const tags = [fn.values.tags, group.values.tags];

    // Assess
    expect(tags).toEqual([{ Model: "loan-default" }, { Model: "loan-default" }]);
  });

  it("has the zip beside the stack as its code, with the hash that Lambda reports", () => {
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

/** The function's log group. */
function logGroup(stack: SynthesizedStack): Found<"aws_cloudwatch_log_group"> {
  const found = stack
    .all("aws_cloudwatch_log_group", 2)
    .find(({ values }) => values.name.startsWith("/aws/lambda/"));
  if (found === undefined) throw new Error("no log group of a function");
  return found;
}
