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
  UNREADABLE_ANSWER,
} from "sagemaker-stages/testing";
import { contract } from "../contract";
import { csv, functionUrlEvent, restEvent } from "./support/handler";

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

const REVIEW = "Not bad at all!<br /><br />Simply wonderful — 10/10.";
const SENT = contract.encode({ review: REVIEW }).body;
const TEXT = { contentType: "text/plain" };

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a review as text", () => {
  it.each([
    { what: "a REST proxy event", event: restEvent(REVIEW, TEXT) },
    { what: "a function URL event", event: functionUrlEvent(REVIEW, TEXT) },
    {
      what: "a function URL event with a base64 body",
      event: functionUrlEvent(base64(REVIEW), { ...TEXT, isBase64Encoded: true }),
    },
    {
      what: "an event of a page",
      event: restEvent(REVIEW, { contentType: "text/plain;charset=UTF-8" }),
    },
    { what: "an event with capitals in its type", event: restEvent(REVIEW, { contentType: "Text/Plain" }) },
  ])("is answered with 1 as text when the event is $what", async ({ event }) => {
    // Prepare
    endpoint.willAnswer(csv("0.8731"));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessResponse(answer, event, {
      statusCode: 200,
      headers: { "Content-Type": "text/plain" },
      body: "1",
    });
    expect(endpoint.onlyRequest).toMatchObject({ headers: { "content-type": "text/csv" }, body: SENT });
  });

  it.each([
    { probability: "0.1269", body: "0" },
    { probability: "0.5", body: "0" },
    { probability: "0.5000001\n", body: "1" },
    { probability: "1e-05", body: "0" },
  ])("is answered with $body when the endpoint answers $probability", async ({ probability, body }) => {
    // Prepare
    endpoint.willAnswer(csv(probability));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(restEvent(REVIEW, TEXT), lambdaContext());

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body });
  });

  it.each([
    `{ ${REVIEW}`,
    `{${REVIEW}}`,
    `[${REVIEW}]`,
    `{"review": ${REVIEW}}`,
    '{"review":"wonderful"',
    '"wonderful"',
    "10",
    "null",
    "[sic] wonderful",
  ])("is read as a review when it is not a JSON object or list: %s", async (text) => {
    // Prepare
    endpoint.willAnswer(csv("0.2"));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(restEvent(text, TEXT), lambdaContext());

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: "0" });
    expect(endpoint.onlyRequest.body).toBe(contract.encode({ review: text }).body);
  });

  it("is answered with the bare text when the event is direct", async () => {
    // Prepare
    endpoint.willAnswer(csv("0.8731"));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(REVIEW, lambdaContext());

    // Assess
    expect(answer).toBe("1");
    expect(endpoint.onlyRequest.body).toBe(SENT);
  });
});

describe("a review as JSON", () => {
  const BODY = JSON.stringify({ review: REVIEW });

  it.each([
    { what: "a REST proxy event", event: restEvent(BODY) },
    { what: "a REST proxy event without a content type", event: restEvent(BODY, { contentType: undefined }) },
    { what: "a function URL event", event: functionUrlEvent(BODY) },
    {
      what: "a function URL event with a base64 body",
      event: functionUrlEvent(base64(BODY), { isBase64Encoded: true }),
    },
  ])("is answered with JSON when the event is $what", async ({ event }) => {
    // Prepare
    endpoint.willAnswer(csv("0.8731"));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessResponse(answer, event, {
      statusCode: 200,
      headers: { "Content-Type": "application/json" },
      body: '{"sentiment":"positive","score":0.8731}',
    });
    expect(endpoint.onlyRequest.body).toBe(SENT);
  });

  it("is negative when the score is one half", async () => {
    // Prepare
    endpoint.willAnswer(csv("0.5"));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(restEvent(BODY), lambdaContext());

    // Assess
    expect(answer).toMatchObject({ body: '{"sentiment":"negative","score":0.5}' });
  });

  it("is answered with the bare answer when the event is direct", async () => {
    // Prepare
    endpoint.willAnswer(csv("0.8731"));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler({ review: REVIEW }, lambdaContext());

    // Assess
    expect(answer).toEqual({ sentiment: "positive", score: 0.8731 });
  });
});

