import type { Environment } from "sagemaker-stages";

/**
 * A chat model behind the API of OpenAI. The customers' clients send their key as the API key of the client, and receive the
 * answer in a stream. The other route reads the key in `x-api-key`.
 */
export const chat: Environment = {
  name: "talk",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.talk.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    llama: {
      // The LMI container needs no setting for chat completions.
      image: {
        uri: "763104351884.dkr.ecr.eu-central-1.amazonaws.com/djl-inference:0.34.0-lmi16.0.0-cu128",
      },
      artifact: "s3://amzn-s3-demo-bucket/llama/2026-11-20/",
      instances: { instanceType: "ml.g5.xlarge", initialInstanceCount: 1 },
      access: "API_KEY",
    },
    "language-check": {
      artifact: "s3://amzn-s3-demo-bucket/language-check/2026-11-20/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "API_KEY",
    },
  },
  customers: {
    acme: { models: ["llama", "language-check"], quota: { requests: 100_000, per: "month" } },
    globex: { models: ["language-check"] },
  },
};
