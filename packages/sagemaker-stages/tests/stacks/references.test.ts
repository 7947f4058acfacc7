import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { App, Fn, TerraformStack, Token } from "cdktf";
import { functionPackage } from "../../src/constructs/function/function-code";
import {
  LambdaToSagemakerEndpoint,
  type LambdaToSagemakerEndpointProps,
} from "../../src/constructs/lambda-to-sagemaker-endpoint";
import { AwsScope } from "../../src/constructs/terraform/aws-scope";
import { inTempFolder } from "../../src/testing/temp-folder";
import { exampleModel } from "./support/environments";
import { ReferencesStack } from "./support/references-stack";
import { SynthesizedStack } from "./support/synthesized";

type Props = Omit<LambdaToSagemakerEndpointProps, "account">;

const ACCOUNT = `\${data.aws_caller_identity.caller.account_id}`;

describe("references to resources of the same stack", () => {
  let stack: SynthesizedStack;
  const warn = jest.spyOn(console, "warn").mockReturnValue(undefined);

  beforeAll(() => {
    stack = inTempFolder((directory) => {
      const app = new App({ outdir: directory });
      new ReferencesStack(app, "references");
      app.synth();
      const text = readFileSync(join(directory, "stacks/references/cdk.tf.json"), "utf8");
      return new SynthesizedStack("references", text);
    });
  });

  it("are used as values, without a warning of CDKTF", () => {
    // Act
    const { values: fn } = stack.one("aws_lambda_function");
    const { values: model } = stack.one("aws_sagemaker_model");
    const { values: configuration } = stack.one("aws_sagemaker_endpoint_configuration");

    // Assess
    expect(warn).not.toHaveBeenCalled();
    expect(fn).toMatchObject({
      description: `Scores with \${aws_ecr_repository.repository.name}`,
      memory_size: `\${var.memory}`,
      environment: {
        variables: { ENDPOINT_NAME: "references-own", BUCKET: `\${aws_s3_bucket.bucket.bucket}` },
      },
      vpc_config: {
        subnet_ids: [`\${aws_subnet.subnet.id}`],
        security_group_ids: [`\${aws_security_group.group.id}`],
      },
      tags: { Repository: `\${aws_ecr_repository.repository.name}` },
    });
    expect(model).toMatchObject({
      primary_container: {
        image: `\${aws_ecr_repository.repository.repository_url}:1`,
        model_data_url: `s3://\${aws_s3_bucket.bucket.bucket}/models/1/model.tar.gz`,
        environment: { BUCKET: `\${aws_s3_bucket.bucket.bucket}` },
      },
      vpc_config: {
        subnets: [`\${aws_subnet.subnet.id}`],
        security_group_ids: [`\${aws_security_group.group.id}`],
      },
    });
    expect(configuration).toMatchObject({
      kms_key_arn: `\${aws_kms_key.key.arn}`,
      data_capture_config: { destination_s3_uri: `s3://\${aws_s3_bucket.bucket.bucket}/captured` },
    });
  });

  it("are complete in policies, and an image is named by the parts that Terraform reads", () => {
    // Prepare
    const { locals } = JSON.parse(stack.text) as { locals: Record<string, string> };
    const image = Object.keys(locals).find((name) => name.startsWith("own_endpoint_image_"));
    const part = (index: number): string =>
      `\${element(regex("^([0-9]+)[.]dkr[.]ecr[.]([a-z0-9-]+)[.][^/]+/([^:@]+)", local.${image}), ${index})}`;

    // Act
    const policies = stack.all("aws_iam_role_policy", 3);

    // Assess
    const policyOf = (role: string): string =>
      policies.find(({ values }) => values.name.startsWith(role))?.values.policy ?? "";
    const endpoint = policyOf("endpoint-");
    expect(endpoint).toContain(`"arn:aws:ecr:${part(1)}:${part(0)}:repository/${part(2)}"`);
    expect(locals[image ?? ""]).toBe(`\${aws_ecr_repository.repository.repository_url}:1`);
    expect(endpoint).toContain(`"arn:aws:s3:::\${aws_s3_bucket.bucket.bucket}/models/1/model.tar.gz"`);
    expect(endpoint).toContain(
      `"arn:aws:s3:::\${aws_s3_bucket.bucket.bucket}/captured/references-own/AllTraffic/*"`,
    );
    expect(endpoint).toContain(`"arn:aws:ec2:eu-central-1:${ACCOUNT}:subnet/\${aws_subnet.subnet.id}"`);
    const endpointName = `\${${stack.one("aws_sagemaker_endpoint").address}.name}`;
    expect(policyOf("references-theirs-invokes-endpoint")).toContain(
      `"arn:aws:sagemaker:eu-central-1:${ACCOUNT}:endpoint/${endpointName}"`,
    );
  });

  it("can be an existing function's ARN, and Terraform reads the name and the account from the ARN", () => {
    // Prepare
    const { locals } = JSON.parse(stack.text) as { locals: Record<string, string> };
    const localOf = (prefix: string): string =>
      Object.keys(locals).find((name) => name.startsWith(prefix)) ?? "";
    const given = localOf("theirs_function_given_");
    const endpoint = localOf("theirs_function_endpoint_");

    // Act
    const { values } = stack.one("data.aws_lambda_function");

    // Assess
    const arn = `\${${stack.one("aws_lambda_function").address}.arn}`;
    const name = `\${element(regexall("[^:]+$", local.${given}), 0)}`;
    const endpointName = `\${${stack.one("aws_sagemaker_endpoint").address}.name}`;
    expect(locals[given]).toBe(arn);
    expect(locals[endpoint]).toBe(endpointName);
    expect(values.function_name).toBe(name);
    expect(values.lifecycle).toEqual({
      precondition: [
        {
          condition: `\${can(regex(join("", ["^(arn:aws:lambda:eu-central-1:", data.aws_caller_identity.caller.account_id, ":function:)?[a-zA-Z0-9_-]+$"]), local.${given}))}`,
          error_message: `existingFunction: got ${arn}; allowed: the name of a function of this account and region, or arn:aws:lambda:eu-central-1:${ACCOUNT}:function:<name>, without version`,
        },
      ],
      postcondition: [
        {
          condition: `\${try(self.environment[0].variables["ENDPOINT_NAME"], "") == local.${endpoint}}`,
          error_message: `The function ${name} does not name its endpoint: set the function's environment variable ENDPOINT_NAME to ${endpointName} in the code that creates the function, and plan again.`,
        },
      ],
    });
  });
});

