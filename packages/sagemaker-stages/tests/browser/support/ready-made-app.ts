import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../../src/environment/environment";
import type { ModelSettings } from "../../../src/environment/model-settings";
import { ProjectCopy } from "../../local/support/project";

const MODEL: ModelSettings = {
  artifact: "s3://amzn-s3-demo-bucket/model/model.tar.gz",
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
  access: "PUBLIC",
};

/** A model whose container reads and writes JSON. */
const SCIKIT_LEARN: ModelSettings = {
  ...MODEL,
  image: { framework: "sklearn", version: "1.2-1" },
  containerEnvironment: {
    SAGEMAKER_PROGRAM: "inference.py",
    SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
  },
};

/** A public model for each ready-made contract. */
export const READY_MADE: Environment = {
  name: "ready",
  region: "us-east-1",
  state: { local: { path: "terraform.ready.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 7 },
  models: { iris: SCIKIT_LEARN, mood: MODEL, faces: MODEL, boxes: MODEL, notes: MODEL, raw: MODEL },
};

/** The features of the documentation's example. */
const FUNCTIONS = `
import { bytes, defineModels, huggingFace, passThrough, rows, text } from "sagemaker-stages/model";

export const models = defineModels({
  iris: rows({
    features: ["sepal length", "sepal width", "petal length", "petal width"],
    answer: "json",
    classes: ["setosa", "versicolor", "virginica"],
    predicts: "scores",
  }),
  mood: huggingFace("text-classification"),
  faces: bytes({ takes: ["image/jpeg", "image/png"], maxBytes: 1_000_000, example: { answer: { faces: 2 } } }),
  boxes: huggingFace("object-detection"),
  notes: text({ answer: "text", example: { text: "two", answer: { text: "zwei" } } }),
  raw: passThrough({ takes: "application/json", example: { request: { x: 1 }, answer: { y: 2 } } }),
});

export type ModelName = keyof typeof models;
`;

/** Files of an app with {@link READY_MADE}, without samples and views. */
export function readyMadeApp(): ProjectCopy {
  const project = new ProjectCopy();
  rmSync(join(project.folder, "functions"), { recursive: true });
  project.write("functions/index.ts", FUNCTIONS);
  project.setEnvironments(READY_MADE);
  return project;
}
