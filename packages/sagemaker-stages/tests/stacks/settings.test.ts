import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { example, named } from "./support/environments";
import { synthesize } from "./support/synthesized";

const { accountId: _, tags: __, ...anyAccount } = example;
const local = named("local", anyAccount);
const elsewhere: Environment = {
  ...named("elsewhere", example),
  state: {
    s3: { bucket: "amzn-s3-demo-state-bucket", key: "stages/elsewhere.tfstate", region: "us-east-1" },
  },
};
const synthesized = synthesize([example, local, elsewhere]);

describe("the provider", () => {
  it("is only AWS, in versions that support every argument of the stacks", () => {
    // Act
    const { required_providers, required_version } = synthesized.stack("test").terraform.terraform;

    // Assess
    expect(required_providers).toEqual({ aws: { source: "hashicorp/aws", version: ">= 5.100.0, < 7.0.0" } });
    expect(required_version).toBe(">= 1.10.0");
  });

  it("uses only the environment's account, its region and the region of CloudFront's resources, and tags the resources", () => {
    // Prepare
    const common = {
      allowed_account_ids: ["111122223333"],
      default_tags: [{ tags: { Project: "example", Environment: "test" } }],
    };

    // Act
    const { provider } = synthesized.stack("test").terraform;

    // Assess
    expect(provider).toEqual({
      aws: [
        { ...common, region: "eu-central-1" },
        { ...common, region: "us-east-1", alias: "us_east_1" },
      ],
    });
  });

  it("uses the account of the credentials when the environment names no account", () => {
    // Act
    const { provider } = synthesized.stack("local").terraform;

    // Assess
    expect(provider).toEqual({
      aws: [
        { region: "eu-central-1", default_tags: [{ tags: { Environment: "local" } }] },
        { region: "us-east-1", alias: "us_east_1", default_tags: [{ tags: { Environment: "local" } }] },
      ],
    });
  });

  it("reads the account only when the environment names no account", () => {
    // Act
    const pinned = synthesized.stack("test");
    const open = synthesized.stack("local");

    // Assess
    pinned.all("data.aws_caller_identity", 0);
    open.one("data.aws_caller_identity");
  });
});

describe("the state", () => {
  it("in a file has a path from the stack's folder to the app's folder", () => {
    // Act
    const { backend } = synthesized.stack("local").terraform.terraform;

    // Assess
    expect(backend).toEqual({ local: { path: "../../../terraform.local.tfstate" } });
  });

  it("in S3 is encrypted and locked, in the environment's region and account", () => {
    // Act
    const { backend } = synthesized.stack("test").terraform.terraform;

    // Assess
    expect(backend).toEqual({
      s3: {
        bucket: "amzn-s3-demo-state-bucket",
        key: "stages/test.tfstate",
        region: "eu-central-1",
        encrypt: true,
        use_lockfile: true,
        allowed_account_ids: ["111122223333"],
      },
    });
  });

  it("in S3 can be in another region", () => {
    // Act
    const { backend } = synthesized.stack("elsewhere").terraform.terraform;

    // Assess
    expect(backend.s3?.region).toBe("us-east-1");
  });
});

describe("a stack", () => {
  it.each(["test", "local"])("does not contain the path of its folder: %s", (name) => {
    // Prepare
    const stack = synthesized.stack(name);

    const isSha256 = (text: string) => /^[A-Za-z0-9+/]{43}=$/.test(text);

    // Act
    const absolute = texts(stack.terraform).filter(
      (text) => /^(\/(?!aws\/)|[A-Za-z]:[\\/]|file:)/.test(text) && !isSha256(text),
    );

    // Assess
    expect(absolute).toEqual([]);
    expect(stack.text).not.toContain(process.cwd());
    expect(stack.text).not.toContain(synthesized.outdir);
  });

  it.each(["test", "local"])("does not refer to another stack: %s", (name) => {
    // Act
    const { text } = synthesized.stack(name);

    // Assess
    expect(text).not.toContain("terraform_remote_state");
  });
});

/** Every text in `value`, however deep. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}
