import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  assessProblem,
  assessResponse,
  type CapturedLog,
  captureLog,
  createTestHandler,
  EndpointServer,
  LAMBDA_REQUEST_ID,
  LOG_ERROR_MESSAGES,
  lambdaContext,
  modelError,
  UNREADABLE_ANSWER,
} from "sagemaker-stages/testing";
import { contract } from "../contract";
import { csv, functionUrlEvent, restEvent } from "./support/handler";
import { at, observations, PUBLISHED, PUBLISHED_ROWS } from "./support/observations";

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

const BOTH = observations(PUBLISHED[0], PUBLISHED[1]);
const PREDICTED = csv("6.349300861358643\n6.321451187133789\n");
const COUNTS = [571.092597122044, 555.3798181158465];

describe("the published observations", () => {
  it.each([
    { what: "a REST proxy event", event: restEvent(JSON.stringify(BOTH)) },
    { what: "a function URL event", event: functionUrlEvent(JSON.stringify(BOTH)) },
  ])(
    "are answered with a proxy response that contains the published counts when the event is $what",
    async ({ event }) => {
      // Prepare
      endpoint.willAnswer(PREDICTED);
      const handler = createTestHandler(contract, endpoint);

      // Act
      const answer = await handler(event, lambdaContext());

      // Assess
      assessResponse(answer, event, {
        statusCode: 200,
        headers: { "Content-Type": "application/json" },
        body: "[571.092597122044,555.3798181158465]",
      });
      expect(endpoint.onlyRequest).toMatchObject({
        headers: { "content-type": "text/csv", accept: "text/csv" },
        body: `${PUBLISHED_ROWS[0]}\n${PUBLISHED_ROWS[1]}`,
      });
    },
  );

  it("are answered with the bare counts when the event is direct", async () => {
    // Prepare
    endpoint.willAnswer(PREDICTED);
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(BOTH, lambdaContext());

    // Assess
    expect(answer).toEqual(COUNTS);
  });

  it("are answered with a list when the request has one observation", async () => {
    // Prepare
    endpoint.willAnswer(csv("6.349300861358643"));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(observations(PUBLISHED[0]), lambdaContext());

    // Assess
    expect(answer).toEqual(COUNTS.slice(0, 1));
  });
});

describe("the caller gets a 400 for an invalid request:", () => {
  const [features] = PUBLISHED;
  const MOMENT = "allowed: a valid date and time as YYYY-MM-DD HH:MM:SS, without a time zone";
  const UNKNOWN = "allowed: only the properties of this model's request";

  const withFeatures = (value: unknown) => ({ instances: [{ features: value }] });

  it.each<{ what: string; request: unknown; detail: string }>([
    {
      what: "30 February",
      request: observations(at("2012-02-30 10:00:00")),
      detail: `instances[0].features[0]: got "2012-02-30 10:00:00"; ${MOMENT}`,
    },
    {
      what: "a datetime with a time zone",
      request: observations(at("2012-12-19T17:00:00Z")),
      detail: `instances[0].features[0]: got "2012-12-19T17:00:00Z"; ${MOMENT}`,
    },
    {
      what: "a wrong datetime in the second of two",
      request: observations(PUBLISHED[0], at("tomorrow")),
      detail: `instances[1].features[0]: got "tomorrow"; ${MOMENT}`,
    },
    {
      what: "a number for the datetime",
      request: withFeatures(features.with(0, 1355936400)),
      detail: "instances[0].features[0]: got the number 1355936400; allowed: a string",
    },
    {
      what: "text for a number",
      request: withFeatures(features.with(1, "4")),
      detail: 'instances[0].features[1]: got "4"; allowed: a number',
    },
    {
      what: "null for a number",
      request: withFeatures([...features.slice(0, 8), null]),
      detail: "instances[0].features[8]: got null; allowed: a number",
    },
    {
      what: "true for a number",
      request: withFeatures([...features.slice(0, 8), true]),
      detail: "instances[0].features[8]: got the boolean true; allowed: a number",
    },
    {
      what: "a number too few",
      request: withFeatures(features.slice(0, 8)),
      detail: "instances[0].features: got an array of 8; allowed: a datetime and 8 numbers",
    },
    {
      what: "a number too many",
      request: withFeatures([...features, 1]),
      detail: "instances[0].features: got an array of 10; allowed: a datetime and 8 numbers",
    },
    {
      what: "no features",
      request: withFeatures([]),
      detail: "instances[0].features: got an empty array; allowed: a datetime and 8 numbers",
    },
    {
      what: "an instance that is a list",
      request: { instances: [features] },
      detail: "instances[0]: got an array of 9; allowed: an object",
    },
    {
      what: "no instance",
      request: { instances: [] },
      detail: "instances: got an empty array; allowed: at least one instance",
    },
    {
      what: "instances that are not a list",
      request: { instances: { features } },
      detail: "instances: got an object; allowed: an array",
    },
    { what: "no instances", request: {}, detail: "instances: got nothing; allowed: an array" },
    {
      what: "an unknown property of the request",
      request: { ...BOTH, season: 4 },
      detail: `request: got the unknown property "season"; ${UNKNOWN}`,
    },
    {
      what: "an unknown property of an instance",
      request: { instances: [{ features, season: 4 }] },
      detail: `instances[0]: got the unknown property "season"; ${UNKNOWN}`,
    },
    {
      what: "__proto__ in an instance",
      request: JSON.parse(`{"instances":[{"features":${JSON.stringify(features)},"__proto__":{}}]}`),
      detail: `request: got the unknown property "__proto__"; ${UNKNOWN}`,
    },
  ])("$what", async ({ request, detail }) => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);
    const event = restEvent(JSON.stringify(request));

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessProblem(answer, event, 400, detail);
    expect(endpoint.requests).toEqual([]);
  });

  it.each([
    { what: "the features as text", features: PUBLISHED[0].join(",") },
    { what: "the features as an object", features: { datetime: "2012-12-19 17:00:00" } },
  ])("$what, with the field's name", async ({ features }) => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(withFeatures(features), lambdaContext());

    // Assess
    expect(answer).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/^instances\[0\]\.features: got .+; allowed: /),
    });
  });

  it("a number above the largest number", async () => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);
    const body = JSON.stringify(observations(PUBLISHED[0])).replace("26.0027", "1e999");
    const event = restEvent(body);

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessProblem(answer, event, 400, "instances[0].features[8]: got the number Infinity; allowed: a number");
  });
});

