import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createHandler } from "../../src/model";
import {
  assessProblem,
  assessResponse,
  type CapturedLog,
  captureLog,
  EndpointServer,
  functionUrlEvent,
  handlerEnvironment,
  lambdaContext,
  modelError,
  restHttpEvent,
} from "../../src/testing";
import { contract } from "../fixtures/app/functions/loan-default/contract";

const BODY = JSON.stringify({ data: "52000.5,8500,36" });
const REST_EVENT = restHttpEvent(contract.route, { body: BODY });
const URL_EVENT = functionUrlEvent(contract.route, { body: BODY });
const EVENTS = [
  { origin: "the REST API", event: REST_EVENT, otherEvent: URL_EVENT },
  { origin: "a function URL", event: URL_EVENT, otherEvent: REST_EVENT },
];
const REPAID = { body: '{"predictions": [{"score": 0.01, "predicted_label": 0}]}' };
const RESPONSE = { statusCode: 200, headers: { "Content-Type": "application/json" }, body: '"repaid"' };
const DETAIL =
  "The model's endpoint refused or failed the request. See the logs of the function and the endpoint.";

let endpoint: EndpointServer;
let log: CapturedLog;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  log = captureLog();
});

afterEach(async () => {
  log.stop();
  await endpoint.close();
});

/** The answer of the fixture model's handler. */
async function invoke(event: unknown): Promise<unknown> {
  return createHandler(contract, handlerEnvironment(endpoint))(event, lambdaContext());
}

describe.each(EVENTS)("the response for $origin", ({ event, otherEvent }) => {
  it("passes when it is equal to the expected one", async () => {
    // Prepare
    endpoint.willAnswer(REPAID);

    // Act
    const answer = await invoke(event);

    // Assess
    expect(() => assessResponse(answer, event, RESPONSE)).not.toThrow();
  });

  it.each([
    { part: "another status", expected: { ...RESPONSE, statusCode: 201 } },
    { part: "another body", expected: { ...RESPONSE, body: "defaulted" } },
    { part: "another header", expected: { ...RESPONSE, headers: { "Content-Type": "text/csv" } } },
    { part: "no header", expected: { ...RESPONSE, headers: {} } },
  ])("fails when $part is expected", async ({ expected }) => {
    // Prepare
    endpoint.willAnswer(REPAID);

    // Act
    const answer = await invoke(event);

    // Assess
    expect(() => assessResponse(answer, event, expected)).toThrow("strictly deep-equal");
  });

  it("fails when the CORS headers are for the other kind of event", async () => {
    // Prepare
    endpoint.willAnswer(REPAID);

    // Act
    const answer = await invoke(event);

    // Assess
    expect(() => assessResponse(answer, otherEvent, RESPONSE)).toThrow("Access-Control-Allow-Origin");
  });
});

describe.each(EVENTS)("the problem for $origin when the model fails", ({ event, otherEvent }) => {
  it("passes when it is equal to the expected one", async () => {
    // Prepare
    endpoint.willAnswer(modelError("out of memory"));

    // Act
    const answer = await invoke(event);

    // Assess
    expect(() => assessProblem(answer, event, 502, DETAIL)).not.toThrow();
    expect(log.lines()).toMatchObject([{ status: 502 }]);
  });

  it.each([
    { what: "another status is expected", of: event, status: 500, detail: DETAIL },
    { what: "another detail is expected", of: event, status: 502, detail: "The model failed." },
    { what: "the CORS headers are for the other kind of event", of: otherEvent, status: 502, detail: DETAIL },
  ])("fails when $what", async ({ of, status, detail }) => {
    // Prepare
    endpoint.willAnswer(modelError("out of memory"));

    // Act
    const answer = await invoke(event);

    // Assess
    expect(() => assessProblem(answer, of, status, detail)).toThrow("strictly deep-equal");
  });
});

it("assessProblem fails when the response is not a problem document", async () => {
  // Prepare
  endpoint.willAnswer(REPAID);

  // Act
  const answer = await invoke(REST_EVENT);

  // Assess
  expect(() => assessProblem(answer, REST_EVENT, 200, DETAIL)).toThrow(
    "the problem's title: got undefined; allowed: a text",
  );
});
