import { describe, expect, it } from "@jest/globals";
import { releases } from "../../examples/releases";
import type { Environment } from "../../src/environment/environment";
import { releaseDigest } from "../../src/environment/releases";
import type { ReleaseContent } from "../../src/environment/settings/model-source/release";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { ownerPolicies } from "../../src/iam/deployment/released-artifacts";
import {
  environmentWith,
  evidenceOf,
  FIRST_SHA256,
  IMAGE,
  RELEASE,
  RELEASE_OF_FILE,
} from "../environment/support/releases";
import { named } from "./support/environments";
import { synthesize } from "./support/synthesized";

const KEY = "arn:aws:kms:eu-central-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const encrypted: ReleaseContent = { ...RELEASE, artifact: { ...RELEASE.artifact, keyArn: KEY } };
const promoted: Environment = {
  ...environmentWith({
    ...RELEASE,
    deployedIn: { file: evidenceOf(RELEASE) },
  }),
  promotedFrom: "file",
};
const synthesized = synthesize([
  named("copy", environmentWith(RELEASE)),
  named("file", environmentWith(RELEASE_OF_FILE)),
  named(
    "moved",
    environmentWith({ ...RELEASE, artifact: { ...RELEASE.artifact, uri: "s3://amzn-s3-demo-b/m.tar.gz" } }),
  ),
  named("other", environmentWith({ ...RELEASE, artifact: { ...RELEASE.artifact, etag: "0".repeat(32) } })),
  named("promoted", promoted),
  releases,
]);
const copy = synthesized.stack("copy");

describe("the artifact of a release in S3", () => {
  it("is copied to the environment's bucket, and S3 computes its SHA-256", () => {
    // Act
    const { values } = copy.one("aws_s3_object_copy");

    // Assess
    expect(values).toMatchObject({
      bucket: `\${${copy.one("aws_s3_bucket").address}.id}`,
      key: expect.stringMatching(`^loan-default/${FIRST_SHA256}/[0-9a-f]{16}/model\\.tar\\.gz$`),
      source: "amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
      checksum_algorithm: "SHA256",
      copy_if_match: RELEASE.artifact.etag,
      metadata_directive: "REPLACE",
      tagging_directive: "REPLACE",
      override_provider: { default_tags: { tags: {} } },
    });
  });

  it("has a condition that compares the checksum with the pinned SHA-256", () => {
    // Act
    const [condition, ...others] = copy.one("aws_s3_object_copy").values.lifecycle?.postcondition ?? [];

    // Assess
    expect(others).toEqual([]);
    expect(condition?.condition).toBe(
      `\${self.checksum_sha256 == "${Buffer.from(FIRST_SHA256, "hex").toString("base64")}"}`,
    );
    expect(condition?.error_message).toContain("SageMaker has not received the artifact.");
  });

  it("is the model's artifact, and the model waits for the copy", () => {
    // Act
    const { primary_container, depends_on } = copy.one("aws_sagemaker_model").values;

    // Assess
    expect(primary_container.model_data_url).toBe(
      `s3://copy-artifacts-111122223333-eu-central-1/${copy.one("aws_s3_object_copy").values.key}`,
    );
    expect(primary_container.image).toBe(IMAGE);
    expect(depends_on).toContain(copy.one("aws_s3_object_copy").address);
  });

  // S3 would overwrite the object of the live model, and Terraform would delete the object with the old resource.
  it("has another key and another address for each place of the bytes, and the same for the same pin", () => {
    // Act
    const [copied, again, moved, other, uploaded] = [
      copy.one("aws_s3_object_copy"),
      synthesized.stack("promoted").one("aws_s3_object_copy"),
      synthesized.stack("moved").one("aws_s3_object_copy"),
      synthesized.stack("other").one("aws_s3_object_copy"),
      synthesized.stack("file").one("aws_s3_object"),
    ].map(({ address, values }) => [address.replace(/^\w+\./, ""), values.key]);

    // Assess
    expect(again).toEqual(copied);
    for (const index of [0, 1]) {
      expect(new Set([copied, moved, other, uploaded].map((parts) => parts?.[index])).size).toBe(4);
    }
  });
});

