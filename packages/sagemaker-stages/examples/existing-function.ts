import type { Environment } from "sagemaker-stages";

/**
 * A function that another team deploys answers the route, and may ask the new endpoint. It finds the endpoint's name in
 * its own variable `SAGEMAKER_ENDPOINT`, which must hold `shared-loan-default` before this is planned. Its role is named, so that a deployer need not be an
 * administrator.
 */
export const existingFunction: Environment = {
  name: "shared",
  region: "eu-central-1",
  state: { local: { path: "terraform.shared.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "loan-default": {
      existingFunction: "scoring",
      existingFunctionRole: "scoring-role",
      sagemakerEnvironmentVariableName: "SAGEMAKER_ENDPOINT",
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
  },
};
