import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { changesOf, policy } from "./support/plans";

/** Everything that is more than a text to Markdown, and ends of lines as Unicode knows them. */
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

/** What is outside of code, and of the brackets around nothing but code. */
function outsideOfCode(words: string): string {
  return words.replaceAll(/`[^`\n\r]+`/g, "").replaceAll(/\((?:, | and )*\)/g, "");
}

describe("the words of a change", () => {
  it("hold texts of a plan as code alone", () => {
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), hostile, (statements, name) => {
        // Act
        const changes = changesOf(
          // A role of which only the path of the resource is known, a named one, a bucket, a function.
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
        const texts = changes.map(({ words }) => outsideOfCode(words));
        for (const text of texts) expect(text).toMatch(/^[\w ,;:.-]*$/);
      }),
    );
  });
});
