import type { Environment } from "../../../src/environment/environment";
import type {
  ModelImageSettings,
  ServerlessEndpoint,
  ServingSettings,
} from "../../../src/environment/model-settings";

/** The settings of the only model of {@link example}. */
export const exampleModel: ServingSettings &
  ServerlessEndpoint & { readonly artifact: string; readonly image: ModelImageSettings } = {
  artifact: "s3://amzn-s3-demo-bucket/loan-default/1/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
};

/** An environment that does not depend on the app's environments. */
export const example: Environment = {
  name: "test",
  region: "eu-central-1",
  accountId: "111122223333",
  tags: { Project: "example" },
  state: { s3: { bucket: "amzn-s3-demo-state-bucket", key: "stages/test.tfstate" } },
  stage: {
    throttling: { rateLimit: 50, burstLimit: 75 },
    logRetentionInDays: 14,
    corsAllowOrigin: "https://www.example.com",
  },
  models: { "loan-default": exampleModel },
};

/** {@link example} with changed settings of its model. */
export function exampleWith(settings: Partial<ServingSettings & ServerlessEndpoint>): Environment {
  return { ...example, models: { "loan-default": { ...exampleModel, ...settings } } };
}

/** {@link example} with two models, one with a function URL, and callers with every way to invoke the models. */
export const exampleWithCallers: Environment = {
  ...example,
  models: { "loan-default": { ...exampleModel, functionUrl: {} }, "energy-demand": exampleModel },
  callers: {
    notebooks: {
      mayInvoke: [
        { model: "loan-default", by: "endpoint" },
        { model: "energy-demand", by: "endpoint" },
      ],
      roles: ["SageMaker-Execution", "data+science=team,1.2@example.com"],
      groups: ["students"],
    },
    shop: {
      mayInvoke: [
        { model: "energy-demand", by: "route" },
        { model: "loan-default", by: "route" },
        { model: "loan-default", by: "functionUrl" },
      ],
      users: ["shop"],
    },
    "on-call": { mayInvoke: [{ model: "loan-default", by: "route" }] },
  },
};

/** {@link example} with another name and another state. */
export function named(name: string, environment: Environment): Environment {
  return { ...environment, name, state: { local: { path: `terraform.${name}.tfstate` } } };
}
