import type { Environment } from "sagemaker-stages";
import type { ModelName } from "../functions";

/** For development: the state is a file on one machine, and callers need an API key. */
export const dev: Environment<ModelName> = {
  name: "dev",
  region: "us-east-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
  models: {
    example: {
      artifact: "s3://amzn-s3-demo-bucket/example/1/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "API_KEY",
    },
  },
};
