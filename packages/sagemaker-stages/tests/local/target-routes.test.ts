import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { endpointTargets } from "../../examples/endpoint-targets";
import { namePrefix } from "../../src/environment/environment";
import { banner } from "../../src/local/banner";
import type { Container, ContainerRequest } from "../../src/local/sagemaker/container";
import { loadSamples } from "../../src/local/samples";
import { LocalStage } from "../../src/local/stage";
import type { Deployment } from "../../src/local/terraform/deployment";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { models } from "../fixtures/app/functions";
import { send } from "./support/client";
import { paste } from "./support/curl";
import { sign } from "./support/signing";
import { Stacks } from "./support/terraform";

const START_TIMEOUT_IN_MS = 90_000;

const { region, models: served } = endpointTargets;
const names = Object.keys(served);

/** The models whose containers were invoked, in order. */
const invoked: string[] = [];

/** The sample of a model, which records its invocations. */
function counted([model, sample]: [string, Container]): [string, Container] {
  const invoke = (request: ContainerRequest) => {
    invoked.push(model);
    return sample.invoke(request);
  };
  return [model, { ...sample, invoke }];
}

const samples = new Map([...loadSamples(process.cwd(), { blazingText: false })].map(counted));
const stage = new LocalStage({ port: 0, containers: samples, log: () => {} });
let stacks: Stacks;
let deployment: Deployment;

beforeAll(async () => {
  stacks = new Stacks();
  deployment = readDeployment(endpointTargets.name, stacks.synthesize(endpointTargets));
  await stage.listen();
  await stage.serve([deployment]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage.close();
  stacks.remove();
});

function linesOfBanner(): string[] {
  return banner(stage, [deployment], samples)
    .split("\n")
    .map((line) => line.trim());
}

/** Sends InvokeEndpoint as a client of the SageMaker runtime. */
async function invoke(endpoint: string, headers: Readonly<Record<string, string>>) {
  const request = {
    path: `/endpoints/${endpoint}/invocations`,
    headers: { "Content-Type": "text/csv", ...headers },
    body: "1",
  };
  return send(stage.url, await sign(stage.url, request, { service: "sagemaker", region }));
}

describe("routes in front of targets of existing endpoints", () => {
  it.each(names)("the routes are answered by the container of the route's model: %s", async (model) => {
    // Prepare
    const { path } = models[model as keyof typeof models].route;
    const line = linesOfBanner().find(
      (candidate) =>
        candidate.startsWith("curl ") && candidate.includes(`/${namePrefix(endpointTargets)}${path}`),
    );
    invoked.length = 0;

    // Act
    const { status } = await paste(String(line));

    // Assess
    expect([status, invoked]).toEqual([200, [model]]);
  });

  it("the routes have one endpoint when two routes name its inference components", () => {
    // Act
    const lines = linesOfBanner();

    // Assess
    expect(deployment.endpoints.map(({ name }) => name).sort()).toEqual(["forecasts", "risk", "texts"]);
    expect(lines).toContain(
      "- endpoint texts: exists only on AWS and is never invoked from here: the sample model of the target's route answers (language-check, ticket-urgency), or your --container",
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^texts, x-amzn-sagemaker-inference-component: language-check: sample model: /),
    );
    expect(lines.filter((line) => line.includes("answers here as"))).toEqual([]);
  });

  it("refuse a client of the SageMaker runtime that names no component", async () => {
    // Act
    const { status, body } = await invoke("texts", {});

    // Assess
    expect(status).toBe(400);
    expect(String(body)).toContain("Inference Component Name header is required");
  });
});
