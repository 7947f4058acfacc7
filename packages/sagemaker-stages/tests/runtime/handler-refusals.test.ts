import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { ProblemStatus } from "../../src/runtime/problem";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { contract } from "../fixtures/app/functions/loan-default/contract";
import { predictions } from "./support/answers";
import {
  contextWith,
  functionUrlEvent,
  LAMBDA_REQUEST_ID,
  REQUEST_ID,
  ROW,
  restEvent,
  rowWith,
} from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerOf, problemOf } from "./support/handler";
import { captureLog } from "./support/log";
import { assessResponse } from "./support/responses";

let endpoint: EndpointServer;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const TITLES: Partial<Record<ProblemStatus, string>> = {
  400: "Bad Request",
  413: "Content Too Large",
  415: "Unsupported Media Type",
};

/** Requires `answer` to be exactly this problem, with the CORS headers for `event` and without Retry-After. */
function assessProblem(answer: unknown, event: unknown, status: ProblemStatus, detail: string): void {
  assessResponse(answer, event, {
    statusCode: status,
    headers: { "Content-Type": "application/problem+json" },
    body: expect.any(String),
  });
  expect(problemOf(answer)).toEqual({
    type: "about:blank",
    title: TITLES[status],
    status,
    detail,
    requestId: REQUEST_ID,
  });
}

const TEN_LETTERS = "abcdefghij";

