import type { Environment } from "sagemaker-stages";

/**
 * Domain names in a hosted zone of Route 53: Terraform creates the certificates, proves the ownership of the names, and points
 * the names to the stage and to the page.
 */
export const domain: Environment = {
  name: "domain",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.domain.tfstate" } },
  stage: {
    throttling: { rateLimit: 100, burstLimit: 200 },
    logRetentionInDays: 30,
    domain: {
      name: "api.models.example.com",
      hostedZone: { id: "Z0123456789EXAMPLE", name: "models.example.com" },
      basePath: "v1",
    },
  },
  website: {
    domain: {
      name: "models.example.com",
      hostedZone: { id: "Z0123456789EXAMPLE", name: "models.example.com" },
    },
  },
  models: {
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/7/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 1024, maxConcurrency: 5 },
      access: "PUBLIC",
    },
  },
};
