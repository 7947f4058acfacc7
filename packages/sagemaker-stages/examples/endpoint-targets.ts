import type { Environment } from "sagemaker-stages";

/**
 * Routes for parts of existing endpoints: one variant of an endpoint, one model of a multi-model endpoint, and two
 * inference components of one endpoint. The role of each function can invoke only this part. The endpoints do not change.
 */
export const endpointTargets: Environment = {
  name: "targets",
  region: "eu-central-1",
  state: { local: { path: "terraform.targets.tfstate" } },
  stage: { throttling: { rateLimit: 10, burstLimit: 20 }, logRetentionInDays: 7 },
  models: {
    "loan-default": { existingEndpoint: "risk", targetVariant: "challenger" },
    "energy-demand": { existingEndpoint: "forecasts", targetModel: "eu/energy-demand.tar.gz" },
    "ticket-urgency": { existingEndpoint: "texts", inferenceComponent: "ticket-urgency" },
    "language-check": { existingEndpoint: "texts", inferenceComponent: "language-check" },
  },
  callers: {
    notebooks: {
      mayInvoke: [
        { model: "energy-demand", by: "endpoint" },
        { model: "language-check", by: "endpoint" },
      ],
      roles: ["SageMaker-Execution"],
    },
  },
};
