import type { Environment } from "sagemaker-stages";

/**
 * A serverless endpoint without cold starts. Capacity for two concurrent invocations is always warm. Under load,
 * autoscaling warms capacity for up to ten invocations. The container has an environment variable.
 */
export const provisionedConcurrency: Environment = {
  name: "warm",
  region: "eu-central-1",
  state: { local: { path: "terraform.warm.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "ticket-urgency": {
      artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      containerEnvironment: { SAGEMAKER_NUM_MODEL_WORKERS: "1" },
      serverless: {
        memorySizeInMb: 3072,
        maxConcurrency: 20,
        provisionedConcurrency: 2,
        autoscaling: { minCapacity: 2, maxCapacity: 10, targetUtilization: 0.7 },
      },
      function: { memorySizeInMb: 512 },
      access: "PUBLIC",
    },
  },
};
