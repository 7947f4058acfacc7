import type { Environment } from "../../../src/environment/environment";
import type { ModelSettings } from "../../../src/environment/model-settings";

const MODEL: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/model/model.tar.gz",
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
  access: "PUBLIC",
};

/** Every route is open, one of each kind: a text, a query, a list. */
export const OPEN: Environment = {
  name: "open",
  region: "us-east-1",
  state: { local: { path: "terraform.open.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 7 },
  models: { sentiment: MODEL, toxicity: MODEL, "bike-rental": MODEL, "breast-cancer": MODEL },
};

/** One request a second. */
export const TIGHT: Environment = {
  ...OPEN,
  name: "tight",
  state: { local: { path: "terraform.tight.tfstate" } },
  stage: { throttling: { rateLimit: 1, burstLimit: 1 }, logRetentionInDays: 7 },
  models: { sentiment: MODEL },
};

/** Nobody may call without a key. */
export const CLOSED: Environment = {
  ...OPEN,
  name: "closed",
  state: { local: { path: "terraform.closed.tfstate" } },
  models: { sentiment: { ...MODEL, access: "API_KEY" } },
};

/** What a first visit looks like: reviews for everybody, another model beside them. */
export const SHOWN: Environment = {
  ...OPEN,
  name: "dev",
  state: { local: { path: "terraform.dev.tfstate" } },
  models: { sentiment: MODEL, "breast-cancer": MODEL },
};