describe("the caller gets a 400 for an invalid request", () => {
  const bodies = [
    { what: "a body that is not JSON", body: "{data", detail: noJson(5) },
    { what: "a bare row", body: ROW, detail: noJson(ROW.length) },
    { what: "white space for a body", body: " \n", detail: noJson(2) },
    { what: "JSON with a trailing comma", body: '{"data":"1",}', detail: noJson(13) },
    { what: "an empty body", body: "", detail: "body: got nothing; allowed: a JSON document" },
    { what: "null", body: "null", detail: "request: got null; allowed: an object" },
    {
      what: "a list in place of an object",
      body: "[]",
      detail: "request: got an empty array; allowed: an object",
    },
    { what: "text in place of an object", body: '"text"', detail: 'request: got "text"; allowed: an object' },
    { what: "a missing property", body: "{}", detail: "data: got nothing; allowed: a string or an array" },
    { what: "a number", body: '{"data":5}', detail: "data: got the number 5; allowed: a string or an array" },
    {
      what: "true",
      body: '{"data":true}',
      detail: "data: got the boolean true; allowed: a string or an array",
    },
    { what: "null as data", body: '{"data":null}', detail: "data: got null; allowed: a string or an array" },
    {
      what: "an object",
      body: '{"data":{"0":"1"}}',
      detail: "data: got an object; allowed: a string or an array",
    },
    {
      what: "an empty list",
      body: '{"data":[]}',
      detail: "data: got an empty array; allowed: at least one row",
    },
    {
      what: "empty text",
      body: '{"data":""}',
      detail: "data: got 1 comma-separated value(s); allowed: 3 comma-separated numbers",
    },
    {
      what: "blank text",
      body: '{"data":"  "}',
      detail: "data: got 1 comma-separated value(s); allowed: 3 comma-separated numbers",
    },
    {
      what: "a list with a number in it",
      body: JSON.stringify({ data: [ROW, 5] }),
      detail: "data[1]: got the number 5; allowed: a string",
    },
    {
      what: "a list with null in it",
      body: JSON.stringify({ data: [null, ROW] }),
      detail: "data[0]: got null; allowed: a string",
    },
    {
      what: "a list of lists of numbers",
      body: JSON.stringify({ data: [ROW.split(",").map(Number)] }),
      detail: "data[0]: got an array of 3; allowed: a string",
    },
    {
      what: "a list with a row of 2 numbers",
      body: JSON.stringify({ data: [ROW, ROW.slice(0, ROW.lastIndexOf(","))] }),
      detail: "data[1]: got 2 comma-separated value(s); allowed: 3 comma-separated numbers",
    },
    {
      what: "2 numbers",
      body: JSON.stringify({ data: ROW.slice(0, ROW.lastIndexOf(",")) }),
      detail: "data: got 2 comma-separated value(s); allowed: 3 comma-separated numbers",
    },
    {
      what: "4 numbers",
      body: JSON.stringify({ data: `${ROW},1` }),
      detail: "data: got more than 3 comma-separated value(s); allowed: 3 comma-separated numbers",
    },
    {
      what: "an extra comma at the end",
      body: JSON.stringify({ data: `${ROW},` }),
      detail: "data: got more than 3 comma-separated value(s); allowed: 3 comma-separated numbers",
    },
    {
      what: "semicolons between the numbers",
      body: JSON.stringify({ data: ROW.replaceAll(",", ";") }),
      detail: "data: got 1 comma-separated value(s); allowed: 3 comma-separated numbers",
    },
    {
      what: "two rows in one text",
      body: JSON.stringify({ data: `${ROW}\n${ROW}` }),
      detail: "data: got more than 3 comma-separated value(s); allowed: 3 comma-separated numbers",
    },
    {
      what: "an unknown property in addition to the data",
      body: JSON.stringify({ data: ROW, rows: 1 }),
      detail:
        'request: got the unknown property "rows"; allowed: only the properties of this model\'s request',
    },
    {
      what: "two unknown properties",
      body: JSON.stringify({ data: ROW, rows: 1, model: "x" }),
      detail:
        'request: got the unknown properties "rows", "model"; allowed: only the properties of this model\'s request',
    },
    {
      what: "the unknown property constructor",
      body: `{"data":"${ROW}","constructor":{}}`,
      detail:
        'request: got the unknown property "constructor"; allowed: only the properties of this model\'s request',
    },
    {
      what: "the unknown property __proto__",
      body: `{"data":"${ROW}","__proto__":{}}`,
      detail:
        'request: got the unknown property "__proto__"; allowed: only the properties of this model\'s request',
    },
    {
      what: "a misspelt property",
      body: JSON.stringify({ Data: ROW }),
      detail:
        'data: got nothing; allowed: a string or an array; request: got the unknown property "Data"; allowed: only the properties of this model\'s request',
    },
    {
      what: "five invalid rows, of which three are reported",
      body: JSON.stringify({ data: ["1", "2", "3", "4", "5"] }),
      detail:
        "data[0]: got 1 comma-separated value(s); allowed: 3 comma-separated numbers; data[1]: got 1 comma-separated value(s); allowed: 3 comma-separated numbers; data[2]: got 1 comma-separated value(s); allowed: 3 comma-separated numbers; and 2 more",
    },
    {
      what: "a long text, which is cut",
      body: JSON.stringify({ data: rowWith(TEN_LETTERS.repeat(9), 2) }),
      detail: `data: got "${TEN_LETTERS.repeat(4)}…" as number 2; allowed: finite decimal numbers`,
    },
  ];

  it.each(bodies)("$what", async ({ body, detail }) => {
    // Prepare
    const handler = handlerOf(endpoint);
    const event = restEvent(body);

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, event, 400, detail);
    expect(endpoint.requests).toEqual([]);
  });

  const cells = [
    "NaN",
    "nan",
    "Infinity",
    "-Infinity",
    "inf",
    "1e999",
    "-1e999",
    "0x1F",
    "0b1",
    "",
    " ",
    ".",
    "-",
    "e5",
    "1e",
    "1e1.5",
    "--1",
    "1_000",
    "1 000",
    "1n",
    "null",
    "true",
    "１",
    "1\n2",
    "1\n",
    "1\r",
    '"1"',
  ];

  it.each(cells)("%j in place of a number", async (cell) => {
    // Prepare
    const handler = handlerOf(endpoint);
    const body = JSON.stringify({ data: rowWith(cell, 3) });
    const event = restEvent(body);

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(
      answer,
      event,
      400,
      `data: got ${JSON.stringify(cell)} as number 3; allowed: finite decimal numbers`,
    );
    expect(endpoint.requests).toEqual([]);
  });

  it.each([
    { what: "a REST proxy event", event: restEvent(null) },
    { what: "a function URL event", event: functionUrlEvent(undefined) },
  ])("$what without a body", async ({ event }) => {
    // Prepare
    const handler = handlerOf(endpoint);

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, event, 400, "body: got nothing; allowed: a JSON document");
  });

  it("a list with too many levels", async () => {
    // Prepare
    const handler = handlerOf(endpoint);
    const depth = 100_000;
    const body = `{"data":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const event = restEvent(body);

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(
      answer,
      event,
      400,
      "request: got more than 100 levels of objects and lists; allowed: at most 100",
    );
  });

  it("a base64 body that is not JSON", async () => {
    // Prepare
    const handler = handlerOf(endpoint);
    const body = Buffer.from("{ä").toString("base64");
    const event = functionUrlEvent(body, { isBase64Encoded: true });

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, event, 400, noJson(2));
  });
});

describe("the caller gets a 413 for a request that is too large", () => {
  const { limits } = contract;

  it("more rows than the limit", async () => {
    // Prepare
    const handler = handlerOf(endpoint);
    const body = JSON.stringify({ data: Array<string>(limits.rows + 1).fill(ROW) });
    const event = restEvent(body);

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, event, 413, "batch: got 5001 rows; allowed: at most 5000");
    expect(endpoint.requests).toEqual([]);
  });

  it("one byte more than a serverless endpoint accepts", async () => {
    // Prepare
    const handler = handlerOf(endpoint);
    const body = JSON.stringify({ data: rowOfLength(limits.payloadInBytes + 1) });
    const event = restEvent(body);

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, event, 413, "body: got 4194305 bytes; allowed: at most 4194304");
    expect(endpoint.requests).toEqual([]);
  });

  it("as a bare problem in a direct invocation", async () => {
    // Prepare
    const handler = handlerOf(endpoint);
    const request = { data: Array<string>(limits.rows + 1).fill(ROW) };

    // Act
    const answer = await handler(request, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toEqual({
      type: "about:blank",
      title: "Content Too Large",
      status: 413,
      detail: "batch: got 5001 rows; allowed: at most 5000",
      requestId: LAMBDA_REQUEST_ID,
    });
  });

  it("but not for exactly the maximum number of rows", async () => {
    // Prepare
    endpoint.willAnswer(predictions(...Array<0>(limits.rows).fill(0)));
    const handler = handlerOf(endpoint);
    const body = JSON.stringify({ data: Array<string>(limits.rows).fill(ROW) });

    // Act
    const answer = await handler(restEvent(body), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 200 });
    expect(endpoint.onlyRequest.body.split("\n")).toHaveLength(limits.rows);
  });

  it("but not for exactly the maximum number of bytes", async () => {
    // Prepare
    endpoint.willAnswer(predictions(0));
    const handler = handlerOf(endpoint);
    const body = JSON.stringify({ data: rowOfLength(limits.payloadInBytes) });

    // Act
    const answer = await handler(restEvent(body), contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 200 });
    expect(endpoint.onlyRequest.headers["content-length"]).toBe("4194304");
  });
});

describe("the caller gets a 415 for a content type that the model does not accept", () => {
  it.each([
    "text/plain",
    "text/csv",
    "application/x-www-form-urlencoded",
    "application/json-patch+json",
    "text/json",
  ])("%s", async (contentType) => {
    // Prepare
    const handler = handlerOf(endpoint);
    const body = JSON.stringify({ data: ROW });
    const event = restEvent(body, { contentType });

    // Act
    const answer = await handler(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, event, 415, `Content-Type: got "${contentType}"; allowed: application/json`);
    expect(endpoint.requests).toEqual([]);
  });
});

function noJson(characters: number): string {
  return `body: got text of ${characters} character(s) that is not JSON; allowed: a JSON document`;
}

/** A valid row of exactly this number of bytes: its first number has many zeros. */
function rowOfLength(bytes: number): string {
  const rest = ROW.slice(ROW.indexOf(","));
  return `1.${"0".repeat(bytes - rest.length - 2)}${rest}`;
}
