import { afterEach, beforeEach, jest } from "@jest/globals";
import { DRIFT, readDriftArguments } from "../../../src/drift/arguments";
import { writeBaseline } from "../../../src/drift/baseline/command";
import { compareEnvironment } from "../../../src/drift/main";
import type { Environment } from "../../../src/environment/environment";
import { readCommandLine } from "../../../src/lib/arguments";
import { defineModels, rows } from "../../../src/model";
import type { Model } from "../../../src/models";
import { makeTempFolder, removeFolder } from "../../../src/testing/temp-folder";
import { writeIn } from "./captured";
import { Random } from "./random";

/** The current time of the command. */
export const NOW = new Date("2026-11-30T00:00:00Z");

/** A model with named features, and a model whose rows are lists. */
export const models = defineModels({
  iris: rows({
    features: ["length", "width", { name: "colour", values: ["blue", "white"] }],
    answer: "json",
  }),
  churn: rows({ features: ["age"], answer: "json" }),
});

const serverless = { memorySizeInMb: 2048, maxConcurrency: 5 };

/** The artifact and the image of a model. */
export const source = {
  artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
  image: { framework: "xgboost", version: "1.7-1" },
} as const;

/** The settings of the model iris in {@link dev}. */
export const iris = { ...source, serverless };

/** An environment with both models. */
export const dev: Environment = {
  name: "dev",
  region: "eu-central-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: { throttling: { rateLimit: 10, burstLimit: 20 }, logRetentionInDays: 7 },
  models: { iris, churn: { ...source, serverless } },
};

/** The exit status and the output of the command `drift`. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An app in a temporary folder, which is the current folder during each test. */
export function inApp(): { readonly folder: string; drift(...words: string[]): Promise<Finished> } {
  const cwd = process.cwd();
  let folder = "";
  beforeEach(() => {
    folder = makeTempFolder();
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(cwd);
    removeFolder(folder);
  });
  return {
    get folder() {
      return folder;
    },
    drift: (...words) => drift(dev, ...words),
  };
}

/** Runs the command `drift` in this process. */
export async function drift(environment: Environment, ...words: string[]): Promise<Finished> {
  return await driftOf(models, environment, ...words);
}

/** Runs the command `drift` of an app with these models in this process. */
export async function driftOf(
  models: Readonly<Record<string, Model>>,
  environment: Environment,
  ...words: string[]
): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const error = jest.spyOn(console, "error").mockImplementation((text) => {
    stderr += `${String(text)}\n`;
  });
  try {
    const args = readDriftArguments(readCommandLine(DRIFT, words), NOW);
    const status = await compareEnvironment({ models, environments: [environment] }, args);
    return { status, stdout, stderr };
  } finally {
    write.mockRestore();
    error.mockRestore();
  }
}

/** Rows of iris: lengths and widths of normal distributions, and two colours. */
export function irisRows(count: number, seed: number, shift = 0): Record<string, unknown>[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => ({
    length: Math.round((5 + shift + random.normal()) * 10) / 10,
    width: Math.round((3 + random.normal() / 2) * 10) / 10,
    colour: random.next() < 0.3 ? "blue" : "white",
  }));
}

/** Writes the baseline of iris from 2,000 rows. */
export async function writeIrisBaseline(folder: string): Promise<string> {
  const lines = irisRows(2_000, 1).map(({ length, width, colour }) => `${length},${width},${colour},setosa`);
  writeIn(folder, "train.csv", `length,width,colour,species\n${lines.join("\n")}\n`);
  return await writeBaseline(models, { model: "iris", data: "train.csv", drop: [], columns: undefined });
}
