import type { Environment } from "sagemaker-stages";

/**
 * An endpoint that a notebook made, behind a URL: a function, a route and the right to ask this one endpoint. The
 * endpoint itself, its model and its role stay as they are.
 */
export const existingEndpoint: Environment = {
  name: "notebook",
  region: "eu-central-1",
  state: { local: { path: "terraform.notebook.tfstate" } },
  stage: { throttling: { rateLimit: 10, burstLimit: 20 }, logRetentionInDays: 7 },
  models: {
    "loan-default": { existingEndpoint: "linear-learner-2026-11-20-08-15-30-123" },
  },
};
