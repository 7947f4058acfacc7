import type { Environment } from "sagemaker-stages";

/**
 * Three models that may take longer than API Gateway's 29 seconds to answer: a serverless endpoint whose route waits in stream
 * mode while the endpoint wakes up, also at the function URL; an endpoint on instances with a buffered route, for which the
 * account has a higher quota; and a serverless endpoint that API Gateway invokes without a function.
 */
export const longWaits: Environment = {
  name: "long-waits",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.long-waits.tfstate" } },
  stage: { throttling: { rateLimit: 50, burstLimit: 100 }, logRetentionInDays: 30 },
  quotas: { integrationTimeoutInSeconds: 60 },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-29/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      responseTransferMode: "stream",
      timeoutInSeconds: 120,
      functionUrl: {},
    },
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-29/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
      timeoutInSeconds: 60,
    },
    "house-price": {
      artifact: "s3://amzn-s3-demo-bucket/house-price/2026-11-29/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      via: "gateway",
      timeoutInSeconds: 45,
    },
  },
  callers: {
    batch: {
      mayInvoke: [
        { model: "energy-demand", by: "route" },
        { model: "energy-demand", by: "functionUrl" },
      ],
      roles: ["batch"],
    },
  },
};
