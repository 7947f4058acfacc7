import type { Environment } from "sagemaker-stages";
import type { ModelName } from "../functions";

/** For development: in any account, with its state in a file. Most routes require an API key. */
export const dev: Environment<ModelName> = {
  name: "dev",
  region: "us-east-1",
  tags: { Project: "sagemaker-stages" },
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: {
    throttling: { rateLimit: 1_000, burstLimit: 2_000 },
    logRetentionInDays: 7,
  },
  models: {
    "breast-cancer": {
      artifact: "s3://amzn-s3-demo-bucket/breast-cancer/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "API_KEY",
    },
    "bike-rental": {
      artifact: "s3://amzn-s3-demo-bucket/bike-rental/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "API_KEY",
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
      access: "API_KEY",
      functionUrl: {},
    },
  },
};
