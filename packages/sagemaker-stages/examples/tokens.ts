import type { Environment } from "sagemaker-stages";

/**
 * Routes that require tokens: of an Amazon Cognito user pool, which API Gateway checks, and of another OpenID Connect issuer,
 * which the environment's authorizer function checks. One of the routes has no other function.
 */
export const tokens: Environment = {
  name: "tokens",
  region: "eu-central-1",
  state: { local: { path: "terraform.tokens.tfstate" } },
  stage: {
    throttling: { rateLimit: 50, burstLimit: 100 },
    logRetentionInDays: 30,
    accessLogs: true,
    logCallers: true,
    authorizerCacheInSeconds: 120,
  },
  models: {
    "language-check": {
      artifact: "s3://amzn-s3-demo-bucket/language-check/2026-11-20/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: {
        cognito: {
          userPoolArn: "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_A1b2C3d4E",
          scopes: ["languages/check"],
        },
      },
    },
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
      image: { algorithm: "linear-learner", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: {
        jwt: {
          issuer: "https://login.example.com",
          audience: ["https://models.example.com"],
          scopes: ["loans:score"],
        },
      },
    },
    "house-price": {
      artifact: "s3://amzn-s3-demo-bucket/house-price/2026-11-29/model.tar.gz",
      image: { framework: "sklearn", version: "1.4-2" },
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      via: "gateway",
      access: { jwt: { issuer: "https://login.example.com", audience: ["https://models.example.com"] } },
    },
  },
};