describe("unsupported references", () => {
  const text = Fn.join("", ["a"]);
  const list = Token.asList(Fn.tolist(["a"]));
  const onInstances = {
    artifact: exampleModel.artifact,
    image: exampleModel.image,
    instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
  };
  const wholeList =
    "got a reference in place of a list; allowed: a literal list; its items can be references (the synthesis needs the number of items or keys)";
  const wholeObject =
    "got a reference in place of an object or a key; allowed: an object with literal keys; its values can be references (the synthesis needs the number of items or keys)";

  it.each<[string, Partial<Props>, string[]]>([
    [
      "a name",
      { name: text },
      [
        "name: got a reference; allowed: a literal text (names of resources and statement ids contain the name)",
      ],
    ],
    [
      "a new VPC",
      { newVpc: { availabilityZones: [text], cidrBlock: text } },
      [
        "newVpc.availabilityZones: got a reference; allowed: a literal text (the synthesis computes the subnets from this value)",
        "newVpc.cidrBlock: got a reference; allowed: a literal text (the synthesis computes the subnets from this value)",
      ],
    ],
    [
      "a variable's name",
      { sagemakerEnvironmentVariableName: text },
      [
        "sagemakerEnvironmentVariableName: got a reference; allowed: a literal text (the variable's name is a key in Terraform's code)",
      ],
    ],
    [
      "lists",
      { existingVpc: { subnetIds: list, securityGroupIds: list } },
      [`existingVpc.subnetIds: ${wholeList}`, `existingVpc.securityGroupIds: ${wholeList}`],
    ],
    ["tags", { tags: Token.asStringMap(Fn.tomap({ a: "b" })) }, [`tags: ${wholeObject}`]],
    ["a tag's key", { tags: { [text]: "b" } }, [`tags: ${wholeObject}`]],
    [
      "a threshold",
      {
        newEndpoint: {
          ...exampleModel,
          deployment: { rollbackOn: { modelLatencyInMs: Token.asNumber(Fn.abs(1)) } },
        },
      },
      [
        "newEndpoint.deployment.rollbackOn.modelLatencyInMs: got a reference; allowed: a literal number (the synthesis computes the alarm's threshold from this value)",
      ],
    ],
    [
      "a zip",
      {
        newFunction: { code: { zipFile: text, sha256: text, handler: text, runtime: text }, description: "" },
      },
      ["newFunction.code.zipFile: got a reference; allowed: a literal text (the synthesis reads the file)"],
    ],
    [
      "one reference to an artifact",
      { newEndpoint: { ...exampleModel, artifact: text } },
      [
        "newEndpoint.artifact: got a reference that does not separate the bucket from the key; allowed: s3://<bucket>/<key>, where each part can be a reference (policies name the bucket)",
      ],
    ],
    [
      "one reference to a bucket and a prefix",
      {
        newEndpoint: { ...onInstances, dataCapture: { destination: `s3://${text}`, samplingPercentage: 1 } },
      },
      [
        "newEndpoint.dataCapture.destination: got a reference that does not separate the bucket from the key; allowed: s3://<bucket>/<prefix>, where each part can be a reference (policies name the bucket)",
      ],
    ],
  ])("are reported without tokens: %s", (_, part, faults) => {
    // Act
    const act = (): unknown =>
      inTempFolder((directory) => {
        const stack = new TerraformStack(new App({ outdir: directory }), "own");
        new AwsProvider(stack, "aws", { region: "eu-central-1" });
        new LambdaToSagemakerEndpoint(stack, "scoring", {
          account: new AwsScope(stack, { region: "eu-central-1" }),
          name: "own-scoring",
          newFunction: { code: functionPackage("loan-default", directory), description: "Scores" },
          newEndpoint: exampleModel,
          logRetentionInDays: 7,
          ...part,
        });
      });

    // Assess
    const listed = faults.map((fault) => `  own/scoring: ${fault}`);
    expect(act).toThrow(
      new Error([`${faults.length} fault(s) in the construct's props:`, ...listed].join("\n")),
    );
  });
});
