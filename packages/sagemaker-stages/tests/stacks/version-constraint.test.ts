import { describe, expect, it } from "@jest/globals";
import { requireLockedVersions } from "../../src/constructs/terraform/locked-versions";
import {
  mergeRequiredProviders,
  type RequiredProvider,
} from "../../src/constructs/terraform/required-providers";
import { compareVersions, satisfies } from "../../src/constructs/terraform/version-constraint";
import { UserError } from "../../src/lib/user-error";

describe("a version", () => {
  it.each([
    ["5.100.0", "5.99.0", 1],
    ["6.21.0", "6.21", 0],
    ["6.3.0", "6.21.0", -1],
  ])("%s compared with %s is %s", (version, other, expected) => {
    // Act
    const difference = compareVersions(version, other);

    // Assess
    expect(Math.sign(difference)).toBe(expected);
  });

  it.each<[string, string, boolean | undefined]>([
    ["5.100.0", ">= 5.100.0, < 7.0.0", true],
    ["5.99.0", ">= 5.100.0, < 7.0.0", false],
    ["7.0.0", ">= 5.100.0, < 7.0.0", false],
    ["6.25.0", "6.25.0", true],
    ["6.25.1", "= 6.25.0", false],
    ["6.25.0", "!= 6.25.0", false],
    ["6.25.0", "> 6.25.0", false],
    ["6.25.0", "<= 6.25.0", true],
    ["6.25.9", "~> 6.25.3", true],
    ["6.26.0", "~> 6.25.3", false],
    ["6.25.2", "~> 6.25.3", false],
    ["6.99.0", "~> 6.25", true],
    ["7.0.0", "~> 6.25", false],
    ["6.25.0-beta1", ">= 6.21.0", undefined],
    ["6.25.0", ">= 6.21.0-beta1", undefined],
  ])("%s satisfies %s: %s", (version, constraint, expected) => {
    // Act
    const result = satisfies(version, constraint);

    // Assess
    expect(result).toBe(expected);
  });
});

describe("the providers that several stacks require", () => {
  it.each<[string, RequiredProvider, RequiredProvider, RequiredProvider]>([
    ["one source", { source: "hashicorp/aws" }, { source: "hashicorp/aws" }, { source: "hashicorp/aws" }],
    ["the name alone", { source: "aws" }, {}, { source: "hashicorp/aws" }],
    ["no namespace", { source: "aws" }, { source: "hashicorp/aws" }, { source: "hashicorp/aws" }],
    [
      "Terraform's registry and no registry",
      { source: "registry.terraform.io/hashicorp/aws" },
      { source: "aws" },
      { source: "registry.terraform.io/hashicorp/aws" },
    ],
    [
      "no registry and OpenTofu's registry",
      { source: "hashicorp/aws" },
      { source: "registry.opentofu.org/hashicorp/aws" },
      { source: "registry.opentofu.org/hashicorp/aws" },
    ],
    [
      "constraints of both",
      { version: ">= 5.100.0, < 7.0.0" },
      { source: "aws", version: "< 7.0.0,6.25.0" },
      { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0, 6.25.0" },
    ],
    [
      "a constraint of one",
      {},
      { source: "aws", version: "6.25.0" },
      { source: "hashicorp/aws", version: "6.25.0" },
    ],
  ])("are one provider with %s", (_, one, other, expected) => {
    // Act
    const merged = mergeRequiredProviders([{ aws: one }, {}, { aws: other }]);

    // Assess
    expect(merged).toEqual({ aws: expected });
  });

  it.each([
    ["hashicorp/aws", "team/aws"],
    ["registry.terraform.io/hashicorp/aws", "registry.opentofu.org/hashicorp/aws"],
    ["aws", "registry.example.com/hashicorp/aws"],
  ])("are refused when a name has the sources %s and %s", (one, other) => {
    // Act
    const act = () => mergeRequiredProviders([{ aws: { source: one } }, { aws: { source: other } }]);

    // Assess
    expect(act).toThrow(UserError);
    expect(act).toThrow(`and ${other}; allowed: the same provider in all stacks`);
  });
});

describe("the versions in a lock file", () => {
  const LOCK_FILE = `provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.100.0"
  constraints = ">= 5.100.0, < 7.0.0"
}

provider "registry.example.com/team/other" {
  version = "1.4.0"
}
`;
  const compare = (required: Parameters<typeof requireLockedVersions>[1]) => () =>
    requireLockedVersions("dev", required, LOCK_FILE);

  it.each(["aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws"])(
    "are found by the source %s, and refused outside of a stack's constraint",
    (source) => {
      // Act
      const act = compare({ aws: { source, version: ">= 6.21.0, < 7.0.0" } });

      // Assess
      expect(act).toThrow(
        /got version 5\.100\.0 of registry\.terraform\.io\/hashicorp\/aws; allowed: >= 6\.21\.0, < 7\.0\.0, .* stack dev/,
      );
    },
  );

  it.each([
    [
      "a provider of another registry",
      { other: { source: "registry.example.com/team/other", version: "~> 1.4" } },
    ],
    ["a provider without a constraint", { aws: { source: "aws" } }],
    ["a provider that the lock file lacks, which terraform init adds", { random: { version: "3.0.0" } }],
  ])("are accepted for %s", (_, required) => {
    // Act
    const act = compare(required);

    // Assess
    expect(act).not.toThrow();
  });

  it("are accepted when Terraform's provider or OpenTofu's provider has an allowed version", () => {
    // Prepare
    const ofOpenTofu = 'provider "registry.opentofu.org/hashicorp/aws" {\n  version     = "6.25.0"\n}\n';
    const required = { aws: { source: "hashicorp/aws", version: ">= 6.21.0, < 7.0.0" } };

    // Act
    const act = () => requireLockedVersions("dev", required, `${LOCK_FILE}${ofOpenTofu}`);

    // Assess
    expect(act).not.toThrow();
  });

  it("are refused for a provider of another registry", () => {
    // Act
    const act = compare({ other: { source: "registry.example.com/team/other", version: "~> 2.0" } });

    // Assess
    expect(act).toThrow("got version 1.4.0 of registry.example.com/team/other; allowed: ~> 2.0");
  });
});
