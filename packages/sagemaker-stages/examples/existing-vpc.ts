import type { Environment } from "sagemaker-stages";

/**
 * A function and an endpoint in existing subnets. S3 and the SageMaker runtime must be reachable from the subnets, and the
 * security group must allow outbound traffic to both on port 443.
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
      image: { framework: "xgboost", version: "1.7-1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
      inNetwork: true,
      deployment: {
        trafficShift: { linear: { percent: 25, waitInSeconds: 120 } },
        rollbackOn: { serverErrorsPerMinute: 1 },
      },
    },
  },
};
