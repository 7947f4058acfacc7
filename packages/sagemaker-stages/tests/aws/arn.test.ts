import { describe, expect, it } from "@jest/globals";
import {
  ArnFactory,
  buildArn,
  ecrRepositoryArn,
  parseArn,
  regionalArnPrefix,
  s3ObjectArn,
  splitArn,
} from "../../src/aws/arn";

describe("an ARN", () => {
  it.each([
    "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/dev-iris",
    "arn:aws-cn:iam::111122223333:role/path/name",
    "arn:aws:s3:::bucket/key:with:colons",
    "arn:aws:apigateway:us-east-1::/restapis",
    "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/dev:*",
  ])("does not change when it is parsed and built: %s", (arn) => {
    // Act
    const parts = parseArn(arn);

    // Assess
    expect(parts && buildArn(parts)).toBe(arn);
  });

  it("keeps the colons of its resource in one part", () => {
    // Act
    const parts = parseArn("arn:aws:lambda:us-east-1:111122223333:function:dev:live");

    // Assess
    expect(parts).toEqual({
      partition: "aws",
      service: "lambda",
      region: "us-east-1",
      accountId: "111122223333",
      resource: "function:dev:live",
    });
  });

  it.each(["", "*", "bucket", "arn:aws:s3", "arn:aws:lambda:us-east-1:111122223333", "urn:aws:s3:::b"])(
    "is not found in the text %j",
    (text) => {
      // Act
      const parts = parseArn(text);

      // Assess
      expect(parts).toBeUndefined();
    },
  );

  it("has fewer parts when the text is not an ARN", () => {
    // Act
    const parts = splitArn("111122223333:function");

    // Assess
    expect(parts).toEqual(["111122223333", "function"]);
  });
});

describe("ARNs of an account and region", () => {
  it.each([
    ["eu-central-1", "aws"],
    ["cn-north-1", "aws-cn"],
    ["us-gov-west-1", "aws-us-gov"],
  ])("have the region's partition: %s", (region, partition) => {
    // Prepare
    const arns = new ArnFactory(region, "111122223333");

    // Act
    const built = [
      arns.arn("lambda", "function:f"),
      arns.globalArn("cloudfront", "distribution/*"),
      arns.roleArn("r"),
      arns.bucketArn("b"),
      arns.objectArn("s3://b/k"),
      arns.repositoryArn("444455556666", "team/image"),
      arns.apiGatewayArn("/tags/*"),
      regionalArnPrefix("kms", region),
    ];

    // Assess
    expect(built).toEqual([
      `arn:${partition}:lambda:${region}:111122223333:function:f`,
      `arn:${partition}:cloudfront::111122223333:distribution/*`,
      `arn:${partition}:iam::111122223333:role/r`,
      `arn:${partition}:s3:::b`,
      `arn:${partition}:s3:::b/k`,
      `arn:${partition}:ecr:${region}:444455556666:repository/team/image`,
      `arn:${partition}:apigateway:${region}::/tags/*`,
      `arn:${partition}:kms:${region}:`,
    ]);
  });

  it("can contain an account that Terraform resolves", () => {
    // Prepare
    const account = "$" + "{data.aws_caller_identity.caller.account_id}";

    // Act
    const arn = new ArnFactory("eu-central-1", account).roleArn("r");

    // Assess
    expect(arn).toBe(`arn:aws:iam::${account}:role/r`);
  });
});

it("the ARN of an S3 object contains the literal key", () => {
  // Act
  const arn = s3ObjectArn("aws", "s3://bucket/what?/a*");

  // Assess
  expect(arn).toBe("arn:aws:s3:::bucket/what$" + "{?}/a$" + "{*}");
});

it("the ARN of an image repository can have another account and region", () => {
  // Act
  const arn = ecrRepositoryArn({
    partition: "aws-cn",
    region: "cn-north-1",
    accountId: "444455556666",
    repository: "team/image",
  });

  // Assess
  expect(arn).toBe("arn:aws-cn:ecr:cn-north-1:444455556666:repository/team/image");
});
