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
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      serverless: { memorySizeInMb: 3072, maxConcurrency: 20 },
    },
    sentiment: {
      artifact: "s3://amzn-s3-demo-bucket/sentiment/2026-11-20/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      serverless: { memorySizeInMb: 3072, maxConcurrency: 20 },
      access: "PUBLIC",
      // Everybody can call this route. The reservation keeps a flood of requests from using the executions of the
      // account's other functions. Twice maxConcurrency is enough: an invocation either holds one of the endpoint's 20
      // places, or waits for a moment and passes on the endpoint's throttling as a 429. An account with a Lambda quota
      // below 140 cannot reserve 40: state the quota as quotas.lambdaConcurrency, and reserve less or nothing.
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
