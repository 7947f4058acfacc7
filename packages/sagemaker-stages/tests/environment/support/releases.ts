import type { Environment } from "../../../src/environment/environment";
import { releaseDigest } from "../../../src/environment/releases";
import type { ReleaseContent } from "../../../src/environment/settings/model-source/release";

export const IMAGE =
  "492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost@sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/** SHA-256 of `artifacts/first.tar.gz` of the fixture app. */
export const FIRST_SHA256 = "ebdb5035ed123f68d1408ed1d193ef8d9fa0a48be2ff6f63e06a999af5120fd9";

/** A release of the model `loan-default`, as `withReleases` reads it from a file. */
export const RELEASE = {
  model: "loan-default",
  id: "2026-11-20",
  artifact: {
    uri: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
    versionId: "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH",
    etag: "16280551198e766e41cdf49b2e9a14cd",
    sha256: FIRST_SHA256,
    sizeInBytes: 136,
  },
  images: { "eu-central-1": IMAGE },
  metrics: { accuracy: { value: 0.9, source: "a test" } },
} as const satisfies ReleaseContent;

/** The same release of a file of the fixture app. */
export const RELEASE_OF_FILE: ReleaseContent = {
  ...RELEASE,
  artifact: { file: "artifacts/first.tar.gz", sha256: FIRST_SHA256, sizeInBytes: 136 },
};

/** The evidence that an environment of {@link environmentWith} has deployed a release. */
export function evidenceOf(release: ReleaseContent) {
  return {
    digest: releaseDigest(release),
    account: "111122223333",
    region: "eu-central-1",
    seen: "2026-11-21",
  };
}

/** An environment whose only model has a release. */
export function environmentWith(release: string | ReleaseContent, part: object = {}): Environment {
  return {
    name: "test",
    region: "eu-central-1",
    accountId: "111122223333",
    state: { local: { path: "terraform.test.tfstate" } },
    stage: { throttling: { rateLimit: 50, burstLimit: 75 }, logRetentionInDays: 14 },
    models: { "loan-default": { release, serverless: { memorySizeInMb: 2048, maxConcurrency: 5 }, ...part } },
  };
}
