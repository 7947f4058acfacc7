import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { type ServedApp, serveApp } from "../../src/testing/serve-app";
import { models } from "../fixtures/app/functions";

/** A synthesis and two processes of functions on a slow machine. */
jest.setTimeout(30_000);

const MODEL = {
  artifact: "s3://amzn-s3-demo-bucket/model/model.tar.gz",
  image: { algorithm: "sagemaker-xgboost", tag: "1.7-1" },
  serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
  access: "PUBLIC",
} as const;

const test: Environment = {
  name: "test",
  region: "us-east-1",
  state: { local: { path: "terraform.test.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 7 },
  website: { title: "Served" },
  models: { "loan-default": MODEL, "ticket-urgency": MODEL },
};

let endpoint: EndpointServer;
let served: ServedApp;

beforeAll(async () => {
  endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer({ headers: { "content-type": "text/csv" }, body: "0.25" });
  served = await serveApp(
    { models, environments: [test] },
    { containers: { "ticket-urgency": endpoint.url } },
  );
});

afterAll(async () => {
  await served?.close();
  await endpoint?.close();
});

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${served.url}/test${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return await response.json();
}

describe("an app that a test serves", () => {
  it("answers with the sample model", async () => {
    // Act
    const answer = await post("/loan-default", models["loan-default"].example.request);

    // Assess
    expect(answer).toBe("repaid");
  });

  it("answers with the container that replaces the sample model", async () => {
    // Act
    const answer = await post("/ticket-urgency", { message: "The shop is down." });

    // Assess
    expect(answer).toEqual(expect.objectContaining({ score: 0.25 }));
    expect(endpoint.onlyRequest.path).toBe("/invocations");
  });

  it("has the page of each environment", async () => {
    // Act
    const page = await fetch(`${served.url}/website/test/`);

    // Assess
    expect(await page.text()).toContain("<h1>Served</h1>");
  });

  it("collects the functions' log", async () => {
    // Act
    await post("/loan-default", { data: "1,2,three" });

    // Assess
    expect(served.log).toContain("loan-default");
  });

  it("does not answer after it is closed", async () => {
    // Prepare
    const closed = await serveApp({ models, environments: [test] });

    // Act
    await closed.close();

    // Assess
    await expect(fetch(closed.url)).rejects.toThrow("fetch failed");
  });

  it("fails when a container is for a model that no environment deploys", async () => {
    // Act
    const act = serveApp({ models, environments: [test] }, { containers: { iris: endpoint.url } });

    // Assess
    await expect(act).rejects.toThrow(
      "containers: got the model iris; allowed: loan-default, ticket-urgency",
    );
  });
});
