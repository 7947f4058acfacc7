import { describe, expect, it } from "@jest/globals";
import { allow, changesOf, policy, rolePolicy, type Statement, sentences } from "./support/plans";

const ENDPOINT = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/dev-language-check";
const OTHER_ENDPOINT = "arn:aws:sagemaker:us-east-1:111122223333:endpoint/dev-ticket-urgency";
const OBJECT = "arn:aws:s3:::models/language-check/1/model.tar.gz";
const OF_US = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };

const read = allow(["s3:GetObject"], [OBJECT]);
const invoke = allow(["sagemaker:InvokeEndpoint"], [ENDPOINT]);

describe("an equivalent policy", () => {
  it.each<[string, string, string]>([
    ["statements in another order", policy(read, invoke), policy(invoke, read)],
    [
      "another layout and a trailing newline",
      policy(read),
      `${JSON.stringify(JSON.parse(policy(read)), null, 4)}\n`,
    ],
    ["a value instead of a list", policy(read), policy(allow("s3:GetObject", OBJECT))],
    ["a statement instead of a list of statements", policy(read), JSON.stringify({ Statement: read })],
    ["another Sid", policy({ ...read, Sid: "Read" }), policy({ ...read, Sid: "ReadArtifacts" })],
    ["actions in another case", policy(read), policy(allow("S3:getobject", OBJECT))],
    [
      "one statement split into several",
      policy(allow(["s3:GetObject", "s3:PutObject"], [OBJECT])),
      policy(allow("s3:PutObject", OBJECT), read),
    ],
    [
      "a statement that a wildcard already contains",
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
      "an equivalent operator",
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

describe("the permissions of a role", () => {
  it.each<[string, Statement[], Statement[], string[]]>([
    [
      "one more action",
      [read],
      [allow(["s3:GetObject", "s3:PutObject"], OBJECT)],
      ["+ Role `scoring` can now write the object `s3://models/language-check/1/model.tar.gz`."],
    ],
    [
      "one resource removed",
      [allow("sagemaker:InvokeEndpoint", [ENDPOINT, OTHER_ENDPOINT])],
      [allow("sagemaker:InvokeEndpoint", [ENDPOINT])],
      ["  Role `scoring` can no longer invoke the SageMaker endpoint `dev-ticket-urgency`."],
    ],
    [
      "an action without a verb",
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
      "a wildcard instead of an action",
      [read],
      [allow("s3:*", OBJECT)],
      [
        "+ Role `scoring` can now call `s3:*` on the object `s3://models/language-check/1/model.tar.gz`; before: only " +
          "`s3:GetObject` on `arn:aws:s3:::models/language-check/1/model.tar.gz`.",
      ],
    ],
    [
      "an object instead of a bucket",
      [allow("s3:GetObject", "arn:aws:s3:::models/*")],
      [read],
      [
        "  Role `scoring` can no longer read every object of the bucket `models`; still allowed: `s3:GetObject` on " +
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
      "a removed condition",
      [{ ...invoke, Condition: OF_US }],
      [invoke],
      [
        "+ Role `scoring` can now invoke the SageMaker endpoint `dev-language-check` without a condition; " +
          "before: if `aws:PrincipalOrgID` is `o-1`.",
      ],
    ],
    [
      "one more model of a multi-model endpoint",
      [{ ...invoke, Condition: { StringEquals: { "sagemaker:TargetModel": "eu/iris.tar.gz" } } }],
      [{ ...invoke, Condition: { StringLike: { "sagemaker:TargetModel": ["eu/*"] } } }],
      [
        "+ Role `scoring` can now invoke the SageMaker endpoint `dev-language-check` if `sagemaker:TargetModel` matches `eu/*`; " +
          "before: if `sagemaker:TargetModel` is `eu/iris.tar.gz`.",
      ],
    ],
    [
      "a wider condition",
      [{ ...invoke, Condition: OF_US }],
      [{ ...invoke, Condition: { StringLike: { "aws:PrincipalOrgID": ["o-*"] } } }],
      [
        "+ Role `scoring` can now invoke the SageMaker endpoint `dev-language-check` if `aws:PrincipalOrgID` matches `o-*`; " +
          "before: if `aws:PrincipalOrgID` is `o-1`.",
      ],
    ],
    [
      "a narrower condition",
      [{ ...invoke, Condition: OF_US }],
      [{ ...invoke, Condition: { ...OF_US, Bool: { "aws:SecureTransport": true } } }],
      [
        "  Role `scoring` can still invoke the SageMaker endpoint `dev-language-check`, but only if `aws:SecureTransport` is `true` and " +
          "`aws:PrincipalOrgID` is `o-1`; before: if `aws:PrincipalOrgID` is `o-1`.",
      ],
    ],
    [
      "an optional condition key",
      [{ ...invoke, Condition: OF_US }],
      [{ ...invoke, Condition: { StringEqualsIfExists: OF_US.StringEquals } }],
      [
        "+ Role `scoring` can now invoke the SageMaker endpoint `dev-language-check` if `aws:PrincipalOrgID` is `o-1` or is absent; " +
          "before: if `aws:PrincipalOrgID` is `o-1`.",
      ],
    ],
    [
      "a removed Deny",
      [invoke, { ...read, Effect: "Deny" }],
      [invoke],
      [
        "+ Role `scoring` is no longer denied permission to read the object `s3://models/language-check/1/model.tar.gz`.",
      ],
    ],
    [
      "an added Deny",
      [invoke],
      [invoke, { ...read, Effect: "Deny" }],
      [
        "  Role `scoring` is now denied permission to read the object `s3://models/language-check/1/model.tar.gz`, even if " +
          "another policy allows it.",
      ],
    ],
    [
      "a Deny with an additional condition",
      [{ ...read, Effect: "Deny" }],
      [{ ...read, Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }],
      [
        "+ Role `scoring` is now denied permission to read the object `s3://models/language-check/1/model.tar.gz` " +
          "only if `aws:SecureTransport` is `false`; before: without a condition.",
      ],
    ],
    [
      "NotAction that leaves out less",
      [{ Effect: "Allow", NotAction: ["iam:*", "s3:*"], Resource: "*" }],
      [{ Effect: "Allow", NotAction: ["iam:*"], Resource: "*" }],
      [
        "+ Role `scoring` can now call every action except `iam:*` on every resource; before: only `everything except iam:*, " +
          "s3:*` on `*`.",
      ],
    ],
    [
      "NotResource in place of a resource",
      [read],
      [{ Effect: "Allow", Action: "s3:GetObject", NotResource: OBJECT }],
      [
        "+ Role `scoring` can now read everything except `arn:aws:s3:::models/language-check/1/model.tar.gz`.",
        "  Role `scoring` can no longer read the object `s3://models/language-check/1/model.tar.gz`.",
      ],
    ],
  ])("change by %s", (_, before, after, words) => {
    // Act
    const changes = changesOf(rolePolicy(policy(...before), policy(...after)));

    // Assess
    expect(sentences(changes)).toEqual(words);
  });
});

describe("a variable", () => {
  const variable = (name: string) => `\${${name}}`;
  const ofUser = allow("s3:GetObject", `arn:aws:s3:::models/${variable("aws:username")}/*`);
  const inVersion = (Version: string | undefined) => JSON.stringify({ Version, Statement: ofUser });

  it("is a literal text in the older version of the grammar, which is the default", () => {
    // Act
    const changes = changesOf(rolePolicy(inVersion("2008-10-17"), inVersion("2012-10-17")));
    const same = changesOf(rolePolicy(inVersion("2008-10-17"), inVersion(undefined)));

    // Assess
    expect(changes.map(({ change, widens, resources }) => [change, widens, resources])).toEqual([
      ["granted", true, [`arn:aws:s3:::models/${variable("aws:username")}/*`]],
      ["revoked", false, [`arn:aws:s3:::models/${variable("$")}{aws:username}/*`]],
    ]);
    expect(same).toEqual([]);
  });
});

describe("a condition's values", () => {
  it.each<[string, object, object, boolean]>([
    [
      "a narrower address range",
      { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
      { IpAddress: { "aws:SourceIp": "10.1.0.0/16" } },
      false,
    ],
    [
      "a wider address range",
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
      "one more excluded value",
      { StringNotEquals: { "aws:RequestedRegion": ["a"] } },
      { StringNotEquals: { "aws:RequestedRegion": ["a", "b"] } },
      false,
    ],
    [
      "one excluded value less",
      { StringNotEquals: { "aws:RequestedRegion": ["a", "b"] } },
      { StringNotEquals: { "aws:RequestedRegion": ["a"] } },
      true,
    ],
    [
      "a wildcard instead of a literal text",
      { StringEquals: { "s3:prefix": "a*" } },
      { StringLike: { "s3:prefix": "a*" } },
      true,
    ],
    ["an unknown operator", { Colour: { "s3:prefix": "a" } }, { Colour: { "s3:prefix": ["a", "b"] } }, true],
    [
      "another quantifier",
      { "ForAnyValue:StringEquals": { "aws:TagKeys": "a" } },
      { "ForAllValues:StringEquals": { "aws:TagKeys": "a" } },
      true,
    ],
  ])("are compared: %s", (_, before, after, widens) => {
    // Act
    const changes = changesOf(
      rolePolicy(policy(allow("s3:*", "*", before)), policy(allow("s3:*", "*", after))),
    );

    // Assess
    expect(changes.map((one) => [one.change, one.widens])).toEqual([["changed", widens]]);
  });
});
