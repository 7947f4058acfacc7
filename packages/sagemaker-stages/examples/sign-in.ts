import type { Environment } from "sagemaker-stages";

/**
 * A page whose users sign in. The page signs the requests of signed-in users: to the function URL of one model, and to the route
 * of another model. The third model is public. Only an administrator creates users, and each user needs one-time codes.
 */
export const signIn: Environment = {
  name: "sign-in",
  region: "eu-central-1",
  state: { local: { path: "terraform.sign-in.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  website: {
    title: "Check texts",
    signIn: {
      models: [
        { model: "language-check", by: "functionUrl" },
        { model: "loan-default", by: "route" },
      ],
    },
  },
  models: {
    "language-check": {
      artifact: "s3://amzn-s3-demo-bucket/language-check/2026-11-20/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      functionUrl: {},
    },
    "loan-default": {
      artifact: "s3://amzn-s3-demo-bucket/loan-default/2026-11-20/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
    "ticket-urgency": {
      artifact: "s3://amzn-s3-demo-bucket/ticket-urgency/2026-11-20/model.tar.gz",
      image: { framework: "sklearn", version: "1.2-1" },
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "PUBLIC",
    },
  },
};
