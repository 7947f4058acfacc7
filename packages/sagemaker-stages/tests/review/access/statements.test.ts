import { describe, expect, it } from "@jest/globals";
import { allow, changesOf, policy, rolePolicy, type Statement, told } from "./support/plans";

const ENDPOINT = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/dev-language-check";
const OTHER_ENDPOINT = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/dev-ticket-urgency";
const OBJECT = "arn:aws:s3:::models/language-check/1/model.tar.gz";
const OF_US = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };

const read = allow(["s3:GetObject"], [OBJECT]);
const invoke = allow(["sagemaker:InvokeEndpoint"], [ENDPOINT]);

describe("a policy that is written in another way", () => {
  it.each<[string, string, string]>([
    ["statements in another order", policy(read, invoke), policy(invoke, read)],
    [
      "another layout and a trailing newline",
      policy(read),
      `${JSON.stringify(JSON.parse(policy(read)), null, 4)}\n`,
    ],
    ["one in place of a list", policy(read), policy(allow("s3:GetObject", OBJECT))],
    ["one statement that is not in a list", policy(read), JSON.stringify({ Statement: read })],
    ["another Sid", policy({ ...read, Sid: "Read" }), policy({ ...read, Sid: "ReadItsArtifact" })],
    ["actions in another case", policy(read), policy(allow("S3:getobject", OBJECT))],
    [
      "statements that were one",
      policy(allow(["s3:GetObject", "s3:PutObject"], [OBJECT])),
      policy(allow("s3:PutObject", OBJECT), read),
    ],
    [
      "what a wildcard beside it says as well",
      policy(read, allow("s3:*", "arn:aws:s3:::models/*")),
      policy(allow("s3:*", "arn:aws:s3:::models/*")),
    ],
    [
      "values of a condition in two statements",
      policy(allow("s3:*", "*", { StringEquals: { "aws:RequestedRegion": ["us-east-1", "us-east-2"] } })),
      policy(
        allow("s3:*", "*", { StringEquals: { "AWS:requestedregion": "us-east-2" } }),
        allow("s3:*", "*", { StringEquals: { "aws:RequestedRegion": ["us-east-1"] } }),
      ),
    ],
    [
      "an operator that says the same",
      policy(allow("s3:*", "*", { ArnLike: { "aws:SourceArn": "arn:aws:s3:::a*" } })),
      policy(allow("s3:*", "*", { ArnEquals: { "aws:SourceArn": ["arn:aws:s3:::a*"] } })),
    ],
  ])("changes nothing: %s", (_, before, after) => {
    // Act
    const changes = changesOf(rolePolicy(before, after));

    // Assess
    expect(changes).toEqual([]);
  });
});

