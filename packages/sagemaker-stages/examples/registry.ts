import type { Environment } from "sagemaker-stages";

/**
 * An approved version in the Model Registry of another account. The model package contains its image and its artifact. The
 * environment lists both again, so that the endpoint's role can read only these two.
 */
export const registry: Environment = {
  name: "registry",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.registry.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "energy-demand": {
      modelPackage: {
        arn: "arn:aws:sagemaker:eu-central-1:444455556666:model-package/energy-demand/7",
        imageUris: ["492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:1.7-1"],
        artifacts: ["s3://amzn-s3-demo-bucket-of-training/energy-demand/7/model.tar.gz"],
      },
      containerEnvironment: { SAGEMAKER_CONTAINER_LOG_LEVEL: "20" },
      serverless: { memorySizeInMb: 1024, maxConcurrency: 5 },
    },
  },
};