describe("the caller gets a 400 as JSON for every kind of invalid request:", () => {
  const EMPTY = "review: got an empty review; allowed: the text of a review";

  it.each([
    { what: "empty text", event: restEvent("", TEXT), detail: EMPTY },
    { what: "no text", event: restEvent(null, TEXT), detail: EMPTY },
    { what: "no text for a function URL", event: functionUrlEvent(null, TEXT), detail: EMPTY },
    { what: "blank text", event: restEvent(" \n\t", TEXT), detail: EMPTY },
    { what: "an empty review", event: restEvent('{"review":""}'), detail: EMPTY },
    { what: "a blank review", event: restEvent('{"review":"  "}'), detail: EMPTY },
    { what: "no review", event: restEvent("{}"), detail: "review: got nothing; allowed: a string" },
    {
      what: "a number",
      event: restEvent('{"review":5}'),
      detail: "review: got the number 5; allowed: a string",
    },
    { what: "null", event: restEvent('{"review":null}'), detail: "review: got null; allowed: a string" },
    {
      what: "a list of reviews",
      event: restEvent('{"review":["good"]}'),
      detail: "review: got an array of 1; allowed: a string",
    },
    {
      what: "bare text as JSON",
      event: restEvent('"good"'),
      detail: 'request: got "good"; allowed: an object',
    },
    {
      what: "text with the type of JSON",
      event: restEvent("good"),
      detail: "body: got text of 4 character(s) that is not JSON; allowed: a JSON document",
    },
    {
      what: "an unknown property",
      event: restEvent('{"review":"good","stars":5}'),
      detail:
        'request: got the unknown property "stars"; allowed: only the properties of this model\'s request',
    },
  ])("$what", async ({ event, detail }) => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessProblem(answer, event, 400, detail);
    expect(endpoint.requests).toEqual([]);
  });

  it("an empty text in a direct event, as a bare problem", async () => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler("", lambdaContext());

    // Assess
    expect(answer).toMatchObject({ status: 400, detail: EMPTY, requestId: LAMBDA_REQUEST_ID });
  });
});

it.each(["text/html", "text/csv", "text/plainer", "multipart/form-data; boundary=x", "*/*"])(
  "a request of the type %s gets a 415",
  async (contentType) => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);
    const event = restEvent(REVIEW, { contentType });

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    const [mediaType] = contentType.split(";");
    assessProblem(
      answer,
      event,
      415,
      `Content-Type: got "${mediaType}"; allowed: application/json or text/plain`,
    );
    expect(endpoint.requests).toEqual([]);
  },
);

describe("the caller gets a 502 when the contract cannot read the answer:", () => {
  it.each([
    { what: "two probabilities", body: "0.1,0.9", message: "sent 1 row(s), received 2 prediction(s)" },
    { what: "no probability", body: "", message: "the answer is not a probability" },
    { what: "a number above one", body: "1.5", message: "the answer is not a probability" },
    { what: "a word", body: "positive", message: "the answer is not a probability" },
  ])("$what, even for a request as text", async ({ body, message }) => {
    // Prepare
    endpoint.willAnswer(csv(body));
    const handler = createTestHandler(contract, endpoint, LOG_ERROR_MESSAGES);
    const event = restEvent(REVIEW, TEXT);

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessProblem(answer, event, 502, UNREADABLE_ANSWER);
    expect(log.lines()).toMatchObject([{ status: 502, error: { type: "UnreadablePredictions", message } }]);
  });
});

describe("the log contains no data of the caller", () => {
  const WORD = "giveaway";

  it.each([
    { what: "a review as text", status: 200, event: restEvent(WORD, TEXT), answered: "0.7" },
    { what: "a review as JSON", status: 200, event: restEvent(`{"review":"${WORD}"}`), answered: "0.7" },
    { what: "a direct review", status: 200, event: WORD, answered: "0.7" },
    { what: "a property's name", status: 400, event: { review: "good", [WORD]: WORD }, answered: "0.7" },
    { what: "a review that is not JSON", status: 400, event: restEvent(WORD), answered: "0.7" },
    {
      what: "a content type",
      status: 415,
      event: restEvent("x", { contentType: `text/${WORD}` }),
      answered: "0.7",
    },
    {
      what: "a review that an unreadable answer repeats",
      status: 502,
      event: restEvent(WORD, TEXT),
      answered: WORD,
    },
  ])("$what ($status)", async ({ status, event, answered }) => {
    // Prepare
    endpoint.willAnswer(csv(answered));
    const handler = createTestHandler(contract, endpoint);

    // Act
    await handler(event, lambdaContext());

    // Assess
    expect(log.lines()).toMatchObject([{ status, model: "sentiment" }]);
    expect(log.text()).not.toContain(WORD);
  });
});
