import type { Environment } from "sagemaker-stages";

/**
 * A stage and a page behind firewalls, and pages of three origins that may call the stage: its own page and two others. The
 * firewall of the stage limits each IP address to 1,000 requests in 5 minutes. The firewall of the page only counts the
 * requests that it would refuse.
 */
export const firewall: Environment = {
  name: "firewall",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.firewall.tfstate" } },
  stage: {
    throttling: { rateLimit: 50, burstLimit: 100 },
    logRetentionInDays: 30,
    corsAllowOrigin: ["https://app.example.com", "https://www.example.org:8443"],
    firewall: { rate: { requests: 1_000 } },
  },
  website: { firewall: { mode: "count", managedRules: ["AWSManagedRulesAmazonIpReputationList"] } },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-29/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "PUBLIC",
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