describe("what a role may do", () => {
  it.each<[string, Statement[], Statement[], string[]]>([
    [
      "one action more",
      [read],
      [allow(["s3:GetObject", "s3:PutObject"], OBJECT)],
      ["+ Role `scoring` can now write the object `s3://models/language-check/1/model.tar.gz`."],
    ],
    [
      "one resource less",
      [allow("sagemaker:InvokeEndpoint", [ENDPOINT, OTHER_ENDPOINT])],
      [allow("sagemaker:InvokeEndpoint", [ENDPOINT])],
      ["  Role `scoring` can no longer invoke the SageMaker endpoint `dev-ticket-urgency`."],
    ],
    [
      "an action that has no words of its own",
      [],
      [
        allow(
          ["dynamodb:DeleteTable", "dynamodb:PutItem"],
          "arn:aws:dynamodb:us-east-1:111122223333:table/scores",
        ),
      ],
      ["+ Role `scoring` can now call `dynamodb:DeleteTable` and `dynamodb:PutItem` on the table `scores`."],
    ],
    [
      "a wildcard in place of one action",
      [read],
      [allow("s3:*", OBJECT)],
      [
        "+ Role `scoring` can now call `s3:*` on the object `s3://models/language-check/1/model.tar.gz`; before only " +
          "`s3:GetObject` on `arn:aws:s3:::models/language-check/1/model.tar.gz`.",
      ],
    ],
    [
      "one object in place of a bucket",
      [allow("s3:GetObject", "arn:aws:s3:::models/*")],
      [read],
      [
        "  Role `scoring` can no longer read every object of the bucket `models`; what stays: `s3:GetObject` on " +
          "`arn:aws:s3:::models/language-check/1/model.tar.gz`.",
      ],
    ],
    [
      "a wildcard in another part of the ARN does not cover",
      [allow("sagemaker:InvokeEndpoint", "arn:aws:sagemaker:us-east-1:*:endpoint/dev")],
      [allow("sagemaker:InvokeEndpoint", "arn:aws:sagemaker:us-east-1:1:2:endpoint/dev")],
      [
        "+ Role `scoring` can now invoke `arn:aws:sagemaker:us-east-1:1:2:endpoint/dev`.",
        "  Role `scoring` can no longer invoke the SageMaker endpoint `dev`.",
      ],
    ],
    [
      "a condition that goes",
      [{ ...invoke, Condition: OF_US }],
      [invoke],
      [
        "+ Role `scoring` can invoke the SageMaker endpoint `dev-language-check` on other conditions: before where " +
          "`aws:PrincipalOrgID` is `o-1`, now always.",
      ],
    ],
    [
      "a model more of a multi-model endpoint",
      [{ ...invoke, Condition: { StringEquals: { "sagemaker:TargetModel": "eu/iris.tar.gz" } } }],
      [{ ...invoke, Condition: { StringLike: { "sagemaker:TargetModel": ["eu/*"] } } }],
      [
        "+ Role `scoring` can invoke the SageMaker endpoint `dev-language-check` on other conditions: before where " +
          "`sagemaker:TargetModel` is `eu/iris.tar.gz`, now where `sagemaker:TargetModel` is like `eu/*`.",
      ],
    ],
    [
      "a condition that is loosened",
      [{ ...invoke, Condition: OF_US }],
      [{ ...invoke, Condition: { StringLike: { "aws:PrincipalOrgID": ["o-*"] } } }],
      [
        "+ Role `scoring` can invoke the SageMaker endpoint `dev-language-check` on other conditions: before where " +
          "`aws:PrincipalOrgID` is `o-1`, now where `aws:PrincipalOrgID` is like `o-*`.",
      ],
    ],
    [
      "a condition that is tightened",
      [{ ...invoke, Condition: OF_US }],
      [{ ...invoke, Condition: { ...OF_US, Bool: { "aws:SecureTransport": true } } }],
      [
        "  Role `scoring` can invoke the SageMaker endpoint `dev-language-check` on other conditions: before where " +
          "`aws:PrincipalOrgID` is `o-1`, now where `aws:SecureTransport` is `true`, and `aws:PrincipalOrgID` is `o-1`.",
      ],
    ],
    [
      "a condition that may be absent",
      [{ ...invoke, Condition: OF_US }],
      [{ ...invoke, Condition: { StringEqualsIfExists: OF_US.StringEquals } }],
      [
        "+ Role `scoring` can invoke the SageMaker endpoint `dev-language-check` on other conditions: before where " +
          "`aws:PrincipalOrgID` is `o-1`, now where `aws:PrincipalOrgID` is `o-1` or is not given.",
      ],
    ],
    [
      "a Deny that goes",
      [invoke, { ...read, Effect: "Deny" }],
      [invoke],
      [
        "+ Role `scoring` is no longer refused to read the object `s3://models/language-check/1/model.tar.gz`.",
      ],
    ],
    [
      "a Deny that comes",
      [invoke],
      [invoke, { ...read, Effect: "Deny" }],
      [
        "  Role `scoring` is now refused to read the object `s3://models/language-check/1/model.tar.gz`, whatever else " +
          "allows it.",
      ],
    ],
    [
      "a Deny with a further condition",
      [{ ...read, Effect: "Deny" }],
      [{ ...read, Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }],
      [
        "+ Role `scoring` is refused to read the object `s3://models/language-check/1/model.tar.gz` on other conditions: " +
          "before always, now where `aws:SecureTransport` is `false`.",
      ],
    ],
    [
      "NotAction that leaves out less",
      [{ Effect: "Allow", NotAction: ["iam:*", "s3:*"], Resource: "*" }],
      [{ Effect: "Allow", NotAction: ["iam:*"], Resource: "*" }],
      [
        "+ Role `scoring` can now call everything but `iam:*` on every resource; before only `everything but iam:*, " +
          "s3:*` on `*`.",
      ],
    ],
    [
      "NotResource in place of a resource",
      [read],
      [{ Effect: "Allow", Action: "s3:GetObject", NotResource: OBJECT }],
      [
        "+ Role `scoring` can now read everything but `arn:aws:s3:::models/language-check/1/model.tar.gz`.",
        "  Role `scoring` can no longer read the object `s3://models/language-check/1/model.tar.gz`.",
      ],
    ],
  ])("is told: %s", (_, before, after, words) => {
    // Act
    const changes = changesOf(rolePolicy(policy(...before), policy(...after)));

    // Assess
    expect(told(changes)).toEqual(words);
  });
});