describe("the artifact of a release that is a file", () => {
  it("is hashed again when Terraform plans and applies the upload", () => {
    // Act
    const stack = synthesized.stack("file");
    const { source, lifecycle } = stack.one("aws_s3_object").values;
    const [[local, found] = [], ...others] = Object.entries(stack.terraform.locals ?? {}).filter(([name]) =>
      name.includes("release"),
    );

    // Assess
    expect(source).toBe("../../../artifacts/first.tar.gz");
    expect(others).toEqual([]);
    expect(found).toBe(`\${filesha256("../../../artifacts/first.tar.gz")}`);
    expect(lifecycle?.precondition).toEqual([
      {
        condition: `\${(local.${local} == "${FIRST_SHA256}")}`,
        error_message: expect.stringContaining("The file artifacts/first.tar.gz has other bytes."),
      },
    ]);
  });
});

describe("the deployed releases", () => {
  const stack = synthesized.stack("promoted");

  it("are recorded after the endpoint", () => {
    // Act
    const deployed = stack
      .find("terraform_data")
      .find(({ address }) => address.endsWith(".deployed_releases"));

    // Assess
    expect(deployed?.values).toEqual({
      input: {
        "loan-default": {
          release: "2026-11-20",
          digest: releaseDigest(RELEASE),
          environment: "promoted",
          account: "111122223333",
          region: "eu-central-1",
          promotes: "bytes",
          serves: `artifact sha256:${FIRST_SHA256}, image ${IMAGE.replace(/.*@/, "")}`,
          promotedFrom: "file",
          seen: "2026-11-21",
          metrics: { accuracy: 0.9 },
        },
      },
      depends_on: [stack.one("aws_sagemaker_endpoint").address],
    });
  });

  // Terraform saves a known value of an output with each plan, even if the apply fails.
  it("are an output whose value is known only after the apply", () => {
    // Act
    const output = stack.terraform.output?.releases;

    // Assess
    expect(output).toEqual({
      description: "The deployed releases, by model",
      value: `\${terraform_data.deployed_releases.output}`,
    });
  });

  it("has another digest for another place of the bytes, and the same with a key", () => {
    // Act
    const [inS3, withKey, file] = [RELEASE, encrypted, RELEASE_OF_FILE].map(releaseDigest);

    // Assess
    expect(withKey).toBe(inS3);
    expect(file).not.toBe(inS3);
  });
});

describe("an id of a release", () => {
  it("names a file of the model's folder", () => {
    // Act
    const { values } = synthesized.stack("releases").one("aws_s3_object_copy");

    // Assess
    expect(values.source).toBe("amzn-s3-demo-bucket-of-training/energy-demand/2026-11-20/model.tar.gz");
  });
});

describe("the deployer's policies for a release", () => {
  /** The statements of policies that name the source of the copy or its key. */
  function statementsFor(policies: object): unknown[] {
    const all = Object.values(
      policies as Record<string, { Statement: { Sid: string; Resource?: unknown }[] }>,
    );
    return all
      .flatMap(({ Statement }) => Statement)
      .filter(({ Resource }) => /amzn-s3-demo-bucket\/|:key\//.test(JSON.stringify(Resource)));
  }

  it("read the source, and decrypt it only through S3", () => {
    // Act
    const statements = statementsFor(deployerPolicies(environmentWith(encrypted), "111122223333"));

    // Assess
    expect(statements).toEqual([
      {
        Sid: "ReadReleasedArtifacts",
        Effect: "Allow",
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::amzn-s3-demo-bucket/*.tar.gz"],
      },
      {
        Sid: "DecryptReleasedArtifacts",
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: [KEY],
        Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } },
      },
    ]);
  });

  it("do not let the planner read the source", () => {
    // Act
    const statements = statementsFor(plannerPolicies(environmentWith(encrypted), "111122223333"));

    // Assess
    expect(statements).toEqual([]);
  });

  it("are complete only with the policies of the artifact's account", () => {
    // Act
    const { bucket, key } = ownerPolicies(
      encrypted.artifact ?? RELEASE.artifact,
      ["111122223333"],
      "aws",
      "eu-central-1",
    );

    // Assess
    expect(bucket.Statement).toEqual([
      {
        Sid: "CopyReleasedArtifact",
        Effect: "Allow",
        Principal: { AWS: ["arn:aws:iam::111122223333:root"] },
        Action: ["s3:GetObject"],
        Resource: ["arn:aws:s3:::amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz"],
      },
    ]);
    expect(key?.Statement).toEqual([
      {
        Sid: "DecryptReleasedArtifact",
        Effect: "Allow",
        Principal: { AWS: ["arn:aws:iam::111122223333:root"] },
        Action: ["kms:Decrypt"],
        Resource: ["*"],
        Condition: { StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } },
      },
    ]);
  });
});
