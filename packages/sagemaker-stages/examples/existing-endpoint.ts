import type { Environment } from "sagemaker-stages";

/**
 * A URL for an existing endpoint, e.g. one that a notebook created. The environment adds a function, a route, and the
 * permission to invoke this endpoint. The endpoint, its model and its role do not change.
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
