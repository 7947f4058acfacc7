import type { Environment } from "sagemaker-stages";

/** SageMaker's images for frameworks. Terraform looks up the registry's account for the environment's region. */
export const frameworkImages: Environment = {
  name: "framework-images",
  region: "ap-southeast-2",
  state: { local: { path: "terraform.framework-images.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
      image: { framework: "sklearn", version: "1.2-1" },
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      serverless: { memorySizeInMb: 1024, maxConcurrency: 5 },
    },
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 1024, maxConcurrency: 5 },
    },
    "ticket-urgency": {
      artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/model.tar.gz",
      image: { framework: "pytorch", version: "2.6.0", python: "py312", os: "ubuntu22.04" },
      serverless: { memorySizeInMb: 3072, maxConcurrency: 5 },
    },
    "language-check": {
      artifact: "s3://amzn-s3-demo-bucket/language-check/2026-11-20/model.tar.gz",
      image: { framework: "tensorflow", version: "2.19.0", python: "py312", os: "ubuntu22.04" },
      serverless: { memorySizeInMb: 3072, maxConcurrency: 5 },
    },
  },
};
