import type { Environment } from "sagemaker-stages";

/**
 * A new VPC without internet access for the functions and the endpoint on instances. The endpoint reads its artifact
 * through the gateway endpoint of S3. The serverless endpoint is outside of the VPC, because AWS does not support serverless
 * endpoints in a VPC.
 */
export const newVpc: Environment = {
  name: "private",
  region: "eu-central-1",
  state: { local: { path: "terraform.private.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  network: {
    vpc: { cidrBlock: "10.20.0.0/20", availabilityZones: ["eu-central-1a", "eu-central-1b"] },
  },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 2 },
      inNetwork: true,
    },
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
  },
};
