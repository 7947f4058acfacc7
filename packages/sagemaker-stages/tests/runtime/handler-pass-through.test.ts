import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as z from "zod/mini";
import {
  type Bytes,
  bytesOf,
  type Contract,
  type PassThrough,
  parseJson,
  UnreadablePredictions,
} from "../../src/model";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { functionUrlEvent, type HttpRequest, restHttpEvent } from "../../src/testing/events";
import { contextWith } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerFor } from "./support/handler";
import { EVERY_BYTE } from "./support/image-contract";
import { captureLog } from "./support/log";
import { assessProblem, UNREADABLE } from "./support/problems";

let endpoint: EndpointServer;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const ROUTE = { method: "POST", path: "/sklearn" } as const;
const KINDS = [
  { kind: "a REST event", eventOf: (request: HttpRequest): unknown => restHttpEvent(ROUTE, request) },
  { kind: "a function URL event", eventOf: (request: HttpRequest) => functionUrlEvent(ROUTE, request) },
];

type Unknown = Contract<unknown, unknown>;

function passing(
  rules: Partial<Omit<Unknown, "schema">> & { readonly schema?: Unknown["schema"] } = {},
): Unknown {
  return {
    model: "sklearn",
    route: ROUTE,
    schema: z.unknown(),
    limits: { rows: 2, rowsIn: "instances", payloadInBytes: 100 },
    passThrough: { accept: "application/json" },
    encode: (request) => ({
      contentType: "application/json",
      accept: "application/json",
      body: JSON.stringify(request),
      rows: 1,
    }),
    decode: (body) => {
      const document = parseJson(body);
      if (document === undefined) throw new UnreadablePredictions("the answer is no JSON");
      return document;
    },
    ...rules,
  };
}

