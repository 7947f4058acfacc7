import type { Environment } from "sagemaker-stages";

/**
 * An existing function of another team that answers the route and invokes a new endpoint. The function reads the
 * endpoint's name from its variable `SAGEMAKER_ENDPOINT`. Set the variable to `shared-loan-default` before the plan. The
 * function's role is named so that the deployer does not need administrator permissions.
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
