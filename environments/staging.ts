import type { Environment } from "./environment";

/** As prod, smaller, and free to be destroyed. */
export const staging: Environment = {
  name: "staging",
  region: "us-east-1",
  accountId: "111122223333",
  tags: { Project: "sagemaker-stages" },
  state: { s3: { bucket: "amzn-s3-demo-state-bucket", key: "sagemaker-stages/staging.tfstate" } },
  stage: {
    throttling: { rateLimit: 1_000, burstLimit: 2_000 },
    logRetentionInDays: 30,
  },
  models: {
    "breast-cancer": {
      artifact: "s3://amzn-s3-demo-bucket/breast-cancer/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
  },
};
