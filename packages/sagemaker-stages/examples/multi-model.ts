import type { Environment } from "sagemaker-stages";

/**
 * A multi-model endpoint: one instance serves every archive below a prefix in S3, and SageMaker loads a model at its first
 * request. One route always invokes the same model. The function of the route, and the caller `notebooks`, can invoke only
 * this model. The endpoint's role can list and read only the prefix.
 */
export const multiModel: Environment = {
  name: "multi-model",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.multi-model.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  network: { vpc: { availabilityZones: ["eu-central-1a", "eu-central-1b"] } },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/",
      artifactKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      image: { framework: "xgboost", version: "1.7-1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
      multiModel: true,
      targetModel: "eu/berlin.tar.gz",
      inNetwork: true,
    },
  },
  callers: {
    notebooks: {
      mayInvoke: [{ model: "energy-demand", by: "endpoint" }],
      roles: ["SageMaker-Execution"],
    },
  },
};
