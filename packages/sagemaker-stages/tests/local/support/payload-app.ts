import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../../src/environment/environment";
import { DEV } from "./environments";
import { ProjectCopy } from "./project";

const SERVERLESS = { memorySizeInMb: 2048, maxConcurrency: 5 };
const model = (name: string) => ({
  artifact: `s3://amzn-s3-demo-bucket/${name}/model.tar.gz`,
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  access: "PUBLIC" as const,
});

/** The models of `payload-models/`, all of them public. */
export const PAYLOADS: Environment = {
  ...DEV,
  models: {
    "file-echo": { ...model("file-echo"), serverless: SERVERLESS, functionUrl: {} },
    "flower-scores": { ...model("flower-scores"), serverless: SERVERLESS },
    "text-labels": { ...model("text-labels"), serverless: SERVERLESS },
    "house-price": { ...model("house-price"), serverless: SERVERLESS },
    "tensor-double": { ...model("tensor-double"), serverless: SERVERLESS },
  },
};

/** An app of the models of `payload-models/`, which have neither a sample nor a view. */
export function payloadApp(): ProjectCopy {
  const project = new ProjectCopy();
  const functions = join(project.folder, "functions");
  rmSync(functions, { recursive: true });
  cpSync(join(__dirname, "payload-models"), functions, { recursive: true });
  project.setEnvironments(PAYLOADS);
  return project;
}
