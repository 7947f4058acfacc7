import { describe, expect, it } from "@jest/globals";
import { FUNCTION_TIMEOUT_IN_SECONDS, GATEWAY_TIMEOUT_IN_SECONDS } from "../../src/aws/time-budget";
import { checkEnvironments as checkEnvironmentsOf } from "../../src/environment/checks";
import type { Environment } from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import { type Transfer, transferOf } from "../../src/environment/transfer";
import { defineModels, python, type RoutedModel } from "../../src/models";
import { models } from "../fixtures/app/functions";
import { environmentOf, INSTANCES, SERVERLESS } from "./support/environments";

/** A contract whose every answer is a stream, and a contract that streams if the request wants a stream. */
const STREAMS: RoutedModel = { ...models["loan-default"], stream: { answerType: "text/event-stream" } };
const WANTS: RoutedModel = {
  ...models["loan-default"],
  stream: { answerType: "text/event-stream", wants: () => true },
};
const PLAIN: RoutedModel = models["loan-default"];
const PASSED: RoutedModel = { ...models["house-price"], stream: { answerType: "text/plain" } };

function faultsOf(
  settings: object,
  model: RoutedModel = PLAIN,
  part: Partial<Environment> = {},
): readonly string[] {
  const environment = environmentOf({}, { models: { churn: settings as ModelSettings }, ...part });
  return checkEnvironmentsOf([environment], { models: { churn: model } }).map(
    ({ field, got, allowed }) => `${field}: got ${got}; allowed: ${allowed}`,
  );
}

/** Existing subnets and security groups. */
const PRIVATE: Partial<Environment> = {
  network: {
    existing: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
  },
};
const RAISED = { quotas: { integrationTimeoutInSeconds: 120 } };

