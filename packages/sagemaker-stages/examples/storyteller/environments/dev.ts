import type { Environment } from "sagemaker-stages";
import type { ModelName } from "../functions";

/** For trials on this machine: everyone may call the model, and a page has a form for the model. */
export const dev: Environment<ModelName> = {
  name: "dev",
  region: "eu-central-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: {
    throttling: { rateLimit: 20, burstLimit: 40 },
    logRetentionInDays: 7,
  },
  website: { title: "Storyteller" },
  models: {
    storyteller: {
      image: { uri: "763104351884.dkr.ecr.eu-central-1.amazonaws.com/djl-inference:0.34.0-lmi16.0.0-cu128" },
      artifact: "s3://amzn-s3-demo-bucket/storyteller/2026-11-20/",
      instances: { instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
      access: "PUBLIC",
    },
  },
};
