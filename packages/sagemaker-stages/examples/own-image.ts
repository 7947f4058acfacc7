import type { Environment } from "sagemaker-stages";

/**
 * A custom image in another account's registry, identified by its digest, and an artifact that is a file of the app. The
 * environment uploads the artifact to a private bucket.
 */
export const ownImage: Environment = {
  name: "own-image",
  region: "eu-central-1",
  state: { local: { path: "terraform.own-image.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "loan-default": {
      artifact: "model.tar.gz",
      image: {
        uri: "444455556666.dkr.ecr.eu-central-1.amazonaws.com/team/scoring@sha256:4c1a7b52a1f3a4f3f1ad2d8d4a5f7e1b8a0f5c5d0e6b7a8c9d0e1f2a3b4c5d6e",
      },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
  },
};
