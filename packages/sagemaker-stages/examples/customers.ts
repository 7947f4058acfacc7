import type { Environment } from "sagemaker-stages";

/**
 * Two customers with different routes and limits: `acme` calls both models, and the key of `acme` is being replaced.
 * `globex` calls one model, and has a quota.
 */
export const customers: Environment = {
  name: "sold",
  region: "eu-central-1",
  state: { local: { path: "terraform.sold.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "language-check": {
      artifact: "s3://amzn-s3-demo-bucket/language-check/2026-11-20/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "API_KEY",
    },
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "API_KEY",
    },
  },
  customers: {
    acme: {
      models: ["language-check", "loan-default"],
      throttling: { rateLimit: 50, burstLimit: 100 },
      modelThrottling: { "loan-default": { rateLimit: 5, burstLimit: 10 } },
      quota: { requests: 1_000_000, per: "month" },
      keys: ["2026-11", "2027-01"],
    },
    globex: {
      models: ["language-check"],
      throttling: { rateLimit: 10, burstLimit: 20 },
      quota: { requests: 10_000, per: "day" },
    },
  },
};
