import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { multiModel } from "../../examples/multi-model";
import { loadSamples } from "../../src/local/samples";
import { LocalStage } from "../../src/local/stage";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { send } from "./support/client";
import { sign } from "./support/signing";
import { Stacks } from "./support/terraform";

const START_TIMEOUT_IN_MS = 90_000;
const { region } = multiModel;
const ENDPOINT = "multi-model-energy-demand";

const containers = loadSamples(process.cwd(), { blazingText: false });
const stage = new LocalStage({ port: 0, containers, log: () => {} });
let stacks: Stacks;

beforeAll(async () => {
  stacks = new Stacks();
  await stage.listen();
  await stage.serve([readDeployment(multiModel.name, stacks.synthesize(multiModel))]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage.close();
  stacks.remove();
});

/** Sends InvokeEndpoint as a client of the SageMaker runtime. */
async function invoke(headers: Readonly<Record<string, string>>) {
  const request = {
    path: `/endpoints/${ENDPOINT}/invocations`,
    headers: { "Content-Type": "application/json", ...headers },
    body: "{}",
  };
  return send(stage.url, await sign(stage.url, request, { service: "sagemaker", region }));
}

it("a request that names no model of a multi-model endpoint is refused", async () => {
  // Act
  const { status, body } = await invoke({});

  // Assess
  expect([status, body]).toEqual([
    400,
    expect.stringContaining(`Endpoint ${ENDPOINT} is a multi-model endpoint and requires the target model`),
  ]);
});

it("a request that names a model reaches the container", async () => {
  // Act
  const { body } = await invoke({ "X-Amzn-SageMaker-Target-Model": "eu/berlin.tar.gz" });

  // Assess
  expect(body).not.toContain("multi-model endpoint");
});
