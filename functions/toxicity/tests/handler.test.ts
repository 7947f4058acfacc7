import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  assessProblem,
  assessResponse,
  type CapturedLog,
  captureLog,
  createTestHandler,
  EndpointServer,
  functionUrlEvent,
  LAMBDA_REQUEST_ID,
  LOG_ERROR_MESSAGES,
  lambdaContext,
  modelError,
  type ScriptedAnswer,
  UNREADABLE_ANSWER,
} from "sagemaker-stages/testing";
import { contract } from "../contract";
import { functionUrlQueryEvent, json, restQueryEvent } from "./support/handler";

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

const LABELS = ["__label__none", "__label__toxic", "__label__obscene"];
const PROBABILITIES = ["0.9797907", "0.02019908", "3.6296085e-05"];
const ANSWER = [LABELS, PROBABILITIES];
const PREDICTED = json([[LABELS], [PROBABILITIES]]);

const kinds = [
  { kind: "a REST proxy event", eventOf: restQueryEvent },
  { kind: "a function URL event", eventOf: functionUrlQueryEvent },
];

describe.each(kinds)("$kind", ({ eventOf }) => {
  it("is answered with labels and probabilities", async () => {
    // Prepare
    endpoint.willAnswer(PREDICTED);
    const handler = createTestHandler(contract, endpoint);
    const event = eventOf("q=who%20am%20i&k=3");

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessResponse(answer, event, {
      statusCode: 200,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(ANSWER),
    });
    expect(endpoint.onlyRequest).toMatchObject({
      headers: { "content-type": "application/json", accept: "application/json" },
      body: '{"instances":["who am i"],"configuration":{"k":3}}',
    });
  });

  it.each([
    { query: "q=who+am+i", q: "who am i" },
    { query: "q=a%2Bb", q: "a+b" },
    { query: "q=100%25", q: "100%" },
    { query: "q=100%2525", q: "100%25" },
    { query: "q=%2520", q: "%20" },
    { query: "q=a%26k%3D5", q: "a&k=5" },
    { query: "q=caf%C3%A9%20%F0%9F%98%80%20%D7%A9", q: "café 😀 ש" },
    { query: "q=%22%5C%0A%00", q: '"\\\n\0' },
    { query: "q=%20", q: " " },
    { query: 'q=["a"]', q: '["a"]' },
  ])("has the query $query, which the handler decodes exactly once", async ({ query, q }) => {
    // Prepare
    endpoint.willAnswer(PREDICTED);
    const handler = createTestHandler(contract, endpoint);

    // Act
    await handler(eventOf(query), lambdaContext());

    // Assess
    expect(JSON.parse(endpoint.onlyRequest.body)).toEqual({ instances: [q], configuration: { k: 2 } });
  });

  const WHOLE = "allowed: a whole number from 1 to 999999";

  it.each([
    { query: "", detail: "q: got nothing; allowed: a string" },
    { query: "k=3", detail: "q: got nothing; allowed: a string" },
    { query: "q=", detail: "q: got an empty text; allowed: the text to classify" },
    { query: "q=a&k=0", detail: `k: got "0"; ${WHOLE}` },
    { query: "q=a&k=000", detail: `k: got "000"; ${WHOLE}` },
    { query: "q=a&k=-1", detail: `k: got "-1"; ${WHOLE}` },
    { query: "q=a&k=1.5", detail: `k: got "1.5"; ${WHOLE}` },
    { query: "q=a&k=1.0", detail: `k: got "1.0"; ${WHOLE}` },
    { query: "q=a&k=1e2", detail: `k: got "1e2"; ${WHOLE}` },
    { query: "q=a&k=0x2", detail: `k: got "0x2"; ${WHOLE}` },
    { query: "q=a&k=abc", detail: `k: got "abc"; ${WHOLE}` },
    { query: "q=a&k=", detail: `k: got ""; ${WHOLE}` },
    { query: "q=a&k=%202", detail: `k: got " 2"; ${WHOLE}` },
    { query: "q=a&k=2%0A", detail: `k: got "2\\n"; ${WHOLE}` },
    { query: "q=a&k=%EF%BC%92", detail: `k: got "２"; ${WHOLE}` },
    { query: "q=a&k=1000000", detail: `k: got "1000000"; ${WHOLE}` },
    {
      query: "q=a&K=2",
      detail: 'request: got the unknown property "K"; allowed: only the properties of this model\'s request',
    },
    {
      query: "q=a&constructor=1",
      detail:
        'request: got the unknown property "constructor"; allowed: only the properties of this model\'s request',
    },
    {
      query: "q=a&__proto__=1",
      detail:
        'request: got the unknown property "__proto__"; allowed: only the properties of this model\'s request',
    },
  ])("gets a 400 when the query is '$query'", async ({ query, detail }) => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);
    const event = eventOf(query);

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessProblem(answer, event, 400, detail);
    expect(endpoint.requests).toEqual([]);
  });

  it.each<{ what: string; answered: ScriptedAnswer; message: string }>([
    { what: "no JSON", answered: { body: "<html>" }, message: "the answer is not a list" },
    {
      what: "answers to two texts",
      answered: json([
        { label: ["a"], prob: [1] },
        { label: ["b"], prob: [1] },
      ]),
      message: "sent 1 row(s), received 2 prediction(s)",
    },
    {
      what: "a probability too few",
      answered: json([[["a", "b"]], [["1"]]]),
      message: "labels and probabilities do not match",
    },
    {
      what: "a probability of two",
      answered: json([{ label: ["a"], prob: [2] }]),
      message: "a probability is not a number from 0 to 1",
    },
  ])("gets a 502 when the endpoint answers $what", async ({ answered, message }) => {
    // Prepare
    endpoint.willAnswer(answered);
    const handler = createTestHandler(contract, endpoint, LOG_ERROR_MESSAGES);
    const event = eventOf("q=a");

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    assessProblem(answer, event, 502, UNREADABLE_ANSWER);
    expect(log.lines()).toMatchObject([{ status: 502, error: { type: "UnreadablePredictions", message } }]);
  });
});

