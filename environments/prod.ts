import type { Environment } from "./environment";

/** What callers rely on: protected from destruction, pinned to its account. */
export const prod: Environment = {
  name: "prod",
  region: "us-east-1",
  accountId: "444455556666",
  protected: true,
  tags: { Project: "sagemaker-stages" },
  state: { s3: { bucket: "amzn-s3-demo-state-bucket-prod", key: "sagemaker-stages/prod.tfstate" } },
  stage: {
    throttling: { rateLimit: 1_000, burstLimit: 2_000 },
    logRetentionInDays: 90,
  },
  models: {
    "breast-cancer": {
      artifact: "s3://amzn-s3-demo-bucket/breast-cancer/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 3072, maxConcurrency: 20 },
    },
  },
};
