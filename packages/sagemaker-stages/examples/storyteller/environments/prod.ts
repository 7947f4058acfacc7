import type { Environment } from "sagemaker-stages";
import type { ModelName } from "../functions";

/** For customers: their clients send the customer's key as the API key of the client. */
export const prod: Environment<ModelName> = {
  name: "prod",
  region: "eu-central-1",
  state: { local: { path: "terraform.prod.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    storyteller: {
      image: { uri: "763104351884.dkr.ecr.eu-central-1.amazonaws.com/djl-inference:0.34.0-lmi16.0.0-cu128" },
      artifact: "s3://amzn-s3-demo-bucket/storyteller/2026-11-20/",
      instances: { instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
      access: "API_KEY",
    },
  },
  customers: {
    acme: { models: ["storyteller"], quota: { requests: 10_000, per: "day" } },
    globex: { models: ["storyteller"], throttling: { rateLimit: 1, burstLimit: 2 } },
  },
};
