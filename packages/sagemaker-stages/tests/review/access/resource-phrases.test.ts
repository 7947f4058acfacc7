import { describe, expect, it } from "@jest/globals";
import { ACCOUNT, allow, changesOf, policy, rolePolicy, sentences } from "./support/plans";

const of = (service: string, rest: string): string => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${rest}`;

describe("the sentence names a resource by its ARN and the actions:", () => {
  it.each<[string | readonly string[], string, string]>([
    ["s3:DeleteObject", "arn:aws:s3:::m1*", "delete every object of the buckets `m1*`"],
    ["s3:GetObject", "arn:aws:s3:::m1/*", "read every object of the bucket `m1`"],
    ["s3:GetObject", "arn:aws:s3:::m1/a/*", "read the objects `s3://m1/a/*`"],
    ["s3:GetObject", "arn:aws:s3:::*/*", "read every object of every bucket"],
    ["s3:GetObject", "*", "read every object of every bucket"],
    ["s3:ListBucket", "arn:aws:s3:::m1*", "list the buckets `m1*`"],
    ["s3:ListBucket", "arn:aws:s3:::m1", "list the bucket `m1`"],
    ["lambda:InvokeFunction", of("lambda", "function:dev-*"), "invoke the functions `dev-*`"],
    ["lambda:InvokeFunction", of("lambda", "function:dev"), "invoke the function `dev`"],
    [
      "sagemaker:InvokeEndpoint",
      of("sagemaker", "inference-component/churn"),
      "invoke the inference component `churn`",
    ],
    ["kms:Decrypt", of("kms", "key/*"), "decrypt with every key"],
    [
      "dynamodb:Query",
      of("dynamodb", "table/t/*"),
      "call `dynamodb:Query` on the indexes and streams of the table `t`",
    ],
    ["dynamodb:Query", of("dynamodb", "table/t*"), "call `dynamodb:Query` on the tables `t*`"],
    ["logs:PutLogEvents", of("logs", "log-group:/a/*:*"), "write to the streams of the log groups `/a/*`"],
    [
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      of("logs", "log-group:/a:log-stream:s"),
      "create and write to the stream `s` of the log group `/a`",
    ],
    [
      ["logs:CreateLogGroup", "logs:DescribeLogStreams"],
      of("logs", "log-group:/a"),
      "create the log group `/a` and list its streams",
    ],
    [
      ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
      "*",
      "create every log group and create and write to their streams",
    ],
    ["lambda:InvokeFunction", "*", "invoke every function"],
    ["sts:AssumeRole", "*", "assume every role"],
    ["iam:PassRole", `arn:aws:iam::${ACCOUNT}:role/a`, "pass the role `a` to services"],
  ])("%j on %s", (action, resource, words) => {
    // Act
    const changes = changesOf(rolePolicy(policy(), policy(allow(action, resource))));

    // Assess
    expect(sentences(changes)).toEqual([`+ Role \`scoring\` can now ${words}.`]);
  });
});

describe("a managed policy that is a permissions boundary", () => {
  const boundary = (name: string, action: string): object => ({
    name,
    arn: `arn:aws:iam::${ACCOUNT}:policy/${name}`,
    policy: policy(allow(action, "*")),
  });
  const role = {
    name: "r",
    permissions_boundary: `arn:aws:iam::${ACCOUNT}:policy/limits`,
    assume_role_policy: policy(),
  };

  it("is reported as a limit of principals, because it grants nothing", () => {
    // Act
    const changes = changesOf(
      {
        address: "aws_iam_policy.p",
        before: boundary("limits", "sqs:SendMessage"),
        after: boundary("limits", "sqs:*"),
      },
      { address: "aws_iam_role.r", before: role, after: role, actions: ["no-op"] },
    );

    // Assess
    expect(sentences(changes)).toEqual([
      "+ Principals limited by the permissions boundary `limits` can now be allowed to call `sqs:*` on every resource; before: only `sqs:SendMessage` on `*`.",
    ]);
  });

  it("is reported as a policy if no principal has it as a boundary", () => {
    // Act
    const changes = changesOf({
      address: "aws_iam_policy.p",
      before: boundary("rights", "sqs:SendMessage"),
      after: boundary("rights", "sqs:*"),
    });

    // Assess
    expect(sentences(changes).join()).toContain(
      "Principals with the managed policy `rights` can now call `sqs:*`",
    );
  });
});