describe("responseTransferMode and timeoutInSeconds", () => {
  it.each<[string, object, RoutedModel, Partial<Environment>]>([
    ["a plain contract on a serverless endpoint in stream mode", streamed(SERVERLESS), PLAIN, {}],
    ["a plain contract that waits five minutes", streamed(SERVERLESS, 300), PLAIN, {}],
    ["a streaming contract without settings", INSTANCES, STREAMS, {}],
    ["a streaming contract that waits 15 minutes", { ...INSTANCES, timeoutInSeconds: 900 }, STREAMS, {}],
    ["a streaming contract on an existing endpoint", { existingEndpoint: "chat" }, STREAMS, {}],
    ["buffer for a contract with wants", { ...INSTANCES, responseTransferMode: "buffer" }, WANTS, {}],
    ["a stream in a network without a function URL", INSTANCES, STREAMS, PRIVATE],
    ["a function URL in a network without a stream", { ...SERVERLESS, functionUrl: {} }, PLAIN, PRIVATE],
    ["a function URL of a stream without a network", { ...INSTANCES, functionUrl: {} }, STREAMS, {}],
    ["a shorter wait", { ...SERVERLESS, timeoutInSeconds: 2 }, PLAIN, {}],
    ["a wait as long as the quota", { ...SERVERLESS, timeoutInSeconds: 120 }, PLAIN, RAISED],
    ["a wait via API Gateway with the quota", viaGateway(60), models["house-price"], RAISED],
    ["an existing function with the quota", existing({ timeoutInSeconds: 60 }), PLAIN, RAISED],
    ["an existing function of a streaming contract", existing({}, INSTANCES), STREAMS, {}],
  ])("are accepted for %s", (_, settings, model, part) => {
    // Act
    const faults = faultsOf(settings, model, part);

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, object, RoutedModel, Partial<Environment>]>([
    [
      "models.churn.timeoutInSeconds: got 30; allowed: at most 29, or responseTransferMode",
      { ...SERVERLESS, timeoutInSeconds: 30 },
      PLAIN,
      {},
    ],
    [
      "models.churn.timeoutInSeconds: got 121; allowed: at most 120, the value of quotas.integrationTimeoutInSeconds",
      { ...SERVERLESS, timeoutInSeconds: 121 },
      PLAIN,
      RAISED,
    ],
    [
      "models.churn.timeoutInSeconds: got 301; allowed: at most 300, or a contract that answers in a stream",
      streamed(SERVERLESS, 301),
      PLAIN,
      {},
    ],
    [
      "models.churn.timeoutInSeconds: got 901; allowed: a whole number from 2 to 900",
      { ...INSTANCES, timeoutInSeconds: 901 },
      STREAMS,
      {},
    ],
    [
      "models.churn.timeoutInSeconds: got 1; allowed: a whole number from 2 to 900",
      { ...SERVERLESS, timeoutInSeconds: 1 },
      PLAIN,
      {},
    ],
    [
      "models.churn.timeoutInSeconds: got 2.5; allowed: a whole number from 2 to 900",
      { ...SERVERLESS, timeoutInSeconds: 2.5 },
      PLAIN,
      {},
    ],
    [
      "quotas.integrationTimeoutInSeconds: got 301; allowed: a whole number from 29 to 300",
      SERVERLESS,
      PLAIN,
      { quotas: { integrationTimeoutInSeconds: 301 } },
    ],
    [
      `models.churn.responseTransferMode: got "STREAM"; allowed: buffer, stream`,
      { ...SERVERLESS, responseTransferMode: "STREAM" },
      PLAIN,
      {},
    ],
    [
      'models.churn.responseTransferMode: got "stream" together with via: "gateway"; allowed: "buffer"',
      { ...viaGateway(20), responseTransferMode: "stream" },
      models["house-price"],
      {},
    ],
    [
      'models.churn.responseTransferMode: got "stream" together with existingFunction; allowed: "buffer"',
      existing({ responseTransferMode: "stream" }),
      PLAIN,
      {},
    ],
    [
      'models.churn.responseTransferMode: got "buffer" for a contract whose every answer is a stream; allowed: "stream"',
      { ...INSTANCES, responseTransferMode: "buffer" },
      STREAMS,
      {},
    ],
    [
      "models.churn.serverless: got serverless together with a contract that answers in a stream; allowed: instances",
      SERVERLESS,
      STREAMS,
      {},
    ],
    [
      'models.churn.via: got "gateway" with a contract that answers in a stream; allowed: "lambda"',
      { existingEndpoint: "chat", via: "gateway" },
      PASSED,
      {},
    ],
    [
      "models.churn.functionUrl: got functionUrl together with network and an answer in a stream; allowed: no functionUrl, no network",
      { ...INSTANCES, functionUrl: {} },
      STREAMS,
      PRIVATE,
    ],
    [
      "models.churn.targetModel: got a model of a multi-model endpoint together with a contract that answers in a stream",
      { existingEndpoint: "chat", targetModel: "eu/chat.tar.gz" },
      STREAMS,
      {},
    ],
    [
      "models.churn.capture: got capture for a contract that answers in a stream; allowed: no capture",
      { ...INSTANCES, capture: { percent: 1 } },
      STREAMS,
      {},
    ],
  ])("are refused with %s", (fault, settings, model, part) => {
    // Act
    const faults = faultsOf(settings, model, part);

    // Assess
    expect(faults).toEqual([expect.stringContaining(fault)]);
  });

  it("refuse stream mode for a handler in Python, which Lambda does not stream", () => {
    // Prepare
    const own = defineModels({
      churn: python({
        method: "POST",
        path: "/churn",
        title: "Churn",
        description: "Predicts churn.",
        allowed: "an object",
        example: { request: {}, answer: {} },
        schema: { type: "object" },
      }),
    });

    // Act
    const faults = faultsOf(streamed(SERVERLESS), own.churn);

    // Assess
    expect(faults).toEqual([
      'models.churn.responseTransferMode: got "stream" for a model with handler.py; allowed: "buffer", or a model with a contract',
    ]);
  });

  it.each([
    { where: "an environment of the same region", region: "eu-central-1", faults: [] },
    {
      where: "an environment of another region",
      region: "eu-west-1",
      faults: ["models.churn.timeoutInSeconds"],
    },
  ])("use the quota that $where states: $faults.length faults", ({ region, faults }) => {
    // Prepare
    const environments = [
      { name: "e0", model: SERVERLESS, quota: { region, quotas: { integrationTimeoutInSeconds: 60 } } },
      { name: "e1", model: { ...SERVERLESS, timeoutInSeconds: 60 }, quota: { region: "eu-central-1" } },
    ].map(({ name, model, quota }) =>
      environmentOf(
        {},
        {
          name,
          models: { churn: model as ModelSettings },
          state: { local: { path: `terraform.${name}.tfstate` } },
          ...quota,
        },
      ),
    );

    // Act
    const found = checkEnvironmentsOf(environments, { models: { churn: PLAIN } });

    // Assess
    expect(found.map(({ field }) => field)).toEqual(faults);
  });

  it("name one value of the quota for all environments of an account and region", () => {
    // Prepare
    const [one, other] = [60, 120].map((integrationTimeoutInSeconds, index) =>
      environmentOf(
        {},
        {
          name: `e${index}`,
          models: { churn: SERVERLESS as ModelSettings },
          state: { local: { path: `terraform.${index}.tfstate` } },
          quotas: { integrationTimeoutInSeconds },
        },
      ),
    );

    // Act
    const faults = checkEnvironmentsOf([one, other] as Environment[], { models: { churn: PLAIN } });

    // Assess
    expect(faults).toMatchObject([
      { environment: "e1", field: "quotas.integrationTimeoutInSeconds", allowed: "60, as e0 states it" },
    ]);
  });
});

describe("transferOf", () => {
  const plain: Transfer = {
    isStreamed: false,
    kind: "buffered",
    timeoutInSeconds: 29,
    functionTimeoutInSeconds: 28,
  };

  it.each<[string, Parameters<typeof transferOf>[0], RoutedModel, Partial<Transfer>]>([
    ["buffers a plain contract, 29 seconds", {}, PLAIN, plain],
    ["waits for a plain contract as long as stated", { timeoutInSeconds: 5 }, PLAIN, { timeoutInSeconds: 5 }],
    [
      "streams a plain contract for five minutes",
      { responseTransferMode: "stream" },
      PLAIN,
      {
        isStreamed: true,
        kind: "streamed plain",
        timeoutInSeconds: 300,
        functionTimeoutInSeconds: 299,
      },
    ],
    [
      "streams a streaming contract for 15 minutes",
      {},
      STREAMS,
      { isStreamed: true, kind: "streamed", timeoutInSeconds: 900, functionTimeoutInSeconds: 899 },
    ],
    ["buffers a streaming contract on request", { responseTransferMode: "buffer" }, WANTS, plain],
    ["buffers an existing function", { existingFunction: "scoring" }, STREAMS, plain],
  ])("%s", (_, settings, model, expected) => {
    // Act
    const transfer = transferOf(settings, model);

    // Assess
    expect(transfer).toMatchObject(expected);
    expect(GATEWAY_TIMEOUT_IN_SECONDS - FUNCTION_TIMEOUT_IN_SECONDS).toBe(1);
  });
});

function streamed(endpoint: object, timeoutInSeconds?: number): object {
  return {
    ...endpoint,
    responseTransferMode: "stream",
    ...(timeoutInSeconds === undefined ? {} : { timeoutInSeconds }),
  };
}

function viaGateway(timeoutInSeconds: number): object {
  return { ...SERVERLESS, via: "gateway", timeoutInSeconds };
}

function existing(settings: object, endpoint: object = SERVERLESS): object {
  return { ...endpoint, existingFunction: "scoring", ...settings };
}
