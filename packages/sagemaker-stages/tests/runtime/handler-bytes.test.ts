import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as z from "zod/mini";
import type { Contract } from "../../src/runtime/contract";
import { MAX_ANSWER_IN_BYTES } from "../../src/runtime/limits";
import { EndpointServer, type ScriptedAnswer } from "../../src/testing/endpoint-server";
import { functionUrlEvent, type HttpRequest, restHttpEvent } from "../../src/testing/events";
import { readAnswer } from "../../src/testing/handler";
import { json } from "./support/answers";
import { contextWith } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerFor, proxyResponse } from "./support/handler";
import { EVERY_BYTE, JPEG, labels, mirror } from "./support/image-contract";
import { captureLog } from "./support/log";
import { assessProblem } from "./support/problems";

let endpoint: EndpointServer;
let log: ReturnType<typeof captureLog>;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  log = captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const LABELS = { labels: ["cat"] };
const ROUTE = labels.route;
const KINDS = [
  { kind: "a REST event", eventOf: (request: HttpRequest): unknown => restHttpEvent(ROUTE, request) },
  { kind: "a function URL event", eventOf: (request: HttpRequest) => functionUrlEvent(ROUTE, request) },
];

const sendTo = <Request, Answer>(contract: Contract<Request, Answer>, event: unknown) =>
  handlerFor(contract, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

const sha = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const png = (body: Uint8Array): ScriptedAnswer => ({ headers: { "content-type": "image/png" }, body });

describe.each(KINDS)("bytes in the body of $kind", ({ eventOf }) => {
  it.each([
    { what: "a JPEG", bytes: JPEG },
    { what: "every value of a byte", bytes: EVERY_BYTE },
    { what: "one byte", bytes: Uint8Array.of(0) },
    { what: "bytes that are UTF-8", bytes: Buffer.from("\ufeffgrößer") },
    { what: "a megabyte", bytes: Buffer.alloc(1_000_000, EVERY_BYTE) },
  ])("reach the endpoint unchanged: $what", async ({ bytes }) => {
    // Prepare
    endpoint.willAnswer(json(LABELS));

    // Act
    const answer = await sendTo(labels, eventOf({ body: bytes, contentType: "image/jpeg" }));

    // Assess
    expect(proxyResponse(answer)).toMatchObject({ statusCode: 200, body: JSON.stringify(LABELS) });
    expect(sha(endpoint.onlyRequest.bytes)).toBe(sha(bytes));
    expect(endpoint.onlyRequest.headers["content-type"]).toBe("image/jpeg");
  });

  it("are accepted as JSON, too", async () => {
    // Prepare
    endpoint.willAnswer(json(LABELS));
    const body = JSON.stringify({ contentType: "image/png", base64: base64(EVERY_BYTE) });

    // Act
    const answer = await sendTo(labels, eventOf({ body }));

    // Assess
    expect(proxyResponse(answer).statusCode).toBe(200);
    expect(sha(endpoint.onlyRequest.bytes)).toBe(sha(EVERY_BYTE));
    expect(endpoint.onlyRequest.headers["content-type"]).toBe("image/png");
  });

  it("are accepted when the event contains them as unchanged text", async () => {
    // Prepare
    endpoint.willAnswer(json(LABELS));
    const text = "größer, 中文 🙂";

    // Act
    const answer = await sendTo(labels, eventOf({ body: text, contentType: "image/png" }));

    // Assess
    expect(proxyResponse(answer).statusCode).toBe(200);
    expect(sha(endpoint.onlyRequest.bytes)).toBe(sha(Buffer.from(text)));
  });

  const allowed =
    'the bytes of the type image/jpeg, or, as application/json, {"contentType": "image/jpeg", "base64": "…"}';

  it.each([
    {
      what: "bytes that were converted to text",
      body: Buffer.from(JPEG).toString("utf8"),
      isBase64Encoded: false,
      got: "bytes converted to text",
    },
    {
      what: "an unpaired surrogate",
      body: "\ud83d",
      isBase64Encoded: false,
      got: "bytes converted to text",
    },
    { what: "an empty body", body: "", isBase64Encoded: true, got: "nothing" },
    { what: "incomplete base64", body: "/9j/4AA", isBase64Encoded: true, got: "invalid base64" },
    { what: "base64url", body: "_9j_4AAQ", isBase64Encoded: true, got: "invalid base64" },
    {
      what: "base64 with a line break",
      body: "/9j/\n4AA",
      isBase64Encoded: true,
      got: "invalid base64",
    },
    {
      what: "base64 after its padding",
      body: "/9==4AA=",
      isBase64Encoded: true,
      got: "invalid base64",
    },
  ])("get a 400 when they are $what", async ({ body, isBase64Encoded, got }) => {
    // Prepare
    const event = eventOf({ body, isBase64Encoded, contentType: "image/jpeg" });

    // Act
    const answer = await sendTo(labels, event);

    // Assess
    assessProblem(answer, event, 400, `body: got ${got}; allowed: ${allowed}`);
    expect(endpoint.requests).toEqual([]);
  });

  it("get a 400 when there is no body", async () => {
    // Prepare
    const event = eventOf({ contentType: "image/jpeg" });

    // Act
    const answer = await sendTo(labels, event);

    // Assess
    assessProblem(answer, event, 400, `body: got nothing; allowed: ${allowed}`);
  });

  it.each([
    "image/jpeg; charset=binary",
    "IMAGE/JPEG;name=cat.jpg",
    'image/jpeg ; filename="a;b.jpg";',
    "image/jpeg;codecs=x",
  ])("reach the contract without parameters when the type is %s", async (contentType) => {
    // Prepare
    endpoint.willAnswer(json(LABELS));

    // Act
    const answer = await sendTo(labels, eventOf({ body: JPEG, contentType }));

    // Assess
    expect(proxyResponse(answer).statusCode).toBe(200);
    expect(endpoint.onlyRequest.headers["content-type"]).toBe("image/jpeg");
  });

  it.each([
    { contentType: "image/jpeg; rate=16000", named: '"rate"' },
    { contentType: "image/jpeg; charset=utf-16", named: '"charset"' },
  ])("get a 415 with the parameter when the type is $contentType", async ({ contentType, named }) => {
    // Prepare
    const event = eventOf({ body: JPEG, contentType });

    // Act
    const answer = await sendTo(labels, event);

    // Assess
    assessProblem(
      answer,
      event,
      415,
      `Content-Type: got the parameter ${named}; allowed: image/jpeg without it`,
    );
  });

  it("get a 415 with the allowed types when the contract does not list their type", async () => {
    // Prepare
    const event = eventOf({ body: JPEG, contentType: "image/gif" });

    // Act
    const answer = await sendTo(labels, event);

    // Assess
    assessProblem(
      answer,
      event,
      415,
      'Content-Type: got "image/gif"; allowed: application/json or image/jpeg or image/png',
    );
  });

  it.each(["multipart/form-data", "application/x-www-form-urlencoded"])(
    "get a 415 that explains how to send a file when the type is %s",
    async (type) => {
      // Prepare
      const event = eventOf({ body: JPEG, contentType: `${type}; boundary=x` });

      // Act
      const answer = await sendTo(labels, event);

      // Assess
      assessProblem(
        answer,
        event,
        415,
        `Content-Type: got "${type}"; allowed: application/json or image/jpeg or image/png. Send the file itself as the body: curl --data-binary @file -H 'Content-Type: image/jpeg'`,
      );
    },
  );

  it.each([
    { bytes: 5_000_000, status: 413 },
    { bytes: 4_700_000, status: 200 },
  ])(
    "count with their size at the endpoint, not with the size of their base64: $bytes bytes",
    async ({ bytes }) => {
      // Prepare
      endpoint.willAlwaysAnswer(json(LABELS));
      const limited = { ...labels, limits: { rows: 1, payloadInBytes: bytes } };
      const event = (length: number) =>
        eventOf({ body: Buffer.alloc(length, 0xff), contentType: "image/png" });

      // Act
      const [within, beyond] = [await sendTo(limited, event(bytes)), await sendTo(limited, event(bytes + 1))];

      // Assess
      expect(proxyResponse(within).statusCode).toBe(200);
      assessProblem(beyond, event(1), 413, `body: got ${bytes + 1} bytes; allowed: at most ${bytes}`);
    },
  );

  it("do not reach the log", async () => {
    // Prepare
    endpoint.willAnswer(json(LABELS), { status: 424, body: JPEG });
    const events = ["image/jpeg", "image/jpeg", "image/gif"].map((contentType) =>
      eventOf({ body: JPEG, contentType }),
    );

    // Act
    for (const event of events) await sendTo(labels, event);

    // Assess
    expect(log.text()).not.toContain(base64(JPEG).slice(0, 8));
    expect(log.lines()).toMatchObject([{ status: 200 }, { status: 502 }, { status: 415 }]);
  });
});

describe("an answer in bytes", () => {
  it.each(KINDS)("is the bytes with their media type when the request is $kind", async ({ eventOf }) => {
    // Prepare
    endpoint.willAnswer({ headers: { "content-type": "IMAGE/PNG; x=y" }, body: EVERY_BYTE });
    const event = eventOf({ body: JPEG, contentType: "image/jpeg", headers: { accept: "image/png" } });

    // Act
    const answer = await sendTo(mirror, withoutDefaultAccept(event));

    // Assess
    expect(proxyResponse(answer)).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": "image/png" },
    });
    expect(answer).toMatchObject({ isBase64Encoded: true });
    expect(sha(Buffer.from(readAnswer(answer).body as Uint8Array))).toBe(sha(EVERY_BYTE));
    expect(endpoint.onlyRequest.headers.accept).toBe("image/png");
  });

  it("is JSON when the request is a direct invocation", async () => {
    // Prepare
    endpoint.willAnswer(png(EVERY_BYTE));

    // Act
    const answer = await sendTo(mirror, { contentType: "image/jpeg", base64: base64(JPEG) });

    // Assess
    expect(answer).toEqual({ contentType: "image/png", base64: base64(EVERY_BYTE) });
    expect(sha(endpoint.onlyRequest.bytes)).toBe(sha(JPEG));
  });

  it.each([{ base64: "_-==" }, { base64: "AAA" }])(
    "is refused as a request when a direct invocation has $base64",
    async (parts) => {
      // Act
      const answer = await sendTo(labels, { contentType: "image/jpeg", ...parts });

      // Assess
      expect(answer).toMatchObject({ status: 400, detail: expect.stringContaining("base64") });
    },
  );

  it("causes a 500 when the contract does not list its type", async () => {
    // Prepare
    endpoint.willAnswer({ headers: { "content-type": "image/gif" }, body: "GIF89a" });

    // Act
    const answer = await sendTo(mirror, { contentType: "image/jpeg", base64: base64(JPEG) });

    // Assess
    expect(answer).toMatchObject({ status: 500 });
    expect(log.lines()).toMatchObject([
      { status: 500, error: { type: "ForbiddenByContract", origin: "function", field: "contentType" } },
    ]);
  });

  it("causes a 502 when it is not UTF-8 and the contract does not list its type", async () => {
    // Prepare
    endpoint.willAnswer({ headers: { "content-type": "image/gif" }, body: EVERY_BYTE });

    // Act
    const answer = await sendTo(mirror, { contentType: "image/jpeg", base64: base64(JPEG) });

    // Assess
    expect(answer).toMatchObject({ status: 502 });
    expect(log.lines()).toMatchObject([{ error: { type: "AnswerNotUtf8" } }]);
  });

  it.each(KINDS)(
    "to $kind is returned when its size is Lambda's limit, and is a 413 when it is larger",
    async ({ eventOf }) => {
      // Prepare
      const event = withoutDefaultAccept(
        eventOf({ body: JPEG, contentType: "image/jpeg", headers: { accept: "image/png" } }),
      );
      endpoint.willAnswer(png(Uint8Array.of(1, 2, 3)));
      const around = JSON.stringify(await sendTo(mirror, event)).length - 4;
      // Base64 encodes three bytes as four characters.
      const most = Math.floor((MAX_ANSWER_IN_BYTES - around) / 4) * 3;
      endpoint.willAnswer(png(Buffer.alloc(most, 0xff)), png(Buffer.alloc(most + 1, 0xff)));

      // Act
      const [within, beyond] = [await sendTo(mirror, event), await sendTo(mirror, event)];

      // Assess
      expect(proxyResponse(within).statusCode).toBe(200);
      const got = (most / 3) * 4 + 4 + around;
      assessProblem(
        beyond,
        event,
        413,
        `answer: got ${got} bytes of base64; allowed: at most ${MAX_ANSWER_IN_BYTES}, the limit of Lambda. Request less at once.`,
      );
    },
  );
});

