import { describe, expect, it } from "@jest/globals";
import { series } from "../../examples/series";
import type { Container } from "../../src/local/sagemaker/container";
import { SagemakerRuntime } from "../../src/local/sagemaker/runtime";
import { readDeployment } from "../../src/local/terraform/read-deployment";
import { received } from "./support/http-requests";
import { sign } from "./support/signing";
import { Stacks } from "./support/terraform";

const HOST = "http://127.0.0.1:3000";
const CONTAINER = "x-amzn-sagemaker-target-container-hostname";

/** Answers with the name of its model. */
function answering(model: string): [string, Container] {
  const invoke = async () => ({ status: 200, contentType: "text/csv", body: model });
  return [model, { description: `the container of ${model}`, invoke }];
}

function read() {
  const stacks = new Stacks();
  try {
    return readDeployment(series.name, stacks.synthesize(series));
  } finally {
    stacks.remove();
  }
}

const deployment = read();

/** Sends InvokeEndpoint as a client of the SageMaker runtime. */
async function invoke(endpoint: string, headers: Readonly<Record<string, string>>) {
  const containers = new Map(Object.keys(series.models).map(answering));
  const runtime = new SagemakerRuntime(deployment.endpoints, containers, () => {});
  const request = { method: "POST", path: `/endpoints/${endpoint}/invocations`, headers, body: "1" };
  const signed = await sign(HOST, request, { service: "sagemaker", region: series.region });
  const { status, body } = await runtime.handle(received(signed));
  return status === 200 ? [status, body] : [status, JSON.parse(String(body)).Message];
}

describe("an endpoint of several containers", () => {
  it.each([
    ["the series without a target", "series-loan-default", {}, [200, "loan-default"]],
    ["a container by its name", "series-ticket-urgency", { [CONTAINER]: "german" }, [200, "ticket-urgency"]],
    [
      "an error for an unknown container",
      "series-ticket-urgency",
      { [CONTAINER]: "french" },
      [
        400,
        "Target container french of endpoint series-ticket-urgency not found. The endpoint has english, german.",
      ],
    ],
    [
      "an error for a direct invocation without a name",
      "series-ticket-urgency",
      {},
      [
        400,
        "Target Container Hostname header is required for endpoints with direct invocation. Please include Target Container Hostname header.",
      ],
    ],
    [
      "an error for a container of a series",
      "series-loan-default",
      { [CONTAINER]: "features" },
      [
        400,
        "Endpoint series-loan-default is not a multi-container endpoint and does not support target container hostname header.",
      ],
    ],
  ])("answers with %s", async (_, endpoint, headers, expected) => {
    // Act
    const answer = await invoke(endpoint, headers);

    // Assess
    expect(answer).toEqual(expected);
  });

  it("the endpoint is reported with its containers in the banner", () => {
    // Act
    const { unsupported } = deployment;

    // Assess
    expect(unsupported).toEqual(
      expect.arrayContaining([
        "loan-default: the sample model, or one --container, answers in place of the series of containers features, predictor",
        "ticket-urgency: the sample model, or one --container, answers for each of the containers english, german",
      ]),
    );
  });
});
