import type { Environment } from "../../../src/environment/environment";
import type { ModelSettings } from "../../../src/environment/model-settings";

const SERVERLESS = { memorySizeInMb: 2048, maxConcurrency: 5 };

export const LOAN_DEFAULT: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/loan-default/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  serverless: SERVERLESS,
};

/** An environment without an account, with an API key. */
export const DEV: Environment = {
  name: "dev",
  region: "us-east-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 7 },
  models: { "loan-default": { ...LOAN_DEFAULT, access: "API_KEY" } },
};

/** A protected environment with an account, for signed requests. */
export const PROD: Environment = {
  name: "prod",
  region: "us-east-1",
  accountId: "444455556666",
  protected: true,
  tags: { Project: "sagemaker-stages" },
  state: { s3: { bucket: "amzn-s3-demo-state-bucket", key: "sagemaker-stages/prod.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 90 },
  models: { "loan-default": { ...LOAN_DEFAULT, access: "AWS_IAM" } },
};

/** An environment with every model, every kind of access, and a function URL. */
export const EVERY_MODEL: Environment = {
  ...DEV,
  models: {
    "loan-default": { ...LOAN_DEFAULT, access: "API_KEY" },
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      serverless: SERVERLESS,
      access: "AWS_IAM",
    },
    "ticket-urgency": {
      artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      serverless: SERVERLESS,
      access: "PUBLIC",
    },
    "language-check": {
      artifact: "s3://amzn-s3-demo-bucket/language-check/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: SERVERLESS,
      access: "API_KEY",
      functionUrl: {},
    },
  },
};
