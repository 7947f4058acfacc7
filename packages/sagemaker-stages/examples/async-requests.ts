import type { Environment } from "sagemaker-stages";

/**
 * Two models that answer asynchronously. Both endpoints have no instances while no request waits: `energy-demand` with the defaults,
 * and `loan-default` with its own scaling, a longer time for each request, topics that report results and failures, and alarms for
 * requests that wait for more than two hours or fail. Pages of one origin may call the API and send uploads.
 */
export const asyncRequests: Environment = {
  name: "async",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.async.tfstate" } },
  stage: {
    throttling: { rateLimit: 50, burstLimit: 100 },
    logRetentionInDays: 30,
    corsAllowOrigin: "https://app.example.com",
  },
  notify: { email: "on-call@example.com" },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-29/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 1, async: { days: 7 } },
    },
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-29/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      access: "API_KEY",
      objectives: { waitInSeconds: 7200, failuresPerHour: 5 },
      instances: {
        instanceType: "ml.m5.xlarge",
        initialInstanceCount: 1,
        async: {
          days: 1,
          scaling: { minCapacity: 0, maxCapacity: 4, targetBacklogPerInstance: 2 },
          timeoutInSeconds: 3600,
          maxConcurrentRequestsPerInstance: 1,
          successTopicArn: "arn:aws:sns:eu-central-1:111122223333:loan-results",
          failureTopicArn: "arn:aws:sns:eu-central-1:111122223333:loan-failures",
        },
      },
    },
  },
  callers: {
    planning: {
      roles: ["planning-service"],
      mayInvoke: [{ model: "energy-demand", by: "route" }],
    },
  },
};
