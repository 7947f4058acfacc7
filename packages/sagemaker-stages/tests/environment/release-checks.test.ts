import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { releaseDigest } from "../../src/environment/releases";
import type { ReleaseContent } from "../../src/environment/settings/model-source/release";
import { checkEnvironments } from "../support/app";
import { environmentWith, evidenceOf, IMAGE, RELEASE } from "./support/releases";

/** The fields and values of all faults. */
function faultsOf(...environments: readonly Environment[]): string[] {
  return checkEnvironments(environments).map(
    ({ environment, field, got }) => `${environment}: ${field}: ${got}`,
  );
}

/** The release that the environment staging deployed. */
const DEPLOYED: ReleaseContent = {
  ...RELEASE,
  deployedIn: { staging: evidenceOf(RELEASE) },
};

/** Staging, and prod that accepts only releases of staging. */
function stagingAndProd(
  release: string | ReleaseContent,
  part: object = {},
  from = "staging",
): Environment[] {
  const prod = environmentWith(release, part);
  return [
    { ...environmentWith(RELEASE), name: "staging", state: { local: { path: "terraform.staging.tfstate" } } },
    { ...prod, name: "prod", protected: true, promotedFrom: from },
  ];
}

describe("a release", () => {
  it("replaces the artifact and the image", () => {
    // Act
    const faults = faultsOf(environmentWith(RELEASE));

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, object, string]>([
    ["artifact", { artifact: "s3://amzn-s3-demo-bucket/a/model.tar.gz" }, "artifact"],
    ["image", { image: { algorithm: "linear-learner", tag: "1" } }, "image"],
    ["containerEnvironment", { containerEnvironment: { LEVEL: "1" } }, "containerEnvironment"],
  ])("excludes %s", (_, part, name) => {
    // Act
    const faults = faultsOf(environmentWith(RELEASE, part));

    // Assess
    expect(faults).toEqual([`test: models.loan-default.release: release together with ${name}`]);
  });

  it("may have the environment's own secrets", () => {
    // Prepare
    const secrets = { TOKEN_ARN: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-a1B2c3" };

    // Act
    const faults = faultsOf(environmentWith(RELEASE, { secrets }));

    // Assess
    expect(faults).toEqual([]);
  });

  it("reports an unknown id with the file that is missing", () => {
    // Act
    const [fault, ...others] = checkEnvironments([environmentWith("2026-11-21")]);

    // Assess
    expect(others).toEqual([]);
    expect(fault).toEqual({
      environment: "test",
      field: "models.loan-default.release",
      got: '"2026-11-21": functions/loan-default/releases/2026-11-21.json does not exist',
      allowed: "a release of functions/loan-default/releases: npx sagemaker-stages release loan-default",
      because: "functions/loan-default/releases",
    });
  });

  it("reports every fault of the file, with the field", () => {
    // Prepare
    const release = {
      ...RELEASE,
      artifact: { ...RELEASE.artifact, sha256: "ABC", sizeInBytes: 6 * 1024 ** 3 },
      images: { "eu-central-1": IMAGE.replace(/@.*/, ":1.7-1") },
    };

    // Act
    const faults = faultsOf(environmentWith(release));

    // Assess
    expect(faults).toEqual([
      'test: models.loan-default.release.artifact.sha256: "ABC"',
      "test: models.loan-default.release.artifact.sizeInBytes: 6442450944",
      'test: models.loan-default.release.images.eu-central-1: "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:1.7-1"',
    ]);
  });

  it("needs the ETag of an artifact in S3", () => {
    // Prepare
    const { etag: _, ...artifact } = RELEASE.artifact;

    // Act
    const faults = faultsOf(environmentWith({ ...RELEASE, artifact }));

    // Assess
    expect(faults).toEqual(["test: models.loan-default.release.artifact.etag: nothing"]);
  });

  it("refuses a file of the project with other bytes", () => {
    // Prepare
    const { sha256, sizeInBytes } = RELEASE.artifact;
    const ofFile = (file: string): ReleaseContent => ({
      ...RELEASE,
      artifact: { file, sha256, sizeInBytes },
    });

    // Act
    const [released, tampered] = ["artifacts/first.tar.gz", "artifacts/second.tar.gz"].map((file) =>
      faultsOf(environmentWith(ofFile(file))),
    );

    // Assess
    expect(released).toEqual([]);
    expect(tampered).toEqual([
      `test: models.loan-default.release.artifact.sha256: ${sha256}, but artifacts/second.tar.gz has the SHA-256 cc2f19779cd6c24a511f19bbe5d96b25cc258d9c70bb352aa186909f4090a8c3`,
    ]);
  });

  it("needs an image in the environment's region", () => {
    // Act
    const faults = faultsOf({ ...environmentWith(RELEASE), region: "eu-west-1" });

    // Assess
    expect(faults).toContain("test: models.loan-default.release.images: no image for eu-west-1");
  });

  it("refuses a model of the Hub without its commit", () => {
    // Prepare
    const { artifact: _, ...withoutArtifact } = RELEASE;
    const hub = (variables: Record<string, string>): ReleaseContent => ({
      ...withoutArtifact,
      images: { "eu-central-1": IMAGE.replace("sagemaker-xgboost", "huggingface-pytorch-inference") },
      containerEnvironment: { HF_MODEL_ID: "distilbert/distilbert-base-uncased", ...variables },
    });

    // Act
    const unpinned = faultsOf(environmentWith(hub({})));
    const pinned = faultsOf(
      environmentWith(hub({ HF_MODEL_REVISION: "714eb0fa89d2f80546fda750413ed43d93601a13" })),
    );

    // Assess
    expect(pinned).toEqual([]);
    expect(unpinned).toEqual([
      "test: models.loan-default.release.containerEnvironment.HF_MODEL_REVISION: nothing",
    ]);
  });
});

describe("an environment with promotedFrom", () => {
  it("accepts a release that the preceding environment has deployed", () => {
    // Act
    const faults = faultsOf(...stagingAndProd(DEPLOYED));

    // Assess
    expect(faults).toEqual([]);
  });

  it("refuses a release that the preceding environment never had", () => {
    // Act
    const faults = faultsOf(...stagingAndProd(RELEASE));

    // Assess
    expect(faults).toEqual(["prod: models.loan-default.release: 2026-11-20, which staging has not deployed"]);
  });

  it.each<[string, ReleaseContent]>([
    ["artifact", { ...DEPLOYED, artifact: { ...RELEASE.artifact, sha256: "0".repeat(64) } }],
    ["image", { ...DEPLOYED, images: { "eu-central-1": IMAGE.replace(/..$/, "00") } }],
    ["variables", { ...DEPLOYED, containerEnvironment: { LEVEL: "1" } }],
    ["location", { ...DEPLOYED, artifact: { ...RELEASE.artifact, uri: "s3://amzn-s3-demo-b/model.tar.gz" } }],
    ["ETag", { ...DEPLOYED, artifact: { ...RELEASE.artifact, etag: "0".repeat(32) } }],
    ["metric", { ...DEPLOYED, metrics: { accuracy: { value: 0.99, source: "a test" } } }],
  ])("refuses a release whose %s changed after the preceding environment deployed it", (_, release) => {
    // Act
    const faults = faultsOf(...stagingAndProd(release));

    // Assess
    expect(faults).toEqual([
      `prod: models.loan-default.release: 2026-11-20 with the digest ${releaseDigest(release)}, but staging deployed ${releaseDigest(RELEASE)}`,
    ]);
  });

  it("accepts the release when only the key of its artifact changed", () => {
    // Prepare
    const keyArn = "arn:aws:kms:eu-central-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    // Act
    const faults = faultsOf(...stagingAndProd({ ...DEPLOYED, artifact: { ...RELEASE.artifact, keyArn } }));

    // Assess
    expect(faults).toEqual([]);
  });

  it.each([
    ["another account", { account: "999988887777" }],
    ["another region", { region: "eu-west-1" }],
  ])("refuses evidence of %s than the preceding environment's", (_, other) => {
    // Prepare
    const evidence = { ...evidenceOf(RELEASE), ...other };

    // Act
    const faults = faultsOf(...stagingAndProd({ ...RELEASE, deployedIn: { staging: evidence } }));

    // Assess
    expect(faults).toEqual([
      `prod: models.loan-default.release: 2026-11-20, which was deployed in the account ${evidence.account} in ${evidence.region}`,
    ]);
  });

  it("names the command of the promotion, and the remedy before the first promotion", () => {
    // Act
    const [fault] = checkEnvironments(stagingAndProd(RELEASE));

    // Assess
    expect(fault?.allowed).toContain("run npx sagemaker-stages promote loan-default staging prod");
  });

  it("refuses a model without a release, and an existing endpoint", () => {
    // Prepare
    const [staging, prod] = stagingAndProd(DEPLOYED) as [Environment, Environment];
    const models = {
      "loan-default": {
        artifact: "s3://amzn-s3-demo-bucket/a/model.tar.gz",
        image: { algorithm: "linear-learner", tag: "1" },
        serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      },
      "energy-demand": { existingEndpoint: "demand" },
    };

    // Act
    const faults = faultsOf(staging, { ...prod, models });

    // Assess
    expect(faults).toEqual([
      "prod: models.loan-default.release: nothing",
      'prod: models.energy-demand.existingEndpoint: "demand"',
    ]);
  });

  it("refuses a package whose images are named by tags", () => {
    // Prepare
    const { artifact: _, images: __, ...common } = RELEASE;
    const packaged = (uri: string): ReleaseContent => {
      const release: ReleaseContent = {
        ...common,
        modelPackage: {
          arn: "arn:aws:sagemaker:eu-central-1:444455556666:model-package/loan-default/7",
          imageUris: [uri],
          artifacts: [RELEASE.artifact.uri],
        },
      };
      return { ...release, deployedIn: { staging: evidenceOf(release) } };
    };
    const byTag = IMAGE.replace(/@.*/, ":1.7-1");

    // Act
    const [pinned, tagged] = [IMAGE, byTag].map((uri) => faultsOf(...stagingAndProd(packaged(uri))));

    // Assess
    expect(pinned).toEqual([]);
    expect(tagged).toEqual([`prod: models.loan-default.release.modelPackage.imageUris: "${byTag}"`]);
  });

  it.each(["prod", "test", "qa"])("refuses %s, which is no earlier environment", (from) => {
    // Act
    const faults = faultsOf(...stagingAndProd(DEPLOYED, {}, from));

    // Assess
    expect(faults).toContain(`prod: promotedFrom: "${from}"`);
  });
});
