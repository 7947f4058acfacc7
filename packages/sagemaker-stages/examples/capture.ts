import type { Environment } from "sagemaker-stages";

/**
 * Two models whose functions store requests and answers, for statistics of drift and for Model Monitor: a serverless endpoint,
 * of which every tenth request is stored with three fields, and an existing endpoint, of which all requests are stored without
 * values.
 */
export const capture: Environment = {
  name: "capture",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.capture.tfstate" } },
  stage: { throttling: { rateLimit: 50, burstLimit: 100 }, logRetentionInDays: 30 },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-29/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      capture: {
        percent: 10,
        keep: ["hour", "temperature", "answer"],
        days: 90,
        kmsKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      },
    },
    "loan-default": {
      existingEndpoint: "loan-default-2026",
      capture: { percent: 100 },
    },
  },
};