/** The event without the header Accept. Every event of the testing module has this header. */
function withoutDefaultAccept(event: unknown): unknown {
  const { headers, ...rest } = event as { readonly headers: Record<string, string> };
  const { Accept: _, ...others } = headers;
  return { ...rest, headers: others };
}

it("a contract can read the parameters of an answer's media type, e.g. the length of Triton's JSON header", async () => {
  // Prepare
  const triton = "application/vnd.sagemaker-triton.binary+json";
  const head = Buffer.from('{"outputs":[]}');
  endpoint.willAnswer({
    headers: { "content-type": `${triton};json-header-size=${head.length}` },
    body: Buffer.concat([head, Buffer.from([0x80, 0xff])]),
  });
  const contract: Contract<unknown, unknown> = {
    ...labels,
    schema: z.unknown(),
    answerTypes: [triton],
    encode: () => ({ contentType: "application/json", accept: triton, body: "{}", rows: 1 }),
    decode: (_body, _request, { bytes, contentType, contentTypeHeader }) => {
      const size = Number(contentTypeHeader.split("=")[1]);
      return { contentType, tensors: [...bytes.subarray(size)] };
    },
  };

  // Act
  const answer = await sendTo(contract, {});

  // Assess
  expect(answer).toEqual({ contentType: triton, tensors: [0x80, 0xff] });
});
