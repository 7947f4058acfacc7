import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { exampleModel, exampleWith, named } from "./support/environments";
import { type SynthesizedStack, synthesize } from "./support/synthesized";

const FIRST = "artifacts/first.tar.gz";
const SECOND = "artifacts/second.tar.gz";

const local: Environment = exampleWith({ artifact: FIRST });
const two: Environment = {
  ...named("two", local),
  models: {
    "loan-default": { ...exampleModel, artifact: FIRST },
    "energy-demand": { ...exampleModel, artifact: FIRST },
    "ticket-urgency": exampleModel,
  },
};
const synthesized = synthesize([
  local,
  named("second", exampleWith({ artifact: SECOND })),
  named("kept", { ...local, protected: true }),
  named("remote", exampleWith({})),
  two,
]);
const stack = synthesized.stack("test");
const bucket = stack.one("aws_s3_bucket");

describe("an artifact in S3", () => {
  it("needs no bucket in the environment", () => {
    // Act
    const types = synthesized.stack("remote").types();

    // Assess
    expect(types.filter((type) => type.startsWith("aws_s3_"))).toEqual([]);
  });
});

describe("an artifact that is a file of the app", () => {
  it("is uploaded under a key with its SHA-256", () => {
    // Act
    const { values } = stack.one("aws_s3_object");

    // Assess
    expect(values).toEqual({
      bucket: `\${${bucket.address}.id}`,
      key: keyOf(FIRST),
      source: `../../../${FIRST}`,
      override_provider: { default_tags: { tags: {} } },
      depends_on: [
        stack.one("aws_s3_bucket_versioning").address,
        stack.one("aws_s3_bucket_server_side_encryption_configuration").address,
      ],
    });
  });

  it("is uploaded before the model reads it", () => {
    // Act
    const { primary_container, depends_on } = stack.one("aws_sagemaker_model").values;

    // Assess
    expect(primary_container.model_data_url).toBe(
      `s3://test-artifacts-111122223333-eu-central-1/${keyOf(FIRST)}`,
    );
    expect(depends_on).toContain(stack.one("aws_s3_object").address);
  });

  // If the key of a resource changed, Terraform would delete a file that an endpoint may still use.
  it("gets a new resource when the file changes, so that the previous object stays while a revision uses the object", () => {
    // Prepare
    const idOf = (of: SynthesizedStack): string =>
      of.one("aws_s3_object").address.replace(/_[0-9A-F]{8}$/, "");

    // Act
    const [first, second] = [stack, synthesized.stack("second")].map(idOf);

    // Assess
    expect(first).toContain(sha256(FIRST).slice(0, 16));
    expect(second).toContain(sha256(SECOND).slice(0, 16));
    expect(first).not.toBe(second);
  });

  it("is uploaded for each model that names it, and does not change other models' artifacts", () => {
    // Prepare
    const both = synthesized.stack("two");

    // Act
    const keys = both.all("aws_s3_object", 2).map(({ values }) => values.key);

    // Assess
    expect(keys.sort()).toEqual([keyOf(FIRST, "energy-demand"), keyOf(FIRST)]);
    both.all("aws_s3_bucket", 1);
    expect(
      both.all("aws_sagemaker_model", 3).map(({ values }) => values.primary_container.model_data_url),
    ).toContain(exampleModel.artifact);
  });
});

describe("the bucket for artifacts", () => {
  it("has a name with account and region", () => {
    // Act
    const { values } = bucket;

    // Assess
    expect(values.bucket).toBe("test-artifacts-111122223333-eu-central-1");
  });

  it.each([
    ["test", true],
    ["kept", false],
  ])("of %s is destroyed together with its objects: %s", (name, isDestroyed) => {
    // Act
    const { values } = synthesized.stack(name).one("aws_s3_bucket");

    // Assess
    expect(values.force_destroy).toBe(isDestroyed);
  });

  it("has no public access, and is encrypted and versioned", () => {
    // Act
    const { bucket: _, ...blocked } = stack.one("aws_s3_bucket_public_access_block").values;
    const encryption = stack.one("aws_s3_bucket_server_side_encryption_configuration").values;
    const versioning = stack.one("aws_s3_bucket_versioning").values;

    // Assess
    expect(Object.values(blocked)).toEqual([true, true, true, true]);
    expect(encryption.rule).toEqual([
      { apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } },
    ]);
    expect(versioning.versioning_configuration).toEqual({ status: "Enabled" });
  });
});

function sha256(path: string): string {
  return createHash("sha256")
    .update(readFileSync(join(__dirname, "../fixtures/app", path)))
    .digest("hex");
}

function keyOf(path: string, model = "loan-default"): string {
  return `${model}/${sha256(path)}/model.tar.gz`;
}
