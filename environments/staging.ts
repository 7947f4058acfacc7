import type { Environment } from "sagemaker-stages";
import type { ModelName } from "../functions";

/** Like prod, but smaller, and not protected from destruction. */
export const staging: Environment<ModelName> = {
  name: "staging",
  region: "us-east-1",
  accountId: "111122223333",
  permissionsBoundary: true,
  tags: { Project: "sagemaker-stages" },
  state: { s3: { bucket: "amzn-s3-demo-state-bucket", key: "sagemaker-stages/staging.tfstate" } },
  stage: {
    throttling: { rateLimit: 1_000, burstLimit: 2_000 },
    logRetentionInDays: 30,
  },
  website: { title: "Did they like it?" },
  models: {
    "breast-cancer": {
      artifact: "s3://amzn-s3-demo-bucket/breast-cancer/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
    "bike-rental": {
      artifact: "s3://amzn-s3-demo-bucket/bike-rental/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
    sentiment: {
      artifact: "s3://amzn-s3-demo-bucket/sentiment/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "PUBLIC",
    },
    toxicity: {
      artifact: "s3://amzn-s3-demo-bucket/toxicity/2026-11-20/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      functionUrl: {},
    },
  },
};
