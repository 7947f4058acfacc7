import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/index";
import { bytes, defineModels, huggingFace, passThrough, rows, text } from "../../src/model";
import { findContractFaults, proveLeastPrivilege, type ServedApp, serveApp } from "../../src/testing";
import { dev } from "../fixtures/app/environments/dev";
import { models as fixtures } from "../fixtures/app/functions";

const ready = defineModels({
  iris: rows({ features: ["length", "width"], answer: "csv", predicts: "scores", classes: ["a", "b"] }),
  faces: bytes({ takes: ["image/png"], example: { answer: { faces: 2 } } }),
  topics: huggingFace("text-classification"),
  notes: text({ answer: "text", example: { text: "two", answer: { text: "zwei" } } }),
  raw: passThrough({ takes: "application/json", example: { request: { x: 1 }, answer: { y: 2 } } }),
});

const settings = {
  artifact: "s3://amzn-s3-demo-bucket/model.tar.gz",
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 2 },
  access: "PUBLIC",
} as const;

const environment: Environment = {
  ...dev,
  models: Object.fromEntries(Object.keys(ready).map((name) => [name, settings])),
};

const app = { models: { ...fixtures, ...ready }, environments: [environment] };

const TIMEOUT_IN_MS = 60_000;

describe("an app with ready-made contracts", () => {
  let served: ServedApp;

  beforeAll(async () => {
    served = await serveApp(app);
  }, TIMEOUT_IN_MS);

  afterAll(() => served?.close());

  it(
    "has contracts without faults",
    async () => {
      // Act
      const faults = await findContractFaults(app.models);

      // Assess
      expect(faults).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "grants every permission that the models need, and no other permission",
    async () => {
      // Act
      const { findings } = await proveLeastPrivilege(app);

      // Assess
      expect(findings.map(({ message }) => message)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it("reports a pattern in a JSON Schema that takes more than linear time", async () => {
    // Prepare
    const schema = { type: "string", pattern: "^(a+)+$" } as const;
    const slow = passThrough({ takes: "application/json", schema, example: { request: "a", answer: 1 } });

    // Act
    const faults = await findContractFaults({ ...fixtures, ...defineModels({ slow }) });

    // Assess
    expect(faults).toEqual([
      expect.stringMatching(/^functions\/index\.ts: got \/\^\(a\+\)\+\$\/u, which takes/),
    ]);
  });

  it.each(Object.entries(ready))(
    "runs in the local stage, where a stand-in answers %s with the example",
    async (_, { route, example }) => {
      // Act
      const response = await fetch(`${served.url}/dev${route.path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(example.request),
      });

      // Assess
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual(example.answer);
    },
  );
});
