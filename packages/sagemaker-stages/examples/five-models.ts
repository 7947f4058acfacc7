import type { Environment } from "sagemaker-stages";
import type { ModelName } from "./functions";

/**
 * Five common models with ready-made contracts:
 * - `iris`: a scikit-learn model that reads JSON
 * - `reviews`: a text classifier from the Hugging Face Hub, without an artifact
 * - `flowers`: an image classifier, without a function
 * - `rent`: an XGBoost model that reads CSV
 * - `writer`: a text generator
 */
export const fiveModels: Environment<ModelName> = {
  name: "five-models",
  region: "us-east-1",
  state: { local: { path: "terraform.five-models.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
  models: {
    iris: {
      artifact: "s3://amzn-s3-demo-bucket/iris/1/model.tar.gz",
      image: { framework: "sklearn", version: "1.2-1" },
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
    reviews: {
      image: { framework: "huggingface", version: "4.49.0", pytorch: "2.6.0", python: "py312" },
      containerEnvironment: {
        HF_MODEL_ID: "distilbert/distilbert-base-uncased-finetuned-sst-2-english",
        HF_MODEL_REVISION: "714eb0fa89d2f80546fda750413ed43d93601a13",
        HF_TASK: "text-classification",
      },
      serverless: { memorySizeInMb: 4096, maxConcurrency: 5 },
    },
    flowers: {
      artifact: "s3://amzn-s3-demo-bucket/flowers/1/model.tar.gz",
      image: { framework: "pytorch", version: "2.6.0", python: "py312" },
      serverless: { memorySizeInMb: 4096, maxConcurrency: 5 },
      via: "gateway",
    },
    rent: {
      artifact: "s3://amzn-s3-demo-bucket/rent/1/model.tar.gz",
      image: { framework: "xgboost", version: "1.7-1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
    },
    writer: {
      artifact: "s3://amzn-s3-demo-bucket/writer/1/model.tar.gz",
      image: { framework: "huggingface", version: "4.49.0", pytorch: "2.6.0", python: "py312" },
      containerEnvironment: { HF_TASK: "text-generation" },
      serverless: { memorySizeInMb: 6144, maxConcurrency: 2 },
    },
  },
};