describe("a variable", () => {
  const variable = (name: string) => `\${${name}}`;
  const ofUser = allow("s3:GetObject", `arn:aws:s3:::models/${variable("aws:username")}/*`);
  const inVersion = (Version: string | undefined) => JSON.stringify({ Version, Statement: ofUser });

  it("is none in the older version of the grammar, which is the default", () => {
    // Act
    const changes = changesOf(rolePolicy(inVersion("2008-10-17"), inVersion("2012-10-17")));
    const same = changesOf(rolePolicy(inVersion("2008-10-17"), inVersion(undefined)));

    // Assess
    expect(changes.map(({ change, widens, resources }) => [change, widens, resources])).toEqual([
      ["granted", true, [`arn:aws:s3:::models/${variable("aws:username")}/*`]],
      ["withdrawn", false, [`arn:aws:s3:::models/${variable("$")}{aws:username}/*`]],
    ]);
    expect(same).toEqual([]);
  });
});

describe("a condition's values", () => {
  it.each<[string, object, object, boolean]>([
    [
      "an address range inside of it",
      { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
      { IpAddress: { "aws:SourceIp": "10.1.0.0/16" } },
      false,
    ],
    [
      "an address range around it",
      { IpAddress: { "aws:SourceIp": "10.1.0.0/16" } },
      { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
      true,
    ],
    [
      "a lower limit",
      { NumericLessThan: { "s3:max-keys": "20" } },
      { NumericLessThan: { "s3:max-keys": 10 } },
      false,
    ],
    [
      "a later end",
      { DateLessThan: { "aws:CurrentTime": "2026-01-01T00:00:00Z" } },
      { DateLessThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z" } },
      true,
    ],
    [
      "one more that is left out",
      { StringNotEquals: { "aws:RequestedRegion": ["a"] } },
      { StringNotEquals: { "aws:RequestedRegion": ["a", "b"] } },
      false,
    ],
    [
      "one less that is left out",
      { StringNotEquals: { "aws:RequestedRegion": ["a", "b"] } },
      { StringNotEquals: { "aws:RequestedRegion": ["a"] } },
      true,
    ],
    [
      "a text that has a wildcard now",
      { StringEquals: { "s3:prefix": "a*" } },
      { StringLike: { "s3:prefix": "a*" } },
      true,
    ],
    [
      "an operator that nobody knows",
      { Colour: { "s3:prefix": "a" } },
      { Colour: { "s3:prefix": ["a", "b"] } },
      true,
    ],
    [
      "another quantifier",
      { "ForAnyValue:StringEquals": { "aws:TagKeys": "a" } },
      { "ForAllValues:StringEquals": { "aws:TagKeys": "a" } },
      true,
    ],
  ])("are one change: %s", (_, before, after, widens) => {
    // Act
    const changes = changesOf(
      rolePolicy(policy(allow("s3:*", "*", before)), policy(allow("s3:*", "*", after))),
    );

    // Assess
    expect(changes.map((one) => [one.change, one.widens])).toEqual([["changed", widens]]);
  });
});
