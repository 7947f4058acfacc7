import type { Environment } from "../../../src";

/** Settings of a model of the Hugging Face Hub, with the placeholders that `sagemaker-stages new-model` writes. */
export const HUB_MODEL = {
  image: {
    framework: "huggingface",
    version: "4.49.0",
    pytorch: "2.6.0",
    python: "py312",
    os: "ubuntu22.04",
  },
  containerEnvironment: {
    HF_MODEL_ID: "my-organization/topics",
    HF_MODEL_REVISION: "0".repeat(40),
    HF_TASK: "text-classification",
  },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
} as const satisfies Environment["models"][string];