describe("a batch", () => {
  const { rows } = contract.limits;

  it("is sent when it has the maximum number of observations", async () => {
    // Prepare
    endpoint.willAnswer(csv("0\n".repeat(rows)));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(observations(...Array(rows).fill(PUBLISHED[0])), lambdaContext());

    // Assess
    expect(answer).toEqual(Array(rows).fill(0));
  });

  it("gets a 413 when it has one observation more", async () => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);
    const body = JSON.stringify(observations(...Array(rows + 1).fill(PUBLISHED[0])));
    const event = restEvent(body);

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessProblem(answer, event, 413, `batch: got ${rows + 1} rows; allowed: at most ${rows}`);
    expect(endpoint.requests).toEqual([]);
  });
});

it.each(["text/csv", "text/plain", "application/x-www-form-urlencoded"])(
  "a request of the type %s gets a 415",
  async (contentType) => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);
    const event = restEvent(JSON.stringify(BOTH), { contentType });

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessProblem(answer, event, 415, `Content-Type: got "${contentType}"; allowed: application/json`);
  },
);

describe("the caller gets a 502 when the contract cannot read the answer:", () => {
  it.each([
    { what: "a prediction too few", body: "6.3\n", message: "sent 2 row(s), received 1 prediction(s)" },
    {
      what: "a prediction too many",
      body: "6,5,4",
      message: "sent 2 row(s), received 3 prediction(s)",
    },
    { what: "a word", body: "6.3\nmany", message: "a prediction is not a finite number" },
    { what: "nothing", body: "", message: "a prediction is not a finite number" },
    { what: "an infinite count", body: "6.3,710", message: "a prediction is not a finite number" },
  ])("$what, and never a shifted list", async ({ body, message }) => {
    // Prepare
    endpoint.willAnswer(csv(body));
    const handler = createTestHandler(contract, endpoint, LOG_ERROR_MESSAGES);
    const event = restEvent(JSON.stringify(BOTH));

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessProblem(answer, event, 502, UNREADABLE_ANSWER);
    expect(log.lines()).toMatchObject([{ status: 502, error: { type: "UnreadablePredictions", message } }]);
  });
});

describe("the log contains no data of the caller", () => {
  const DATETIME = "2003-07-09 21:00:00";
  const NUMBER = 8675.309125;

  it.each<{ what: string; status: number; request: unknown; answered: string }>([
    { what: "an observation", status: 200, request: observations(at(DATETIME)), answered: "1" },
    {
      what: "a wrong datetime",
      status: 400,
      request: observations(at(`${DATETIME} ${NUMBER}`)),
      answered: "1",
    },
    {
      what: "a property's name",
      status: 400,
      request: { ...BOTH, [DATETIME]: NUMBER },
      answered: "1",
    },
    {
      what: "an observation that an unreadable answer repeats",
      status: 502,
      request: observations(at(DATETIME)),
      answered: `cannot read ${DATETIME}, ${NUMBER}`,
    },
  ])("$what ($status)", async ({ status, request, answered }) => {
    // Prepare
    endpoint.willAnswer(csv(answered));
    const handler = createTestHandler(contract, endpoint);

    // Act
    await handler(request, lambdaContext());

    // Assess
    expect(log.lines()).toMatchObject([{ status, model: "bike-rental" }]);
    expect(log.text()).not.toMatch(/2003|21:00|8675/);
  });
});

it("a direct invocation gets a bare 502 when the model fails", async () => {
  // Prepare
  endpoint.willAnswer(modelError("feature_names mismatch"));
  const handler = createTestHandler(contract, endpoint);

  // Act
  const answer = await handler(BOTH, lambdaContext());

  // Assess
  expect(answer).toMatchObject({ status: 502, title: "Bad Gateway", requestId: LAMBDA_REQUEST_ID });
  expect(JSON.stringify(answer)).not.toContain("feature_names");
});
