import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { describe, expect, it } from "@jest/globals";
import { App, TerraformStack } from "cdktf";
import { InferenceStack } from "../../src";
import { forCloudFront } from "../../src/constructs/terraform/aws-providers";
import type { Environment } from "../../src/environment/environment";
import { synthesize } from "../../src/testing/synthesize";
import type { StackJson } from "../../src/testing/terraform";
import { models } from "../fixtures/app/functions";
import { example, named } from "./support/environments";

/** An app's stack with two certificates for CloudFront. */
class WithCertificates extends InferenceStack {
  constructor(...args: ConstructorParameters<typeof InferenceStack>) {
    super(...args);
    for (const name of ["one", "two"]) {
      new AcmCertificate(this, name, {
        domainName: `${name}.example.com`,
        validationMethod: "DNS",
        ...forCloudFront(this),
      });
    }
  }
}

function stackOf(environment: Environment, ofApp?: typeof InferenceStack): StackJson {
  const environments = [environment];
  return synthesize({
    models,
    environments,
    ...(ofApp === undefined ? {} : { InferenceStack: ofApp }),
  }).stack(environment.name);
}

describe("a stack with resources for CloudFront", () => {
  it("has one provider in us-east-1, with the account and the tags of the stack's provider", () => {
    // Act
    const { provider } = stackOf(example, WithCertificates).terraform;

    // Assess
    const ofBoth = {
      allowed_account_ids: ["111122223333"],
      default_tags: [{ tags: { Project: "example", Environment: "test" } }],
    };
    expect(provider).toEqual({
      aws: [
        { region: "eu-central-1", ...ofBoth },
        { alias: "us_east_1", region: "us-east-1", ...ofBoth },
      ],
    });
  });

  it("names the provider in these resources only", () => {
    // Act
    const { resource } = stackOf(example, WithCertificates).terraform;

    // Assess
    const aliased = Object.entries(resource).flatMap(([type, byId]) =>
      Object.entries(byId).flatMap(([id, { provider }]) =>
        provider === undefined ? [] : [`${type}.${id}: ${provider}`],
      ),
    );
    expect(aliased).toEqual([
      "aws_acm_certificate.one: aws.us_east_1",
      "aws_acm_certificate.two: aws.us_east_1",
    ]);
  });

  it("needs no second provider in us-east-1", () => {
    // Prepare
    const virginia = named("virginia", { ...example, region: "us-east-1" });

    // Act
    const stack = stackOf(virginia, WithCertificates);

    // Assess
    expect(stack.terraform.provider.aws).toMatchObject([{ region: "us-east-1" }]);
    expect(stack.resources("aws_acm_certificate").map(({ values }) => values.provider)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("a stack without resources for CloudFront", () => {
  it("has both providers, so that Terraform can destroy such resources of the state", () => {
    // Act
    const { provider } = stackOf(example).terraform;

    // Assess
    expect(provider).toEqual(stackOf(example, WithCertificates).terraform.provider);
  });

  it("has only the stack's provider in us-east-1", () => {
    // Prepare
    const virginia = named("virginia", { ...example, region: "us-east-1" });

    // Act
    const { provider } = stackOf(virginia).terraform;

    // Assess
    expect(provider.aws).toMatchObject([{ region: "us-east-1" }]);
  });
});

describe("a stack whose provider the engine did not add", () => {
  it("is refused", () => {
    // Prepare
    const stack = new TerraformStack(new App(), "other");

    // Act
    const add = () => forCloudFront(stack);

    // Assess
    expect(add).toThrow("stack other: got no provider of addAwsProvider");
  });
});
