import type { Environment } from "sagemaker-stages";

/**
 * Every kind of caller in one environment: users who sign in on the page, customers with API keys, services with tokens of an
 * OpenID Connect issuer, and a backend role. The stage and the page have domain names and firewalls, and pages of two other
 * origins may call the stage.
 */
export const together: Environment = {
  name: "together",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.together.tfstate" } },
  stage: {
    throttling: { rateLimit: 100, burstLimit: 200 },
    logRetentionInDays: 30,
    accessLogs: true,
    logCallers: true,
    corsAllowOrigin: ["https://app.example.com", "https://www.example.org:8443"],
    domain: {
      name: "api.together.models.example.com",
      hostedZone: { id: "Z0123456789EXAMPLE", name: "models.example.com" },
      basePath: "v1",
    },
    firewall: { rate: { requests: 1_000 } },
  },
  website: {
    title: "Try the models",
    domain: {
      name: "together.models.example.com",
      hostedZone: { id: "Z0123456789EXAMPLE", name: "models.example.com" },
    },
    firewall: { mode: "count" },
    signIn: {
      models: [
        { model: "language-check", by: "functionUrl" },
        { model: "loan-default", by: "route" },
        { model: "ticket-urgency", by: "route" },
      ],
    },
  },
  models: {
    "language-check": {
      artifact: "s3://amzn-s3-demo-bucket/language-check/2026-11-20/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      functionUrl: { corsAllowOrigins: ["https://app.example.com"] },
    },
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
    // Requires a token of the page's own user pool.
    "ticket-urgency": {
      artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/model.tar.gz",
      image: { framework: "sklearn", version: "1.2-1" },
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: { cognito: {} },
    },
    "energy-demand": {
      artifact: "s3://amzn-s3-demo-bucket/energy-demand/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "API_KEY",
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
      access: {
        jwt: {
          issuer: "https://login.example.com",
          audience: ["https://models.example.com"],
          scopes: ["prices:read"],
        },
      },
    },
  },
  customers: {
    acme: {
      models: ["energy-demand"],
      throttling: { rateLimit: 50, burstLimit: 100 },
      quota: { requests: 1_000_000, per: "month" },
      keys: ["2026-11", "2027-01"],
    },
    globex: { models: ["energy-demand"], quota: { requests: 10_000, per: "day" } },
  },
  callers: {
    backend: {
      mayInvoke: [
        { model: "loan-default", by: "route" },
        { model: "language-check", by: "functionUrl" },
      ],
      roles: ["backend"],
    },
  },
};
