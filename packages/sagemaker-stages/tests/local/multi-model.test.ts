import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { multiModel } from "../../examples/multi-model";
import type { Environment } from "../../src/environment/environment";
import type { Container, ContainerRequest } from "../../src/local/sagemaker/container";
import { loadSamples } from "../../src/local/samples";
import { LocalStage } from "../../src/local/stage";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { send } from "./support/client";
import { sign } from "./support/signing";
import { Stacks } from "./support/terraform";

const START_TIMEOUT_IN_MS = 90_000;
const ENDPOINT = "multi-model-energy-demand";
const MODEL = "X-Amzn-SageMaker-Target-Model";

/** The environment of the example, with a second route to its endpoint, whose contract chooses the model. */
const environment: Environment = {
  ...multiModel,
  models: {
    ...multiModel.models,
    "loan-default": { existingEndpoint: ENDPOINT, targetModels: ["loans/*.tar.gz"] },
  },
};
const { name, region } = environment;

/** The requests that the containers received. */
let requests: { readonly model: string; readonly request: ContainerRequest }[] = [];

/** A container that records its requests. */
function recorded([model, container]: readonly [string, Container]): [string, Container] {
  const invoke = (request: ContainerRequest) => {
    requests.push({ model, request });
    return container.invoke(request);
  };
  return [model, { description: container.description, invoke }];
}

const samples = loadSamples(process.cwd(), { blazingText: false });
const containers = new Map([...samples].map(recorded));
const stage = new LocalStage({ port: 0, containers, log: () => {} });
let stacks: Stacks;

beforeAll(async () => {
  stacks = new Stacks();
  await stage.listen();
  await stage.serve([readDeployment(name, stacks.synthesize(environment))]);
}, START_TIMEOUT_IN_MS);

beforeEach(() => {
  requests = [];
});

afterAll(async () => {
  await stage.close();
  stacks.remove();
});

/** Sends InvokeEndpoint as a client of the SageMaker runtime. */
async function invoke(headers: Readonly<Record<string, string>>, body: string) {
  const request = {
    path: `/endpoints/${ENDPOINT}/invocations`,
    headers: { "Content-Type": "text/csv", ...headers },
    body,
  };
  return send(stage.url, await sign(stage.url, request, { service: "sagemaker", region }));
}

it("a request that names no model of a multi-model endpoint is refused", async () => {
  // Act
  const { status, body } = await invoke({}, "1,18,-2.5,0");

  // Assess
  expect([status, body]).toEqual([
    400,
    expect.stringContaining(`Endpoint ${ENDPOINT} is a multi-model endpoint and requires the target model`),
  ]);
  expect(requests).toEqual([]);
});

it.each([
  {
    what: "the model of the environment",
    target: "eu/berlin.tar.gz",
    row: "1,18,-2.5,0",
    model: "energy-demand",
  },
  {
    what: "a model of the second route",
    target: "loans/2026.tar.gz",
    row: "50000,1000,12",
    model: "loan-default",
  },
])(
  "a request that names $what receives the prediction of its route's model",
  async ({ target, row, model }) => {
    // Act
    const { status, body } = await invoke({ [MODEL]: target }, row);

    // Assess
    const [received] = requests;
    const predicted = received && (await samples.get(model)?.invoke(received.request));
    expect([status, body]).toEqual([200, predicted?.body]);
    expect(requests.map((one) => [one.model, one.request.headers?.[MODEL.toLowerCase()]])).toEqual([
      [model, target],
    ]);
  },
);

it.each(["eu/paris.tar.gz", "loans/2026.zip"])(
  "a request that names the unknown model %s is refused",
  async (target) => {
    // Act
    const { status, body } = await invoke({ [MODEL]: target }, "1,18,-2.5,0");

    // Assess
    expect([status, body]).toEqual([
      400,
      expect.stringContaining(
        `Target model ${target} of endpoint ${ENDPOINT} not found. Functions of this stage name eu/berlin.tar.gz, loans/*.tar.gz.`,
      ),
    ]);
    expect(requests).toEqual([]);
  },
);
