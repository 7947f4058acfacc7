import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { predictions } from "./support/answers";
import { contextWith, functionUrlEvent, REQUEST_ID, ROW, restEvent } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerOf, problemOf } from "./support/handler";
import { captureLog } from "./support/log";
import { assessCors, assessResponse } from "./support/responses";

let endpoint: EndpointServer;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const SINGLE = { data: ROW };
const BATCH = { data: [ROW, ROW, ROW] };

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

describe("each kind of event is answered in its own format", () => {
  const httpEvents = [
    { kind: "a REST proxy event", toEvent: (text: string) => restEvent(text) },
    {
      kind: "a REST proxy event with a base64 body",
      toEvent: (text: string) => restEvent(base64(text), { isBase64Encoded: true }),
    },
    { kind: "a function URL event", toEvent: (text: string) => functionUrlEvent(text) },
    {
      kind: "a function URL event with a base64 body",
      toEvent: (text: string) => functionUrlEvent(base64(text), { isBase64Encoded: true }),
    },
  ];

  it.each(httpEvents)("answers $kind with a proxy response", async ({ toEvent }) => {
    // Prepare
    endpoint.willAnswer(predictions(1));
    const handler = handlerOf(endpoint);
    const event = toEvent(JSON.stringify(SINGLE));

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessResponse(answer, event, {
      statusCode: 200,
      headers: { "Content-Type": "application/json" },
      body: '"defaulted"',
    });
  });

  it.each(httpEvents)(
    "answers $kind that contains a batch with a list in the order sent",
    async ({ toEvent }) => {
      // Prepare
      endpoint.willAnswer(predictions(0, 1, 0));
      const handler = handlerOf(endpoint);

      // Act
      const answer = await handler(toEvent(JSON.stringify(BATCH)), contextWith(ENOUGH_TIME_IN_MS));

      // Assess
      expect(answer).toMatchObject({ statusCode: 200, body: '["repaid","defaulted","repaid"]' });
    },
  );

  it("answers a direct event with the bare answer", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(SINGLE, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toBe("repaid");
  });

  it("answers a direct event that contains a batch with a bare list", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0, 1, 0));
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(BATCH, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toEqual(["repaid", "defaulted", "repaid"]);
  });

  it("answers a batch of one with a list of one", async () => {
    // Prepare
    endpoint.willAnswer(predictions(1));
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler({ data: [ROW] }, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toEqual(["defaulted"]);
  });

  it.each(httpEvents)(
    "answers an invalid $kind with a problem that contains the caller's request id",
    async ({ toEvent }) => {
      // Prepare
      const handler = handlerOf(endpoint);
      const event = toEvent("{}");

      // Act
      const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

      // Assess
      assessResponse(answer, event, {
        statusCode: 400,
        headers: { "Content-Type": "application/problem+json" },
        body: expect.any(String),
      });
      expect(problemOf(answer)).toMatchObject({ status: 400, requestId: REQUEST_ID });
    },
  );

  it.each([undefined, null, 7, "text", [], [ROW], {}])(
    "answers the direct event %j with a bare problem that contains the invocation's id",
    async (event) => {
      // Prepare
      const handler = handlerOf(endpoint);
      const context = contextWith(ENOUGH_TIME_IN_MS);

      // Act
      const answer = await handler(event, context);

      // Assess
      expect(answer).toEqual({
        type: "about:blank",
        title: "Bad Request",
        status: 400,
        detail: expect.stringMatching(/^(request|data): got .+; allowed: /),
        requestId: context.awsRequestId,
      });
    },
  );
});

describe("the endpoint's request", () => {
  it("is one invocation with the unchanged text of the caller's numbers, one row per line", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0, 0, 0));
    const handler = handlerOf(endpoint);

    // Act
    await handler(restEvent(JSON.stringify(BATCH)), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(endpoint.onlyRequest).toMatchObject({
      method: "POST",
      path: "/endpoints/dev-loan-default-endpoint/invocations",
      headers: {
        "content-type": "text/csv",
        accept: "application/json",
        "content-length": String(3 * ROW.length + 2),
      },
      body: `${ROW}\n${ROW}\n${ROW}`,
    });
  });
});

describe("content types", () => {
  it.each([undefined, "", "application/json", "application/json; charset=utf-8", "Application/JSON"])(
    "reads a request of the content type %j as JSON",
    async (contentType) => {
      // Prepare
      endpoint.willAnswer(predictions(0));
      const handler = handlerOf(endpoint);

      // Act
      const answer = await handler(
        restEvent(JSON.stringify(SINGLE), { contentType }),
        contextWith(ENOUGH_TIME_IN_MS),
      );

      // Assess
      expect(answer).toMatchObject({ statusCode: 200, body: '"repaid"' });
    },
  );

  it("reads the header Content-Type in upper and lower case", async () => {
    // Prepare
    const handler = handlerOf(endpoint);
    const event = restEvent(JSON.stringify(SINGLE), {
      contentType: undefined,
      headers: { "CONTENT-type": "text/html" },
    });

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 415 });
  });
});

describe("CORS", () => {
  const ORIGIN = "https://www.example.com";
  const requests = [
    { what: "an answer", body: JSON.stringify(SINGLE) },
    { what: "a problem", body: "{}" },
  ];

  it.each(requests)("allows the environment's origin on $what to a REST event", async ({ body }) => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const handler = handlerOf(endpoint, { CORS_ALLOW_ORIGIN: ORIGIN });
    const event = restEvent(body);

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessCors(answer, event, ORIGIN);
  });

  it.each(requests)("is left to the function URL on $what to a function URL event", async ({ body }) => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const handler = handlerOf(endpoint, { CORS_ALLOW_ORIGIN: ORIGIN });
    const event = functionUrlEvent(body, { headers: { origin: ORIGIN } });

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessCors(answer, event);
  });

  it("allows every origin when the environment's origin is empty", async () => {
    // Prepare
    const handler = handlerOf(endpoint, { CORS_ALLOW_ORIGIN: "" });
    const event = restEvent("{}");

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessCors(answer, event, "*");
  });
});
