import type { Environment } from "sagemaker-stages";

/**
 * A route without a function: API Gateway invokes the endpoint, with a role that has no other permission. The model's
 * contract has `passThrough`, because no code changes the request or the answer.
 */
export const gateway: Environment = {
  name: "gateway",
  region: "us-east-1",
  state: { local: { path: "terraform.gateway.tfstate" } },
  stage: { throttling: { rateLimit: 10, burstLimit: 20 }, logRetentionInDays: 7 },
  models: {
    "house-price": {
      artifact: "s3://amzn-s3-demo-bucket/house-price/2026-11-29/model.tar.gz",
      image: { framework: "sklearn", version: "1.4-2" },
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      via: "gateway",
    },
  },
};
