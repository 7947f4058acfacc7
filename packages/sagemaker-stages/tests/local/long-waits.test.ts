import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { parseEnvironment } from "../../src/environment/parse";
import { WakeUp } from "../../src/local/sagemaker/wake-up";
import { loadSamples } from "../../src/local/samples";
import { LocalStage } from "../../src/local/stage";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { checksOf } from "../../src/smoke/checks";
import { runCheck } from "../../src/smoke/retry";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { models } from "../fixtures/app/functions";
import { createApp } from "../support/app";
import { problemOf, type Response, send } from "./support/client";

/** The wake-up of the endpoints: longer than the plain route waits, and shorter than the stream route. */
const WAKE_UP_IN_MS = 2_500;

const SERVERLESS = {
  artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
  image: { algorithm: "linear-learner", tag: "1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
  access: "PUBLIC",
} as const;

/** A plain route and a route in stream mode. Both wait for less time than on AWS. */
const ENVIRONMENT: Environment = {
  name: "dev",
  region: "us-east-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: { throttling: { rateLimit: 100, burstLimit: 200 }, logRetentionInDays: 7 },
  models: {
    "loan-default": { ...SERVERLESS, timeoutInSeconds: 2 },
    "energy-demand": { ...SERVERLESS, responseTransferMode: "stream", timeoutInSeconds: 20 },
  },
};

const folder = makeTempFolder();
let stage: LocalStage;

async function serve(wakeUpInMs: number): Promise<LocalStage> {
  const served = new LocalStage({
    port: 0,
    containers: loadSamples(process.cwd(), { blazingText: false }),
    log: () => {},
    wakeUpInMs,
  });
  await served.listen();
  await served.serve([readDeployment("dev", join(folder, "stacks", "dev"))]);
  return served;
}

beforeAll(async () => {
  createApp([ENVIRONMENT], { outdir: folder }).synth();
  stage = await serve(WAKE_UP_IN_MS);
}, 60_000);

afterAll(async () => {
  await stage.close();
  removeFolder(folder);
});

function call(model: "loan-default" | "energy-demand"): Promise<Response> {
  const { route, example } = models[model];
  return send(stage.url, {
    path: `/dev${route.path}`,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(example.request),
  });
}

describe("a serverless endpoint that wakes up", () => {
  it("answers a route in stream mode with 200, and a plain route with 503 and Retry-After", async () => {
    // Act
    const startedAt = performance.now();
    const [plain, streamed] = await Promise.all([call("loan-default"), call("energy-demand")]);
    const tookInMs = performance.now() - startedAt;

    // Assess
    expect(plain.status).toBe(503);
    expect(plain.headers["retry-after"]).toBe("10");
    expect(problemOf(plain).detail).toMatch(/^The model's endpoint is waking up or unavailable\./);
    expect(streamed.status).toBe(200);
    expect(streamed.headers["content-type"]).toMatch(/^application\/json/);
    expect(tookInMs).toBeGreaterThanOrEqual(WAKE_UP_IN_MS - 50);
  }, 30_000);

  it("answers both routes when it is awake", async () => {
    // Act
    const answers = await Promise.all([call("loan-default"), call("energy-demand")]);

    // Assess
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  }, 30_000);
});

describe("a smoke test of an endpoint that wakes up", () => {
  it("reports 200 after the wake-up for the route in stream mode, and 503 for the plain route", async () => {
    // Prepare
    const sleeping = await serve(WAKE_UP_IN_MS);
    const checks = checksOf(
      parseEnvironment(ENVIRONMENT),
      { stageUrl: `${sleeping.url}/dev`, functionUrls: new Map() },
      { aws: undefined, apiKey: undefined, customerKeys: [], tokens: new Map(), forgedTokens: new Map() },
      models,
    ).filter(({ expected }) => expected === "200, an answer");

    // Act: the plain route would be repeated after its Retry-After of 10 seconds
    const results = await Promise.all(
      checks.map((check) => runCheck(check, performance.now(), 8_000, () => undefined)),
    );
    await sleeping.close();

    // Assess
    expect(results).toMatchObject([
      { passed: false, got: "503, not 200", check: { route: "POST /loan-default" } },
      { passed: true, got: "200", check: { route: "POST /energy-demand" } },
    ]);
    expect(results[1]?.tookInMs).toBeGreaterThanOrEqual(WAKE_UP_IN_MS - 50);
  }, 60_000);
});

describe("the wake-up of the local stage", () => {
  it("starts with the first request of an endpoint, and happens once", () => {
    // Prepare
    let now = 0;
    const wakeUp = new WakeUp(1_000, () => now);

    // Act
    const states = [0, 999, 1_000, 5_000].map((time) => {
      now = time;
      return wakeUp.isStarting("dev-churn");
    });

    // Assess
    expect(states).toEqual([true, true, false, false]);
    expect(wakeUp.isStarting("dev-other")).toBe(true);
    expect(new WakeUp(0).isStarting("dev-churn")).toBe(false);
  });
});
