import type { Environment } from "sagemaker-stages";

/**
 * Domain names with existing certificates, for names whose DNS is not in Route 53 or in another account. The API's default
 * address stays open while callers move to the domain name.
 */
export const ownCertificate: Environment = {
  name: "own-cert",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.own-cert.tfstate" } },
  stage: {
    throttling: { rateLimit: 100, burstLimit: 200 },
    logRetentionInDays: 30,
    domain: {
      name: "api.example.org",
      certificateArn:
        "arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-4333-8444-555555555555",
      disableExecuteApiEndpoint: false,
    },
  },
  website: {
    domain: {
      name: "models.example.org",
      certificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/66666666-7777-4888-9999-aaaaaaaaaaaa",
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
