import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { contract as loanDefault } from "../fixtures/app/functions/loan-default/contract";
import { contract as ticketUrgency } from "../fixtures/app/functions/ticket-urgency/contract";
import { csv, predictions } from "./support/answers";
import { contextWith, functionUrlEvent, type HttpOptions, ROW, restEvent } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerFor, proxyResponse } from "./support/handler";
import { captureLog } from "./support/log";
import { assessProblem } from "./support/problems";

let endpoint: EndpointServer;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const BOM = "\ufeff";
const MESSAGE = "urgent";
const REQUEST = JSON.stringify({ message: MESSAGE });
const URGENT = '{"urgency":"urgent","score":0.8731}';

function base64(text: string | Uint8Array): string {
  return Buffer.from(text).toString("base64");
}

const kinds = [
  { kind: "a REST proxy event", eventOf: restEvent },
  {
    kind: "a REST proxy event with a base64 body",
    eventOf: (body: string, options: HttpOptions) =>
      restEvent(base64(body), { ...options, isBase64Encoded: true }),
  },
  { kind: "a function URL event", eventOf: functionUrlEvent },
  {
    kind: "a function URL event with a base64 body",
    eventOf: (body: string, options: HttpOptions) =>
      functionUrlEvent(base64(body), { ...options, isBase64Encoded: true }),
  },
];

