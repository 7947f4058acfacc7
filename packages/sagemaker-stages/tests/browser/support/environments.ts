import type { Environment } from "../../../src/environment/environment";
import type { ModelSettings } from "../../../src/environment/model-settings";

const MODEL: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/model/model.tar.gz",
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
  access: "PUBLIC",
};

/** Public models with one form of each kind: a row, a list of records, a text, a query. */
export const OPEN: Environment = {
  name: "open",
  region: "us-east-1",
  state: { local: { path: "terraform.open.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 7 },
  website: { title: "Four <models>" },
  models: { "ticket-urgency": MODEL, "language-check": MODEL, "energy-demand": MODEL, "loan-default": MODEL },
};

/** Public models without a website. The local stage serves a page even without a website. */
export const PLAIN: Environment = {
  ...withoutWebsite(OPEN),
  name: "plain",
  state: { local: { path: "terraform.plain.tfstate" } },
  models: { "ticket-urgency": MODEL, "language-check": MODEL },
};

/** A limit of one request per second. */
export const TIGHT: Environment = {
  ...withoutWebsite(OPEN),
  name: "tight",
  state: { local: { path: "terraform.tight.tfstate" } },
  stage: { throttling: { rateLimit: 1, burstLimit: 1 }, logRetentionInDays: 7 },
  models: { "ticket-urgency": MODEL },
};

/** No model is public. */
export const CLOSED: Environment = {
  ...withoutWebsite(OPEN),
  name: "closed",
  state: { local: { path: "terraform.closed.tfstate" } },
  models: { "ticket-urgency": { ...MODEL, access: "API_KEY" } },
};

function withoutWebsite({ website: _, ...environment }: Environment): Environment {
  return environment;
}
