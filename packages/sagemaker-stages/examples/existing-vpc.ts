import type { Environment } from "sagemaker-stages";

/**
 * Functions and endpoint in subnets that are there already. From them S3 and SageMaker's runtime must be reachable, and
 * the security group must let out to both on port 443.
 */
export const existingVpc: Environment = {
  name: "inside",
  region: "eu-central-1",
  state: { local: { path: "terraform.inside.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  network: {
    existing: {
      subnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
      securityGroupIds: ["sg-0123456789abcdef0"],
    },
  },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-20/model.tar.gz",
      image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
      inNetwork: true,
      deployment: {
        trafficShift: { linear: { percent: 25, waitInSeconds: 120 } },
        rollbackOn: { serverErrorsPerMinute: 1 },
      },
    },
  },
};
