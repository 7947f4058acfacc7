import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { example, exampleModel } from "./support/environments";
import { SynthesizedStack, synthesizeOne } from "./support/synthesized";

/** AWS's limits in characters, for each argument that is a name. */
const LIMITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html. For the names of APIs, keys and plans
  // AWS documents no limit: this test uses the stage's limit, the shortest.
  aws_api_gateway_api_key: { name: 128 },
  aws_api_gateway_rest_api: { name: 128 },
  aws_api_gateway_stage: { stage_name: 128 },
  aws_api_gateway_usage_plan: { name: 128 },
  // https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html
  aws_cloudfront_distribution: { comment: 128 },
  // https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_OriginAccessControlConfig.html
  aws_cloudfront_origin_access_control: { name: 64 },
  // AWS documents no limit. The distribution's comment is the same text.
  aws_cloudfront_response_headers_policy: { name: 128 },
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
  aws_cloudwatch_log_group: { name: 512 },
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  aws_iam_role: { name: 64, description: 1000 },
  aws_iam_role_policy: { name: 128 },
  // https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
  aws_lambda_function: { function_name: 64, description: 256 },
  // https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
  aws_lambda_permission: { statement_id: 100 },
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  aws_s3_bucket: { bucket: 63 },
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
  aws_s3_object: { key: 1024 },
  // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html, and the pages of the other resources
  aws_sagemaker_endpoint: { name: 63 },
  aws_sagemaker_endpoint_configuration: { name: 63 },
  aws_sagemaker_model: { name: 63 },
};

/** Arguments that are names. Arguments that only refer to another resource are not included. */
const NAMING = /(^|_)name$|^(bucket|comment|description|key|statement_id)$/;

/** The longest allowed name of an environment. */
const MAX_ENVIRONMENT_NAME_LENGTH = "e".repeat(16);
/** The longest allowed name of a model. */
const MAX_MODEL_NAME_LENGTH = "m".repeat(30);

/** An environment with every named resource, in the region with the longest name. */
const environment: Environment = {
  ...example,
  name: MAX_ENVIRONMENT_NAME_LENGTH,
  region: "ap-southeast-1",
  stage: { throttling: { rateLimit: 1, burstLimit: 1 }, logRetentionInDays: 1 },
  website: {},
  models: {
    "loan-default": { ...exampleModel, access: "PUBLIC", functionUrl: {} },
    "energy-demand": { ...exampleModel, access: "API_KEY" },
    "language-check": exampleModel,
  },
};

interface Name {
  /** `<type>.<argument>` */
  readonly argument: string;
  readonly text: string;
  readonly most: number | undefined;
}

/** Every name in the stack, with the length that AWS receives. */
function namesOf(stack: SynthesizedStack): Name[] {
  return Object.entries(stack.terraform.resource).flatMap(([type, byId]) =>
    Object.values(byId).flatMap((values) =>
      Object.entries(values).flatMap(([argument, value]) => {
        if (!NAMING.test(argument) || typeof value !== "string") return [];
        const text = value.replace(/\$\{substr\([^}]*, 0, (\d+)\)\}/g, (_, digits) =>
          "0".repeat(Number(digits)),
        );
        const isReference = /^\$\{[^}]*\}$/.test(text);
        return isReference ? [] : [{ argument: `${type}.${argument}`, text, most: LIMITS[type]?.[argument] }];
      }),
    ),
  );
}

function tooLong(names: readonly Name[]): Name[] {
  return names.filter(({ text, most }) => most !== undefined && text.length > most);
}

/** The stack with `model` instead of loan-default. */
function withModelNamed(model: string, stack: SynthesizedStack): SynthesizedStack {
  return new SynthesizedStack(stack.name, stack.text.replaceAll("loan-default", model));
}

describe("with the longest names of environment and model", () => {
  const synthesized = synthesizeOne(environment);
  const names = namesOf(withModelNamed(MAX_MODEL_NAME_LENGTH, synthesized));

  it("every name fits AWS's limit", () => {
    // Act
    const faults = tooLong(names);

    // Assess
    expect(faults).toEqual([]);
  });

  it("this test has a limit for every name, and a name for every limit", () => {
    // Act
    const named = [...new Set(names.map(({ argument }) => argument))].sort();

    // Assess
    const known = Object.entries(LIMITS).flatMap(([type, limits]) =>
      Object.keys(limits).map((argument) => `${type}.${argument}`),
    );
    expect(named).toEqual(known.sort());
  });

  it("the names contain both names in full, and no reference", () => {
    // Act
    const roles = names.filter(({ argument }) => argument === "aws_iam_role.name").map(({ text }) => text);

    // Assess
    expect(roles).toContain(`${MAX_ENVIRONMENT_NAME_LENGTH}-${MAX_MODEL_NAME_LENGTH}-endpoint`);
    expect(names.filter(({ text }) => text.includes("${"))).toEqual([]);
  });

  it("a model with ten more characters exceeds the limits of IAM and SageMaker", () => {
    // Act
    const faults = tooLong(namesOf(withModelNamed("m".repeat(40), synthesized)));

    // Assess
    expect([...new Set(faults.map(({ argument }) => argument))].sort()).toEqual([
      "aws_iam_role.name",
      "aws_sagemaker_endpoint_configuration.name",
      "aws_sagemaker_model.name",
    ]);
  });
});
