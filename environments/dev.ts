import type { Environment } from "./environment";

/** For trying out: any account, state in a file, called with an API key. */
export const dev: Environment = {
  name: "dev",
  region: "us-east-1",
  tags: { Project: "sagemaker-stages" },
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: {
    throttling: { rateLimit: 1_000, burstLimit: 2_000 },
    logRetentionInDays: 7,
  },
  models: {
    "breast-cancer": {
      artifact: "s3://amzn-s3-demo-bucket/breast-cancer/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "API_KEY",
    },
  },
};
