import { describe, expect, it } from "@jest/globals";
import { matchesArn } from "../../src/aws/arn-pattern";
import type { Environment } from "../../src/environment/environment";
import { environments } from "../fixtures/app/environments";
import { example, exampleWith, exampleWithCallers } from "./support/environments";
import { synthesize, synthesizeOne } from "./support/synthesized";

// tests/least-privilege/ proves that every principal has exactly the permissions that it needs.

const synthesized = synthesize(environments);

/** Names of an environment's functions and endpoints, and of their roles. */
function namesOf({ name, models }: Environment): string[] {
  return Object.keys(models).flatMap((model) => {
    const own = `${name}-${model}`;
    return [own, `${own}-function`, `${own}-endpoint`];
  });
}

/** The names of `names` that `text` contains as whole names. */
function foundIn(text: string, names: readonly string[]): string[] {
  return names.filter((name) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text));
}

describe.each(environments.map((environment) => [environment.name, environment] as const))(
  "the stack %s",
  (name, environment) => {
    it("does not contain names of another environment's resources", () => {
      // Prepare
      const { text } = synthesized.stack(name);
      const own = namesOf(environment);
      const others = environments.filter((other) => other.name !== name).flatMap(namesOf);
      expect(others.length).toBeGreaterThan(0);

      // Act
      const found = foundIn(text, [...own, ...others]);

      // Assess
      expect(found).toEqual(own);
    });
  },
);

describe("API Gateway's permission to invoke a function", () => {
  it.each([
    ["allows a call through the stage", "test/POST/loan-default", true],
    ["does not allow a test call of API Gateway's console", "test-invoke-stage/POST/loan-default", false],
    ["does not allow a call with another method", "test/GET/loan-default", false],
  ])("%s", (_, call, isAllowed) => {
    // Prepare
    const { values } = synthesizeOne(example).one("aws_lambda_permission");
    const api = "arn:aws:execute-api:eu-central-1:111122223333:abcdefghij";
    const pattern = values.source_arn.replace(/^\$\{[^}]*\}/, api);

    // Act
    const fits = matchesArn(pattern, `${api}/${call}`);

    // Assess
    expect(fits).toBe(isAllowed);
  });
});

describe("an image by its ECR address", () => {
  const digest = "0123456789abcdef".repeat(4);

  it.each([
    ["a tag", "999988887777.dkr.ecr.eu-central-1.amazonaws.com/team/xgboost:1.7-1", "team/xgboost"],
    ["a digest", `999988887777.dkr.ecr.eu-central-1.amazonaws.com/xgboost@sha256:${digest}`, "xgboost"],
  ])("with %s is pulled only from that account's repository", (_, uri, repository) => {
    // Prepare
    const environment = exampleWith({ image: { uri } });

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    const repositories = stack.text.match(/arn:aws:ecr:[^"\\]*/g);
    expect(new Set(repositories)).toEqual(
      new Set([`arn:aws:ecr:eu-central-1:999988887777:repository/${repository}`]),
    );
    expect(stack.one("aws_sagemaker_model").values.primary_container.image).toBe(uri);
    stack.all("data.aws_sagemaker_prebuilt_ecr_image", 0);
  });
});

describe("other partitions", () => {
  it("are in every ARN of a Chinese region", () => {
    // Prepare
    const environment: Environment = { ...exampleWithCallers, region: "cn-north-1" };

    // Act
    const stack = synthesizeOne(environment);

    // Assess
    expect(stack.text).toContain("arn:aws-cn:apigateway:cn-north-1:lambda:path/");
    expect(stack.text).not.toContain("arn:aws:");
  });
});

describe("an artifact whose key contains an asterisk, which is a wildcard only for IAM", () => {
  it("is named with IAM's variable for the asterisk", () => {
    // Prepare
    const environment = exampleWith({ artifact: "s3://amzn-s3-demo-bucket/*/model.tar.gz" });

    // Act
    const policies = synthesizeOne(environment)
      .find("aws_iam_role_policy")
      .map(({ values }) => values.policy);

    // Assess: Terraform reads two dollar signs as one.
    const resource = `arn:aws:s3:::amzn-s3-demo-bucket/${"$$"}{*}/model.tar.gz`;
    expect(policies.filter((policy) => policy.includes(JSON.stringify(resource)))).toHaveLength(1);
  });
});
