import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type Browser, chromium } from "playwright-core";
import type { Environment } from "sagemaker-stages";
import { EndpointServer, findChromium, type ServedApp, serveApp } from "sagemaker-stages/testing";
import { models } from "../../index";

/** Longer than a test of the page on a slow machine: a synthesis, a process, and a browser. */
const TIMEOUT_IN_MS = 60_000;

jest.setTimeout(TIMEOUT_IN_MS);

/** An environment with only this model, which users call through the function URL after a sign-in. */
const environment: Environment = {
  name: "dev",
  region: "us-east-1",
  state: { local: { path: "terraform.dev.tfstate" } },
  stage: { throttling: { rateLimit: 1_000, burstLimit: 2_000 }, logRetentionInDays: 7 },
  website: { signIn: { models: [{ model: "toxicity", by: "functionUrl" }] } },
  models: {
    toxicity: {
      artifact: "s3://amzn-s3-demo-bucket/toxicity/model.tar.gz",
      image: { algorithm: "blazingtext", tag: "1" },
      serverless: { memorySizeInMb: 2048, maxConcurrency: 5 },
      access: "API_KEY",
      functionUrl: {},
    },
  },
};

/** The only user of the local user pool. `npm start` prints the name and the password. */
const USER = { email: "visitor@example.com", password: "Local-password-1" };

let container: EndpointServer;
let app: ServedApp;
let browser: Browser;

beforeAll(async () => {
  container = await EndpointServer.start();
  browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
  app = await serveApp({ models, environments: [environment] }, { containers: { toxicity: container.url } });
});

afterAll(async () => {
  await browser?.close();
  await app?.close();
  await container?.close();
});

describe("the form of a user who has signed in", () => {
  it.each([
    "who am i",
    "1 + 1 = 2 & 50 % of 100%, a=b?",
    "tout \u{1F600} \u{1F468}\u200D\u{1F469}\u200D\u{1F467} über 日本 (it's) *~!",
  ])("sends the text %s through the function URL unchanged", async (text) => {
    // Prepare
    container.requests.length = 0;
    container.willAlwaysAnswer({
      headers: { "content-type": "application/json" },
      body: '[{"label":["__label__none","__label__toxic"],"prob":[0.98,0.02]}]',
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${app.url}/website/${environment.name}/`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Email").fill(USER.email);
    await page.getByLabel("Password").fill(USER.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    const form = page.getByRole("form", { name: "Toxicity" });
    await form.getByLabel("q", { exact: true }).fill(text);
    const called = page.waitForRequest((request) => "authorization" in request.headers());

    // Act
    await form.getByRole("button", { name: "Send" }).click();
    await form.locator(".result.answer").waitFor();
    const request = await called;

    // Assess
    expect(await form.locator(".result.answer").innerText()).toContain("__label__none");
    expect(request.headers().authorization).toMatch(/^AWS4-HMAC-SHA256 .*\/lambda\/aws4_request/);
    expect(new URL(request.url()).origin).not.toBe(app.url);
    expect(container.requests.map(({ body }) => JSON.parse(String(body)).instances)).toEqual([[text]]);
    await context.close();
  });
});
