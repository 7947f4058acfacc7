import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { changesOf, policy } from "./support/plans";

/** Characters with a meaning in Markdown, and the line separators of Unicode. */
const hostile = fc.string({
  unit: fc.constantFrom(
    ..."`#!@<>|*_~\\[](){}$&=+^\"'\n\r\t\u2028\u2029 x".split(""),
    "://",
    "role ",
    "the function that ",
    " names after the apply",
    "<details>",
    "arn:aws:s3:::",
    "arn:aws:execute-api:r:a:b/c/d/e",
    "${",
    "aws_x ",
  ),
  maxLength: 30,
});

const list = fc.array(hostile, { minLength: 1, maxLength: 6 });

const statement = fc.record(
  {
    Effect: fc.constantFrom("Allow", "Deny"),
    Principal: fc.oneof(
      fc.record({ AWS: list }),
      fc.record({ Federated: list }),
      fc.record({ Service: hostile }),
    ),
    Action: list,
    Resource: list,
    Condition: fc.dictionary(
      fc.constantFrom("StringLike", "Colour"),
      fc.dictionary(fc.constantFrom("aws:SourceArn", "custom"), list),
    ),
  },
  { requiredKeys: ["Effect", "Action"] },
);

/** The sentence without code, and without parentheses that contain only code. */
function outsideOfCode(words: string): string {
  // A run of backticks ends at the next run with the same length.
  const code = /(?<!`)(`+)(?!`)[^\n\r]*?[^`\n\r]\1(?!`)/g;
  return words.replaceAll(code, "").replaceAll(/\((?:, | and )*\)/g, "");
}

describe("the sentence of a change", () => {
  it.each([
    ["with a bar", "a|b"],
    ["with 600 characters", "x".repeat(600)],
  ])("contains a name %s unchanged", (_, name) => {
    // Act
    const [change] = changesOf({
      address: "aws_s3_bucket_policy.b",
      after: {
        bucket: "b",
        policy: policy({
          Effect: "Allow",
          Principal: { AWS: "444455556666" },
          Action: "s3:GetObject",
          Resource: `arn:aws:s3:::b/${name}`,
        }),
      },
    });

    // Assess
    expect(change?.sentence).toBe(`The account \`444455556666\` can now read the object \`s3://b/${name}\`.`);
  });

  it("contains texts of a plan only as code", () => {
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), hostile, (statements, name) => {
        // Act
        const changes = changesOf(
          // A role that is known only by the path of the resource, a named role, a bucket, a function.
          {
            address: `aws_iam_role_policy.a["${name}"]`,
            after: { policy: policy(...statements) },
            unknown: { role: true },
          },
          {
            address: "aws_iam_role.b",
            after: { name, assume_role_policy: policy(...statements), permissions_boundary: name },
          },
          { address: "aws_s3_bucket_policy.c", after: { bucket: name, policy: policy(...statements) } },
          {
            address: "aws_lambda_permission.d",
            after: { function_name: name, principal: name, action: name, source_arn: name },
          },
          {
            address: `aws_lambda_permission.e["${name}"]`,
            after: { principal: "x", action: "y" },
            unknown: { function_name: true },
          },
          { address: "aws_lambda_function.f", after: { function_name: name, role: name } },
          {
            address: "aws_vpc_security_group_ingress_rule.g",
            after: { security_group_id: name, cidr_ipv4: name, ip_protocol: name },
          },
          {
            address: "aws_kms_grant.h",
            after: { key_id: name, grantee_principal: name, operations: [name] },
          },
          { address: `aws_iam_access_key.i["${name}"]`, after: {} },
        );

        // Assess
        const texts = changes.map(({ sentence }) => outsideOfCode(sentence));
        for (const text of texts) expect(text).toMatch(/^[\w ,;:.-]*$/);
      }),
    );
  });
});
