import type { Environment } from "sagemaker-stages";

/**
 * Two models without an artifact. Hugging Face's image downloads a fixed commit of a model from the Hub. The second image
 * contains its model, and reads a secret. A variable of the container contains the secret's ARN.
 */
export const hubModels: Environment = {
  name: "hub-models",
  region: "eu-central-1",
  accountId: "111122223333",
  state: { local: { path: "terraform.hub-models.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 30 },
  models: {
    "ticket-urgency": {
      image: {
        framework: "huggingface",
        version: "4.49.0",
        pytorch: "2.6.0",
        python: "py312",
        os: "ubuntu22.04",
      },
      containerEnvironment: {
        HF_MODEL_ID: "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        HF_MODEL_REVISION: "714eb0fa89d2f80546fda750413ed43d93601a13",
        HF_TASK: "text-classification",
      },
      serverless: { memorySizeInMb: 4096, maxConcurrency: 5 },
    },
    "language-check": {
      image: {
        uri: "444455556666.dkr.ecr.eu-central-1.amazonaws.com/team/language-check@sha256:4c1a7b52a1f3a4f3f1ad2d8d4a5f7e1b8a0f5c5d0e6b7a8c9d0e1f2a3b4c5d6e",
      },
      secrets: {
        LICENSE_SECRET_ARN:
          "arn:aws:secretsmanager:eu-central-1:111122223333:secret:language-check/license-a1B2c3",
      },
      secretsKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ae",
      instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
    },
  },
};
