import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { bytes, createHandler, defineModels } from "../../src/model";
import type { ContractModel } from "../../src/models";
import {
  captureLog,
  EndpointServer,
  functionUrlEvent,
  handlerEnvironment,
  invokeHandler,
  invokePackage,
  invokeSample,
  lambdaContext,
  readAnswer,
  restHttpEvent,
} from "../../src/testing";
import { models } from "../fixtures/app/functions";
import * as languageCheck from "../fixtures/app/functions/language-check/contract";
import * as loanDefault from "../fixtures/app/functions/loan-default/contract";
import { sample } from "../fixtures/app/functions/loan-default/sample";

const REPAID = { body: '{"predictions": [{"score": 0.01, "predicted_label": 0}]}' };
const ROW = "52000.5,8500,36";

let endpoint: EndpointServer;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
});

afterEach(async () => {
  await endpoint.close();
});

describe("a model that the catalog does not have", () => {
  it("is named in the error", async () => {
    // Prepare: Jest does not check types
    const { missing } = models as Partial<Record<string, ContractModel>>;

    // Act
    const act = invokeHandler(missing as ContractModel, {}, endpoint);

    // Assess
    await expect(act).rejects.toThrow(
      "model: got undefined; allowed: a model of functions/index.ts; add its line",
    );
  });
});

describe("the log of a request that fails", () => {
  it("names the part of the container's answer that the contract cannot read", async () => {
    // Prepare
    const { species } = defineModels({
      species: bytes({
        takes: ["image/jpeg"],
        answerSchema: {
          type: "object",
          properties: { labels: { type: "array", items: { type: "string" } } },
          required: ["labels"],
        },
        example: { answer: { labels: ["wren"] } },
      }),
    });
    endpoint.willAnswer({ headers: { "content-type": "application/json" }, body: '{"labels": ["wren", 7]}' });
    const log = captureLog();

    // Act
    const answer = await invokeHandler(species, Buffer.from([1]), endpoint, { contentType: "image/jpeg" });
    log.stop();

    // Assess
    expect(answer.status).toBe(502);
    expect(log.lines()).toEqual([
      expect.objectContaining({
        error: expect.objectContaining({ message: "the answer does not match answerSchema at labels.1" }),
      }),
    ]);
  });
});

describe("a handler in the test's process", () => {
  it.each([
    ["the REST API", restHttpEvent],
    ["a function URL", functionUrlEvent],
  ])("answers a body from %s", async (_origin, eventOf) => {
    // Prepare
    endpoint.willAnswer(REPAID);
    const handler = createHandler(loanDefault.contract, handlerEnvironment(endpoint));
    const event = eventOf(loanDefault.contract.route, { body: JSON.stringify({ data: ROW }) });

    // Act
    const answer = readAnswer(await handler(event, lambdaContext()));

    // Assess
    expect(answer).toMatchObject({ status: 200, body: "repaid" });
    expect(endpoint.onlyRequest.body).toBe(ROW);
  });

  it.each([
    ["the REST API", restHttpEvent],
    ["a function URL", functionUrlEvent],
  ])("answers a query from %s, decoded once", async (_origin, eventOf) => {
    // Prepare
    endpoint.willAnswer({ body: '[{"label": ["__label__de"], "prob": [0.91]}]' });
    const handler = createHandler(languageCheck.contract, handlerEnvironment(endpoint));
    const event = eventOf(languageCheck.contract.route, { query: "q=100%2525&k=1" });

    // Act
    const answer = readAnswer(await handler(event, lambdaContext()));

    // Assess
    expect(answer.status).toBe(200);
    expect(JSON.parse(endpoint.onlyRequest.body)).toMatchObject({ instances: ["100%25"] });
  });

  it("describes a fault with the same text as the deployed function", async () => {
    // Prepare
    const request = { data: 5 };

    // Act
    const inProcess = await invokeHandler(models["loan-default"], request, endpoint);
    const deployed = await invokePackage(
      "loan-default",
      restHttpEvent(loanDefault.contract.route, { body: JSON.stringify(request) }),
      { environment: handlerEnvironment(endpoint), allowedHost: endpoint.host },
    );

    // Assess
    expect(inProcess).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/^data: got the number 5; allowed: /) },
    });
    expect(inProcess).toEqual(readAnswer(deployed));
  });
});

describe("a captured log", () => {
  it("has the handler's lines, and standard output writes again after the capture", async () => {
    // Prepare
    const { write } = process.stdout;
    endpoint.willAnswer(REPAID);

    // Act
    const log = captureLog();
    await invokeHandler(models["loan-default"], { data: ROW }, endpoint);
    log.stop();

    // Assess
    expect(log.lines()).toMatchObject([{ status: 200, model: "loan-default" }]);
    expect(log.text()).not.toContain(ROW);
    expect(process.stdout.write).toBe(write);
  });
});

describe("a sample model", () => {
  it("answers an encoded request as text", async () => {
    // Act
    const answer = await invokeSample(sample, loanDefault.contract.encode({ data: ROW }));

    // Assess
    expect(answer).toMatchObject({ status: 200, contentType: "application/json" });
    expect(loanDefault.contract.decode(answer.body, { data: ROW })).toBe("repaid");
  });

  it("answers an unreadable request with a 400", async () => {
    // Act
    const answer = await invokeSample(sample, { contentType: "text/csv", body: "x" });

    // Assess
    expect(answer.status).toBe(400);
  });
});