const send = (contract: Unknown, event: unknown) =>
  handlerFor(contract, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

const json = (body: string) => ({ headers: { "content-type": "application/json" }, body });

/** JSON whose notation changes if JavaScript parses and writes it. */
const SPELLED = ' {"instances": [1.0, 12345678901234567890, 1e400, "\\u00e4"],\n"a":1, "a":2} ';

describe.each(KINDS)("a contract that passes through, in $kind", ({ eventOf }) => {
  it("sends and returns JSON unchanged", async () => {
    // Prepare
    endpoint.willAnswer(json(SPELLED));
    const contract = passing({ limits: { rows: 1, payloadInBytes: 1_000 } });

    // Act
    const answer = await send(contract, eventOf({ body: SPELLED }));

    // Assess
    expect(endpoint.onlyRequest.body).toBe(SPELLED);
    expect(endpoint.onlyRequest.headers).toMatchObject({
      "content-type": "application/json",
      accept: "application/json",
    });
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": "application/json" },
      body: SPELLED,
    });
  });

  it.each<{ passThrough: PassThrough; contentType: string; sent: string }>([
    { passThrough: { accept: "text/csv" }, contentType: "text/csv; charset=utf-8", sent: "text/csv" },
    {
      passThrough: { contentType: "text/libsvm", accept: "text/csv" },
      contentType: "text/csv",
      sent: "text/libsvm",
    },
  ])("sends bytes unchanged, as $sent", async ({ passThrough, contentType, sent }) => {
    // Prepare
    endpoint.willAnswer({ headers: { "content-type": "text/csv; charset=utf-8" }, body: "0.25\n" });
    const contract = passing({ passThrough, bytes: { takes: ["text/csv"], read: (bytes) => bytes } });
    const body = Uint8Array.from([...Buffer.from("5.1,3.5\r\n"), 0, 0xff]);

    // Act
    const answer = await send(contract, eventOf({ body, contentType }));

    // Assess
    expect(Buffer.from(endpoint.onlyRequest.bytes).equals(Buffer.from(body))).toBe(true);
    expect(endpoint.onlyRequest.headers).toMatchObject({ "content-type": sent, accept: "text/csv" });
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": "text/csv" },
      body: "0.25\n",
    });
  });

  it("decodes the JSON form of bytes, and returns the answer unchanged", async () => {
    // Prepare
    endpoint.willAnswer(json(SPELLED));
    const contract = passing({
      bytes: { takes: ["application/x-npy"], read: (bytes) => bytes },
      encode: (request) => ({
        contentType: "application/x-npy",
        accept: "application/json",
        body: bytesOf(request as Bytes),
        rows: 1,
      }),
    });
    const body = JSON.stringify({ contentType: "application/x-npy", base64: "AAH/" });

    // Act
    const answer = await send(contract, eventOf({ body }));

    // Assess
    expect([...endpoint.onlyRequest.bytes]).toEqual([0, 1, 255]);
    expect(endpoint.onlyRequest.headers).toMatchObject({ "content-type": "application/x-npy" });
    expect(answer).toMatchObject({ statusCode: 200, body: SPELLED });
  });

  it.each([
    { accept: "image/webp", requested: "image/webp" },
    { accept: "image/png", requested: "image/png" },
    { accept: "application/json", requested: "image/png" },
  ])("requests $requested from the endpoint when Accept is $accept", async ({ accept, requested }) => {
    // Prepare
    endpoint.willAnswer({ headers: { "content-type": requested }, body: EVERY_BYTE });
    const contract = passing({
      passThrough: { accept: "image/png" },
      answerTypes: ["image/png", "image/webp"],
    });

    // Act
    const answer = await send(contract, eventOf({ body: "[]", headers: { accept, Accept: accept } }));

    // Assess
    expect(endpoint.onlyRequest.headers.accept).toBe(requested);
    expect(answer).toMatchObject({ statusCode: 200, headers: { "Content-Type": accept } });
  });

  it.each<Partial<Unknown> & { what: string; accept: string; isBase64Encoded?: true }>([
    { what: "text", passThrough: { accept: "text/csv" }, accept: "text/csv" },
    {
      what: "bytes",
      passThrough: { accept: "text/csv" },
      answerTypes: ["text/csv"],
      accept: "text/csv",
      isBase64Encoded: true,
    },
    { what: "JSON", passThrough: { accept: "application/json" }, accept: "application/json" },
  ])("returns an answer without a media type with the type that the request accepted: $what", async (row) => {
    // Prepare
    const { passThrough, answerTypes, accept, isBase64Encoded } = row;
    endpoint.willAnswer({ headers: {}, body: "1" });
    const contract = passing({ ...(passThrough && { passThrough }), ...(answerTypes && { answerTypes }) });

    // Act
    const answer = await send(contract, eventOf({ body: "[]", headers: { accept, Accept: accept } }));

    // Assess
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": accept },
      ...(isBase64Encoded ? { body: "MQ==", isBase64Encoded } : { body: "1" }),
    });
  });

  it.each<{ what: string; request: HttpRequest }>([
    { what: "as text", request: { body: "\ufeff[1.0]" } },
    { what: "in base64", request: { body: Buffer.from("\ufeff[1.0]") } },
  ])("sends JSON $what without its byte order mark", async ({ request }) => {
    // Prepare
    endpoint.willAnswer(json("[0.5]"));

    // Act
    await send(passing(), eventOf(request));

    // Assess
    expect(endpoint.onlyRequest.body).toBe("[1.0]");
  });

  it("sends bytes with their byte order mark", async () => {
    // Prepare
    endpoint.willAnswer(json("[0.5]"));
    const contract = passing({ bytes: { takes: ["text/csv"], read: (bytes) => bytes } });
    const body = Buffer.from("\ufeff5.1");

    // Act
    await send(contract, eventOf({ body, contentType: "text/csv" }));

    // Assess
    expect(Buffer.from(endpoint.onlyRequest.bytes).equals(body)).toBe(true);
  });

  it("returns bytes of a type that the contract lists", async () => {
    // Prepare
    endpoint.willAnswer({ headers: { "content-type": "application/x-npy" }, body: EVERY_BYTE });
    const contract = passing({
      passThrough: { accept: "application/x-npy" },
      answerTypes: ["application/x-npy"],
    });
    const headers = { accept: "application/x-npy", Accept: "application/x-npy" };

    // Act
    const answer = await send(contract, eventOf({ body: "[]", headers }));

    // Assess
    expect(answer).toMatchObject({
      headers: { "Content-Type": "application/x-npy" },
      body: Buffer.from(EVERY_BYTE).toString("base64"),
      isBase64Encoded: true,
    });
  });

  it.each([
    { what: "no JSON", body: "{", status: 400, detail: /not JSON/ },
    { what: "too many rows", body: '{"instances":[1,2,3]}', status: 413, detail: /3 rows/ },
    { what: "too many bytes", body: `"${"ä".repeat(50)}"`, status: 413, detail: /102 bytes.*at most 100/ },
    { what: "a request that the schema refuses", body: '{"instances":1}', status: 400, detail: /instances/ },
  ])("refuses a body with $what", async ({ body, status, detail }) => {
    // Prepare
    const schema = z.union([z.string(), z.object({ instances: z.array(z.unknown()) })]);

    // Act
    const answer = await send(passing({ schema }), eventOf({ body }));

    // Assess
    expect(answer).toMatchObject({ statusCode: status, body: expect.stringMatching(detail) });
    expect(endpoint.requests).toEqual([]);
  });

  it.each([
    { what: "is not JSON", headers: { "content-type": "application/json" }, body: "<html>" },
    {
      what: "is not JSON, although its type ends with +json",
      headers: { "content-type": "application/vnd.x+json" },
      body: "{",
    },
  ])("answers 502 when the endpoint's answer $what", async ({ headers, body }) => {
    // Prepare
    endpoint.willAnswer({ headers, body });
    const event = eventOf({ body: "[]" });

    // Act
    const answer = await send(passing(), event);

    // Assess
    assessProblem(answer, event, 502, UNREADABLE);
  });

  it("answers 502 when the endpoint's answer is bytes of a type that the contract does not list", async () => {
    // Prepare
    endpoint.willAnswer({ headers: { "content-type": "application/x-npy" }, body: EVERY_BYTE });

    // Act
    const answer = await send(passing(), eventOf({ body: "[]" }));

    // Assess
    expect(answer).toMatchObject({ statusCode: 502 });
  });
});

it("a direct invocation of a contract that passes through sends and receives JSON", async () => {
  // Prepare
  endpoint.willAnswer(json("[0.5]"));

  // Act
  const answer = await send(passing(), { instances: [1] });

  // Assess
  expect(endpoint.onlyRequest.body).toBe('{"instances":[1]}');
  expect(answer).toEqual([0.5]);
});