describe("the caller gets a 400 for a repeated parameter:", () => {
  const queries = [
    { query: "q=a&q=b", detail: "q: got the parameter twice; allowed: once" },
    { query: "q=a&q=a", detail: "q: got the parameter twice; allowed: once" },
    { query: "q=a&q=", detail: "q: got the parameter twice; allowed: once" },
    { query: "q&q", detail: "q: got the parameter twice; allowed: once" },
    { query: "q=a&%71=b", detail: "q: got the parameter twice; allowed: once" },
    { query: "q=a&q=b&q=c", detail: "q: got the parameter 3 times; allowed: once" },
    { query: "q=a&k=2&k=3", detail: "k: got the parameter twice; allowed: once" },
    { query: "k=2&q=a&k=2", detail: "k: got the parameter twice; allowed: once" },
    { query: "q=a&other=1&other=2", detail: "other: got the parameter twice; allowed: once" },
    { query: "q=a&__proto__=1&__proto__=2", detail: "__proto__: got the parameter twice; allowed: once" },
  ];

  describe.each(kinds)("$kind", ({ eventOf }) => {
    it.each(queries)("$query", async ({ query, detail }) => {
      // Prepare
      const handler = createTestHandler(contract, endpoint);
      const event = eventOf(query);

      // Act
      const answer = await handler(event, lambdaContext());

      // Assess
      assessProblem(answer, event, 400, detail);
      expect(endpoint.requests).toEqual([]);
    });

    it.each(["q=a,b", "q=a%2Cb", "q=a%26q%3Db", "q=q"])(
      "except for the query %s, whose parameter has one value",
      async (query) => {
        // Prepare
        endpoint.willAnswer(PREDICTED);
        const handler = createTestHandler(contract, endpoint);

        // Act
        await handler(eventOf(query), lambdaContext());

        // Assess
        expect(JSON.parse(endpoint.onlyRequest.body)).toMatchObject({
          instances: [new URLSearchParams(query).get("q")],
        });
      },
    );
  });

  it("a direct event with the values of a REST event", async () => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(
      { queryStringParameters: { q: "b" }, multiValueQueryStringParameters: { q: ["a", "b"] } },
      lambdaContext(),
    );

    // Assess
    expect(answer).toMatchObject({ status: 400, detail: "q: got the parameter twice; allowed: once" });
  });
});

