import type { Environment } from "sagemaker-stages";

/**
 * An environment with a dashboard, with a monthly budget, and with endpoints whose capacity is lower in the evening. The models have each kind of compute: a serverless endpoint with provisioned concurrency, an endpoint on
 * instances with alarms, and an endpoint that API Gateway invokes without a function. The region is us-east-1, whose prices the engine knows,
 * so that the dashboard estimates the cost.
 */
export const operations: Environment = {
  name: "operations",
  region: "us-east-1",
  accountId: "111122223333",
  tags: { Team: "forecasting" },
  state: { local: { path: "terraform.operations.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  dashboard: true,
  budget: { monthlyInUsd: 300 },
  notify: { email: "forecasting@example.com" },
  models: {
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-29/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: {
        memorySizeInMb: 2048,
        maxConcurrency: 20,
        provisionedConcurrency: 1,
        autoscaling: { minCapacity: 1, maxCapacity: 4, targetUtilization: 0.7 },
        schedule: {
          timezone: "America/New_York",
          actions: {
            "working-day": { cron: "30 7 ? * MON-FRI *", minCapacity: 4, maxCapacity: 10 },
            evening: { cron: "0 19 ? * MON-FRI *", minCapacity: 1, maxCapacity: 4 },
          },
        },
      },
    },
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-29/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      instances: {
        instanceType: "ml.m5.large",
        initialInstanceCount: 2,
        schedule: {
          actions: {
            day: { cron: "0 6 * * ? *", minCapacity: 2, maxCapacity: 2 },
            night: { cron: "0 20 * * ? *", minCapacity: 1, maxCapacity: 1 },
          },
        },
      },
      deployment: {
        terminationWaitInSeconds: 300,
        rollbackOn: { serverErrorsPerMinute: 5, modelLatencyInMs: 500 },
      },
    },
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
