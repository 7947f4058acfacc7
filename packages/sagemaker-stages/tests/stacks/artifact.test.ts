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

describe("an artifact that is in S3", () => {
  it("needs no bucket of the environment", () => {
    // Act
    const types = synthesized.stack("remote").types();

    // Assess
    expect(types.filter((type) => type.startsWith("aws_s3_"))).toEqual([]);
  });
});

describe("an artifact that is a file of the project", () => {
  it("is uploaded under a key made of its SHA-256", () => {
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

  it("is what the model reads, once it is there", () => {
    // Act
    const { primary_container, depends_on } = stack.one("aws_sagemaker_model").values;

    // Assess
    expect(primary_container.model_data_url).toBe(
      `s3://test-artifacts-111122223333-eu-central-1/${keyOf(FIRST)}`,
    );
    expect(depends_on).toContain(stack.one("aws_s3_object").address);
  });

  // A resource whose key changed would delete the file of a model that may still be live.
  it("is another resource when it is another file, so that the old one stays while it is used", () => {
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

  it("is uploaded for each model that names it, and the others keep theirs", () => {
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
  it("is named so that no other account or region has it", () => {
    // Act
    const { values } = bucket;

    // Assess
    expect(values.bucket).toBe("test-artifacts-111122223333-eu-central-1");
  });

  it.each([
    ["test", true],
    ["kept", false],
  ])("of %s goes with what is in it: %s", (name, goes) => {
    // Act
    const { values } = synthesized.stack(name).one("aws_s3_bucket");

    // Assess
    expect(values.force_destroy).toBe(goes);
  });

  it("lets nobody in from outside, and is encrypted and versioned", () => {
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
