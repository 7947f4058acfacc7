import type { Environment } from "sagemaker-stages";

/**
 * Three callers with different permissions: a notebook role invokes the endpoint, an IAM user calls the route, and a
 * backend role calls the function URL.
 */
export const callers: Environment = {
  name: "called",
  region: "eu-central-1",
  state: { local: { path: "terraform.called.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "language-check": {
      artifact: "s3://amzn-s3-demo-bucket/language-check/2026-11-20/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      functionUrl: { corsAllowOrigins: ["https://www.example.com"] },
    },
  },
  callers: {
    notebooks: { mayInvoke: [{ model: "language-check", by: "endpoint" }], roles: ["SageMaker-Execution"] },
    shop: { mayInvoke: [{ model: "language-check", by: "route" }], users: ["shop"] },
    backend: { mayInvoke: [{ model: "language-check", by: "functionUrl" }], roles: ["backend"] },
  },
};