describe.each(kinds)("the body of $kind", ({ eventOf }) => {
  const invoke = (body: string, options: HttpOptions) =>
    handlerFor(ticketUrgency, endpoint)(eventOf(body, options), contextWith(ENOUGH_TIME_IN_MS));

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
    "application/json ; CHARSET = utf8",
    "APPLICATION/JSON; charset=us-ascii",
    "application/json; odata=verbose; charset=utf-8",
    'application/json; note="a; charset=utf-16"',
    'application/json; note="a \\" ; charset=utf-16"',
    "application/json;",
    "application/json, application/json",
    "",
  ])("is read as JSON when the type is %j", async (contentType) => {
    // Prepare
    endpoint.willAnswer(csv("0.8731"));

    // Act
    const answer = await invoke(REQUEST, { contentType });

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: URGENT });
    expect(endpoint.onlyRequest.body).toBe(ticketUrgency.encode({ message: MESSAGE }).body);
  });

  it.each([
    "text/plain",
    "text/plain;charset=UTF-8",
    "Text/Plain; charset=us-ascii",
    "text/plain; format=flowed",
  ])("is read as a text when the type is %j", async (contentType) => {
    // Prepare
    endpoint.willAnswer(csv("0.8731"));

    // Act
    const answer = await invoke(MESSAGE, { contentType });

    // Assess
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": "text/plain" },
      body: "1",
    });
    expect(endpoint.onlyRequest.body).toBe(ticketUrgency.encode({ message: MESSAGE }).body);
  });

  it.each([REQUEST, `${BOM}${REQUEST}`, ` \r\n\t${REQUEST}\n`])(
    "is read and answered as JSON when it is a JSON object of the type text/plain: %j",
    async (body) => {
      // Prepare
      endpoint.willAnswer(csv("0.8731"));

      // Act
      const answer = await invoke(body, { contentType: "text/plain;charset=UTF-8" });

      // Assess
      expect(answer).toMatchObject({
        statusCode: 200,
        headers: { "Content-Type": "application/json" },
        body: URGENT,
      });
      expect(endpoint.onlyRequest.body).toBe(ticketUrgency.encode({ message: MESSAGE }).body);
    },
  );

  it.each([
    {
      body: '{"text":"urgent"}',
      detail: /^message: got nothing; allowed: a string; request: got the unknown/,
    },
    { body: "{}", detail: /^message: got nothing; allowed: a string$/ },
    { body: '["urgent"]', detail: /^request: got an array of 1; allowed: an object$/ },
    { body: `[${REQUEST}]`, detail: /^request: got an array of 1; allowed: an object$/ },
  ])("gets a 400 when it is other JSON of the type text/plain: $body", async ({ body, detail }) => {
    // Act
    const answer = await invoke(body, { contentType: "text/plain;charset=UTF-8" });

    // Assess
    expect(answer).toMatchObject({ statusCode: 400 });
    expect(JSON.parse(proxyResponse(answer).body)).toMatchObject({ detail: expect.stringMatching(detail) });
    expect(endpoint.requests).toEqual([]);
  });

  it.each([
    { contentType: "application/json", body: REQUEST },
    { contentType: "text/plain", body: MESSAGE },
  ])("is read without its byte order mark when the type is $contentType", async ({ contentType, body }) => {
    // Prepare
    endpoint.willAnswer(csv("0.8731"));

    // Act
    const answer = await invoke(`${BOM}${body}`, { contentType });

    // Assess
    expect(answer).toMatchObject({ statusCode: 200 });
    expect(endpoint.onlyRequest.body).toBe(ticketUrgency.encode({ message: MESSAGE }).body);
  });

  it("gets a 400 when JSON begins with a second byte order mark", async () => {
    // Act
    const answer = await invoke(`${BOM}${BOM}${REQUEST}`, { contentType: "application/json" });

    // Assess
    expect(answer).toMatchObject({ statusCode: 400 });
  });

  it.each([
    { type: "text/plain", charset: "utf-16le" },
    { type: "text/plain", charset: "UTF-16" },
    { type: "text/plain", charset: "iso-8859-1" },
    { type: "text/plain", charset: '"windows-1252"' },
    { type: "text/plain", charset: "utf-8; charset=utf-16" },
    { type: "text/plain", charset: "" },
    { type: "application/json", charset: "utf-16le" },
    { type: "application/json", charset: "utf-32" },
    { type: "application/json", charset: '"utf-16"' },
    { type: "application/json", charset: "utf-8x" },
  ])(
    "gets a 415 with the charset when the type $type has the charset $charset",
    async ({ type, charset }) => {
      // Prepare
      const options = { contentType: `${type}; charset=${charset}` };
      const event = eventOf(REQUEST, options);
      const named = charset.split("=").at(-1)?.replaceAll('"', "");

      // Act
      const answer = await handlerFor(ticketUrgency, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

      // Assess
      assessProblem(answer, event, 415, `Content-Type: got the charset "${named}"; allowed: utf-8`);
      expect(endpoint.requests).toEqual([]);
    },
  );

  it.each(["gzip", "br", "deflate", "GZIP", "identity, gzip", "gzip, identity", "x-unknown"])(
    "gets a 415 with the encoding when the encoding is %s",
    async (encoding) => {
      for (const contentType of ["application/json", "text/plain"]) {
        // Prepare
        const event = eventOf(REQUEST, { contentType, headers: { "content-encoding": encoding } });

        // Act
        const answer = await handlerFor(ticketUrgency, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

        // Assess
        assessProblem(
          answer,
          event,
          415,
          `Content-Encoding: got "${encoding}"; allowed: identity (no encoding)`,
        );
      }
      expect(endpoint.requests).toEqual([]);
    },
  );

  it.each(["identity", "Identity", "", " identity , identity "])(
    "is answered when the header Content-Encoding %j means no encoding",
    async (encoding) => {
      // Prepare
      endpoint.willAnswer(csv("0.8731"));

      // Act
      const answer = await invoke(REQUEST, { headers: { "content-encoding": encoding } });

      // Assess
      expect(answer).toMatchObject({ statusCode: 200, body: URGENT });
    },
  );

  it.each([
    { contentType: "application/json, text/plain", named: "application/json, text/plain" },
    { contentType: "text/csv, application/json", named: "text/csv, application/json" },
    { contentType: `text/${"x".repeat(5_000)}`, named: `text/${"x".repeat(35)}…` },
  ])("gets a 415 that names the type when the type is $named", async ({ contentType, named }) => {
    // Prepare
    const event = eventOf(REQUEST, { contentType });

    // Act
    const answer = await handlerFor(ticketUrgency, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(
      answer,
      event,
      415,
      `Content-Type: got "${named}"; allowed: application/json or text/plain`,
    );
  });

  it.each([
    { what: "escaped in JSON", body: '{"message":"so \\ud83d good"}', contentType: "application/json" },
    { what: "escaped in a list of JSON", body: '{"message":["\\udc00"]}', contentType: "application/json" },
  ])("gets a 400 when it has an unpaired surrogate $what", async ({ body, contentType }) => {
    // Prepare
    const event = eventOf(body, { contentType });

    // Act
    const answer = await handlerFor(ticketUrgency, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(answer, event, 400, "request: got text with an unpaired surrogate; allowed: Unicode text");
    expect(endpoint.requests).toEqual([]);
  });
});

describe("a base64 body that is not UTF-8 gets a 400, and no replacement characters", () => {
  const bytes = [
    { what: "Latin-1", body: Buffer.from("très bon", "latin1") },
    { what: "UTF-16 with a byte order mark", body: Buffer.from(`${BOM}${REQUEST}`, "utf16le") },
    { what: "an incomplete character", body: Buffer.from("so good 🙂").subarray(0, -1) },
    { what: "an encoded surrogate", body: Buffer.from([0x61, 0xed, 0xa0, 0x80]) },
    { what: "gzip without a header", body: Buffer.from([0x1f, 0x8b, 0x08, 0x00]) },
  ];

  it.each(bytes)("$what", async ({ body }) => {
    for (const contentType of ["application/json", "text/plain"]) {
      for (const eventOf of [restEvent, functionUrlEvent]) {
        // Prepare
        const event = eventOf(base64(body), { contentType, isBase64Encoded: true });

        // Act
        const answer = await handlerFor(ticketUrgency, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

        // Assess
        assessProblem(
          answer,
          event,
          400,
          `body: got ${body.length} byte(s) that are not UTF-8; allowed: UTF-8`,
        );
      }
    }
    expect(endpoint.requests).toEqual([]);
  });
});

describe("a header that a REST caller sends twice", () => {
  const withHeaders = (name: string, values: readonly string[]) => ({
    ...(restEvent(REQUEST, { contentType: undefined }) as object),
    headers: { [name]: values.at(-1) },
    multiValueHeaders: { [name]: values },
  });

  it.each([
    { name: "Content-Type", values: ["text/csv", "application/json"], named: '"text/csv, application/json"' },
    { name: "content-type", values: ["application/json", "text/csv"], named: '"application/json, text/csv"' },
  ])(
    "causes a 415 when the header is Content-Type with the different values $values",
    async ({ name, values, named }) => {
      // Prepare
      const event = withHeaders(name, values);

      // Act
      const answer = await handlerFor(ticketUrgency, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

      // Assess
      assessProblem(
        answer,
        event,
        415,
        `Content-Type: got ${named}; allowed: application/json or text/plain`,
      );
    },
  );

  it("counts as one header when the header is Content-Type with two equal values", async () => {
    // Prepare
    endpoint.willAnswer(csv("0.8731"));
    const event = withHeaders("Content-Type", ["application/json", "application/json"]);

    // Act
    const answer = await handlerFor(ticketUrgency, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    expect(answer).toMatchObject({ statusCode: 200 });
  });

  it("causes a 415 when the header is Content-Encoding and one value is an encoding", async () => {
    // Prepare
    const event = withHeaders("Content-Encoding", ["gzip", "identity"]);

    // Act
    const answer = await handlerFor(ticketUrgency, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

    // Assess
    assessProblem(
      answer,
      event,
      415,
      'Content-Encoding: got "gzip, identity"; allowed: identity (no encoding)',
    );
  });
});

it("a model that accepts no text refuses JSON of the type text/plain, and names the allowed types", async () => {
  // Prepare
  endpoint.willAnswer(predictions(0));
  const event = restEvent(JSON.stringify({ data: ROW }), { contentType: "text/plain;charset=UTF-8" });

  // Act
  const answer = await handlerFor(loanDefault, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

  // Assess
  assessProblem(answer, event, 415, 'Content-Type: got "text/plain"; allowed: application/json');
  expect(endpoint.requests).toEqual([]);
});
