import type { Environment } from "sagemaker-stages";

/**
 * Two endpoints with several containers on each instance. In the serial pipeline, a request goes through all
 * containers: the first container prepares the features, and the second container predicts. With direct invocation, one
 * container answers the route.
 */
export const series: Environment = {
  name: "series",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.series.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "loan-default": {
      containers: [
        {
          name: "features",
          image: { framework: "sklearn", version: "1.2-1" },
          artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/features/model.tar.gz",
          containerEnvironment: {
            SAGEMAKER_PROGRAM: "features.py",
            SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
          },
        },
        {
          name: "predictor",
          image: { framework: "xgboost", version: "1.7-1" },
          artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/predictor/model.tar.gz",
        },
      ],
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
    },
    "ticket-urgency": {
      containers: [
        {
          name: "english",
          image: { framework: "pytorch", version: "2.6.0", python: "py312", os: "ubuntu22.04" },
          artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/english/",
        },
        {
          name: "german",
          image: { framework: "pytorch", version: "2.6.0", python: "py312", os: "ubuntu22.04" },
          artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/german/",
        },
      ],
      invocation: "direct",
      targetContainer: "english",
      instances: { instanceType: "ml.m5.xlarge", initialInstanceCount: 1 },
    },
  },
};
