import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { models } from "../fixtures/app/functions";
import { type Response, send } from "./support/client";
import { ContainerServer } from "./support/container-server";
import { DEV, LOAN_DEFAULT } from "./support/environments";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";

const START_TIMEOUT_IN_MS = 90_000;
const APP = "https://app.example.com";
const ORIGINS = [APP, "https://www.example.org:8443", "http://localhost:8080"];

const SEVERAL: Environment = {
  ...DEV,
  name: "several",
  stage: { ...DEV.stage, corsAllowOrigin: ORIGINS },
  models: {
    "loan-default": { ...LOAN_DEFAULT, access: "PUBLIC" },
    "house-price": {
      artifact: "s3://amzn-s3-demo-bucket/house-price/model.tar.gz",
      image: { algorithm: "sagemaker-scikit-learn", tag: "1.4-2-cpu-py3" },
      containerEnvironment: {
        SAGEMAKER_PROGRAM: "inference.py",
        SAGEMAKER_SUBMIT_DIRECTORY: "/opt/ml/model/code",
      },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 2 },
      via: "gateway",
      access: "PUBLIC",
    },
  },
};

/** Origins that are similar to an allowed origin. */
const NEAR_MISSES = [
  "https://app.example.com.evil.com",
  "https://app.example.co",
  "https://evil-app.example.com",
  "https://appXexample.com",
  "https://APP.example.com",
  "http://app.example.com",
  "https://app.example.com:443",
  "https://www.example.org",
  "https://www.example.org:84430",
  "https://app.example.com/",
  "https://.*",
  "*",
  "null",
  `${APP}, https://www.example.org:8443`,
  `${APP}" || "x" == "x`,
];

let container: ContainerServer;
let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  container = new ContainerServer();
  await container.listen();
  container.answer = () => ({ body: '{"predictions": [329.50]}' });
  project = new ProjectCopy();
  project.setEnvironments(SEVERAL);
  stage = await RunningStage.serve(project, ["several", "--container", `house-price=${container.url}`]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
  await container?.close();
});

const ROUTES = [
  ["a function's answer", "POST", "loan-default", JSON.stringify(models["loan-default"].example.request)],
  ["a function's refusal", "POST", "loan-default", '{"data":"1"}'],
  ["an endpoint's answer via API Gateway", "POST", "house-price", '{"instances":[{"area":96.5,"rooms":4}]}'],
  ["a preflight of a function's route", "OPTIONS", "loan-default", ""],
  ["a preflight of a route via API Gateway", "OPTIONS", "house-price", ""],
] as const;

function call(
  [, method, model, body]: (typeof ROUTES)[number],
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const type = { "Content-Type": "application/json" };
  return send(stage.url, { method, path: `/several/${model}`, headers: { ...type, ...headers }, body });
}

describe.each(ROUTES)("%s", (...route) => {
  it.each(ORIGINS)("names the allowed origin %s", async (origin) => {
    // Act
    const { status, headers } = await call(route, { Origin: origin });

    // Assess
    expect([200, 204, 400]).toContain(status);
    expect(headers["access-control-allow-origin"]).toBe(origin);
    expect(headers.vary).toBe("Origin");
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });

  it("names the origin when the name of the header is in lower case, as with HTTP/2", async () => {
    // Act
    const { headers } = await call(route, { origin: APP });

    // Assess
    expect(headers["access-control-allow-origin"]).toBe(APP);
  });

  it.each(NEAR_MISSES)("names no origin when the origin is %s", async (origin) => {
    // Act
    const { headers } = await call(route, { Origin: origin });

    // Assess
    expect(headers).not.toHaveProperty("access-control-allow-origin");
    expect(headers.vary).toBe("Origin");
  });

  it("names no origin when the request has no origin", async () => {
    // Act
    const { headers } = await call(route, {});

    // Assess
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });
});

describe("an answer of an endpoint via API Gateway", () => {
  it("is the same JSON", async () => {
    // Act
    const { status, headers, body } = await call(ROUTES[2], { Origin: APP });

    // Assess
    expect(status).toBe(200);
    expect(headers["content-type"]).toMatch(/^application\/json/);
    expect(JSON.parse(body)).toEqual({ predictions: [329.5] });
  });

  it("names the origin when the endpoint fails, with the other overrides of the template", async () => {
    // Prepare
    container.answer = () => ({ status: 503, body: "{}" });

    // Act
    const { status, headers, body } = await call(ROUTES[2], { Origin: APP });
    container.answer = () => ({ body: '{"predictions": [329.50]}' });

    // Assess
    expect([502, 503]).toContain(status);
    expect(headers["access-control-allow-origin"]).toBe(APP);
    expect(JSON.parse(body)).toMatchObject({ type: "about:blank", status });
  });
});

describe("an error of API Gateway itself", () => {
  it("can be read by a page of every origin, because API Gateway cannot compare origins there", async () => {
    // Act
    const { status, headers } = await send(stage.url, {
      path: "/several/unknown",
      headers: { Origin: "https://foreign.example.com" },
    });

    // Assess
    expect(status).toBe(403);
    expect(headers["access-control-allow-origin"]).toBe("*");
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });

  it("does not permit a request of a foreign page, because a browser requires a successful preflight", async () => {
    // Act
    const { status } = await send(stage.url, {
      method: "OPTIONS",
      path: "/several/unknown",
      headers: { Origin: "https://foreign.example.com" },
    });

    // Assess
    expect(status).toBe(403);
  });
});