describe("a direct event", () => {
  it("is answered with the bare labels and probabilities", async () => {
    // Prepare
    endpoint.willAnswer(PREDICTED);
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler({ queryStringParameters: { q: "who am i", k: "3" } }, lambdaContext());

    // Assess
    expect(answer).toEqual(ANSWER);
    expect(endpoint.onlyRequest.body).toBe('{"instances":["who am i"],"configuration":{"k":3}}');
  });

  it("requests two labels when k is missing", async () => {
    // Prepare
    endpoint.willAnswer(json([{ label: ["__label__0", "__label__1"], prob: [1.0000100135803223, 0.25] }]));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler({ queryStringParameters: { q: "a" } }, lambdaContext());

    // Assess
    expect(answer).toEqual([
      ["__label__0", "__label__1"],
      ["1.0000100135803223", "0.25"],
    ]);
    expect(JSON.parse(endpoint.onlyRequest.body)).toMatchObject({ configuration: { k: 2 } });
  });

  it.each<{ event: unknown; detail: string }>([
    { event: null, detail: "q: got nothing; allowed: a string" },
    { event: "who am i", detail: "q: got nothing; allowed: a string" },
    { event: { q: "who am i" }, detail: "q: got nothing; allowed: a string" },
    { event: { queryStringParameters: null }, detail: "q: got nothing; allowed: a string" },
    { event: { queryStringParameters: "q=a" }, detail: "q: got nothing; allowed: a string" },
    { event: { queryStringParameters: { q: 5 } }, detail: "q: got the number 5; allowed: a string" },
    { event: { queryStringParameters: { q: ["a"] } }, detail: "q: got an array of 1; allowed: a string" },
    {
      event: { queryStringParameters: { q: "a", k: 3 } },
      detail: "k: got the number 3; allowed: a string",
    },
  ])("gets a bare 400 when the event is $event", async ({ event, detail }) => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler(event, lambdaContext());

    // Assess
    expect(answer).toMatchObject({ status: 400, detail, requestId: LAMBDA_REQUEST_ID });
    expect(endpoint.requests).toEqual([]);
  });

  it("gets a bare 413 when its text is larger than a serverless endpoint accepts", async () => {
    // Prepare
    const handler = createTestHandler(contract, endpoint);
    const q = "ü".repeat(contract.limits.payloadInBytes / 2);

    // Act
    const answer = await handler({ queryStringParameters: { q } }, lambdaContext());

    // Assess
    expect(answer).toMatchObject({
      status: 413,
      detail: expect.stringMatching(/^body: got 41943\d\d bytes; allowed: at most 4194304$/),
    });
    expect(endpoint.requests).toEqual([]);
  });

  it("gets a bare 502 when the model fails", async () => {
    // Prepare
    endpoint.willAnswer(modelError("predict processes one line at a time"));
    const handler = createTestHandler(contract, endpoint);

    // Act
    const answer = await handler({ queryStringParameters: { q: "a\nb" } }, lambdaContext());

    // Assess
    expect(answer).toMatchObject({ status: 502, requestId: LAMBDA_REQUEST_ID });
    expect(JSON.stringify(answer)).not.toContain("one line");
  });
});

it("the body and its content type are ignored in a GET request", async () => {
  // Prepare
  const handler = createTestHandler(contract, endpoint);
  const event = functionUrlEvent({ method: "POST" }, { body: '{"q":"who am i"}', contentType: "text/html" });

  // Act
  const answer = await handler(event, lambdaContext());

  // Assess
  assessProblem(answer, event, 400, "q: got nothing; allowed: a string");
});

describe("the log contains no data of the caller", () => {
  const WORD = "giveaway";

  it.each([
    { what: "a query", status: 200, event: restQueryEvent(`q=${WORD}`), answered: PREDICTED },
    {
      what: "a function URL's query",
      status: 200,
      event: functionUrlQueryEvent(`q=${WORD}`),
      answered: PREDICTED,
    },
    {
      what: "a direct request",
      status: 200,
      event: { queryStringParameters: { q: WORD } },
      answered: PREDICTED,
    },
    { what: "a wrong k", status: 400, event: restQueryEvent(`q=a&k=${WORD}`), answered: PREDICTED },
    { what: "a parameter's name", status: 400, event: restQueryEvent(`q=a&${WORD}=1`), answered: PREDICTED },
    {
      what: "a text that an unreadable answer repeats",
      status: 502,
      event: restQueryEvent(`q=${WORD}`),
      answered: json({ error: WORD }),
    },
    {
      what: "a text that the answer repeats as a label without a probability",
      status: 502,
      event: restQueryEvent(`q=${WORD}`),
      answered: json([{ label: [WORD], prob: [] }]),
    },
  ])("$what ($status)", async ({ status, event, answered }) => {
    // Prepare
    endpoint.willAnswer(answered);
    const handler = createTestHandler(contract, endpoint);

    // Act
    await handler(event, lambdaContext());

    // Assess
    expect(log.lines()).toMatchObject([{ status, model: "toxicity" }]);
    expect(log.text()).not.toContain(WORD);
  });
});
