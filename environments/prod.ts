import type { Environment } from "sagemaker-stages";
import type { ModelName } from "../functions";

/** For production: protected from destruction, and only in its account. */
export const prod: Environment<ModelName> = {
  name: "prod",
  region: "us-east-1",
  accountId: "444455556666",
  protected: true,
  permissionsBoundary: true,
  tags: { Project: "sagemaker-stages" },
  state: { s3: { bucket: "amzn-s3-demo-state-bucket-prod", key: "sagemaker-stages/prod.tfstate" } },
  stage: {
    throttling: { rateLimit: 1_000, burstLimit: 2_000 },
    logRetentionInDays: 90,
  },
  website: { title: "Did they like it?" },
  models: {
    "breast-cancer": {
      artifact: "s3://amzn-s3-demo-bucket/breast-cancer/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 3072, maxConcurrency: 20 },
    },
    "bike-rental": {
      artifact: "s3://amzn-s3-demo-bucket/bike-rental/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 3072, maxConcurrency: 20 },
    },
    sentiment: {
      artifact: "s3://amzn-s3-demo-bucket/sentiment/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 3072, maxConcurrency: 20 },
      access: "PUBLIC",
      // Everybody can call this route. The reservation keeps a flood of requests from using the executions of the
      // account's other functions. Twice maxConcurrency is enough: at most 20 invocations run on the endpoint, and each
      // other invocation waits for a moment and answers 429, because the endpoint throttles. If the Lambda quota of the
      // account is below 140, the account cannot reserve 40. Then set quotas.lambdaConcurrency to the quota, and
      // reserve less or nothing.
      function: { reservedConcurrency: 40 },
    },
    toxicity: {
      artifact: "s3://amzn-s3-demo-bucket/toxicity/2026-11-20/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: { memorySizeInMb: 3072, maxConcurrency: 20 },
      functionUrl: {},
    },
  },
};
