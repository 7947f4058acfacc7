import type { Environment } from "sagemaker-stages";

/**
 * Two models with objectives, and an email address that receives their alarms. `house-price` has an objective for its
 * availability, one for its latency, and an alarm for the drift of its requests; `energy-demand` has only an objective for its
 * latency.
 */
export const objectives: Environment = {
  name: "objectives",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.objectives.tfstate" } },
  stage: { throttling: { rateLimit: 50, burstLimit: 100 }, logRetentionInDays: 30 },
  notify: { email: "on-call@example.com" },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-30/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
      objectives: { p99InMs: 800 },
    },
    "house-price": {
      artifact: "s3://amzn-s3-demo-bucket/house-price/2026-11-30/model.tar.gz",
      image: { framework: "sklearn", version: "1.4-2" },
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      function: { reservedConcurrency: 20 },
      objectives: { availability: 0.995, p99InMs: 1500, drift: true },
    },
  },
};
