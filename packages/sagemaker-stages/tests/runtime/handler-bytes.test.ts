import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import * as z from "zod/mini";
import { MAX_ANSWER_IN_BYTES } from "../../src/runtime/answer";
import type { Contract } from "../../src/runtime/contract";
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

  it("are taken in JSON too", async () => {
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

  it("that came as text are taken where the text is what was sent", async () => {
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
      what: "bytes that became text on their way",
      body: Buffer.from(JPEG).toString("utf8"),
      isBase64Encoded: false,
      got: "bytes that were changed to text",
    },
    {
      what: "half of a character",
      body: "\ud83d",
      isBase64Encoded: false,
      got: "bytes that were changed to text",
    },
    { what: "nothing", body: "", isBase64Encoded: true, got: "nothing" },
    { what: "base64 that is cut off", body: "/9j/4AA", isBase64Encoded: true, got: "no base64" },
    { what: "base64url", body: "_9j_4AAQ", isBase64Encoded: true, got: "no base64" },
    {
      what: "base64 with a line break",
      body: "/9j/\n4AA",
      isBase64Encoded: true,
      got: "no base64",
    },
    {
      what: "base64 after its padding",
      body: "/9==4AA=",
      isBase64Encoded: true,
      got: "no base64",
    },
  ])("get a 400 where they are $what", async ({ body, isBase64Encoded, got }) => {
    // Prepare
    const event = eventOf({ body, isBase64Encoded, contentType: "image/jpeg" });

    // Act
    const answer = await sendTo(labels, event);

    // Assess
    assessProblem(answer, event, 400, `body: got ${got}; allowed: ${allowed}`);
    expect(endpoint.requests).toEqual([]);
  });

  it("get a 400 where there is no body", async () => {
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
  ])("of the type %s have the media type without parameters", async (contentType) => {
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
  ])("of the type $contentType get a 415 that names the parameter", async ({ contentType, named }) => {
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

  it("of another type get a 415 that names the allowed types", async () => {
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
    "of the type %s get a 415 that names the correct way",
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
  ])("within Lambda's limit are counted as the endpoint receives them: $bytes", async ({ bytes }) => {
    // Prepare
    endpoint.willAlwaysAnswer(json(LABELS));
    const limited = { ...labels, limits: { rows: 1, payloadInBytes: bytes } };
    const event = (length: number) => eventOf({ body: Buffer.alloc(length, 0xff), contentType: "image/png" });

    // Act
    const [within, beyond] = [await sendTo(limited, event(bytes)), await sendTo(limited, event(bytes + 1))];

    // Assess
    expect(proxyResponse(within).statusCode).toBe(200);
    assessProblem(beyond, event(1), 413, `body: got ${bytes + 1} bytes; allowed: at most ${bytes}`);
  });

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
  it.each(KINDS)("to $kind is the bytes with the answer's own type", async ({ eventOf }) => {
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

  it("is JSON to a direct invocation", async () => {
    // Prepare
    endpoint.willAnswer(png(EVERY_BYTE));

    // Act
    const answer = await sendTo(mirror, { contentType: "image/jpeg", base64: base64(JPEG) });

    // Assess
    expect(answer).toEqual({ contentType: "image/png", base64: base64(EVERY_BYTE) });
    expect(sha(endpoint.onlyRequest.bytes)).toBe(sha(JPEG));
  });

  it.each([{ base64: "_-==" }, { base64: "AAA" }])(
    "is refused as a request where a direct invocation has $base64",
    async (parts) => {
      // Act
      const answer = await sendTo(labels, { contentType: "image/jpeg", ...parts });

      // Assess
      expect(answer).toMatchObject({ status: 400, detail: expect.stringContaining("base64") });
    },
  );

  it("of a type that the contract does not name is a fault of the function", async () => {
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

  it("that is no UTF-8 gets a 502 where the contract does not name its type", async () => {
    // Prepare
    endpoint.willAnswer({ headers: { "content-type": "image/gif" }, body: EVERY_BYTE });

    // Act
    const answer = await sendTo(mirror, { contentType: "image/jpeg", base64: base64(JPEG) });

    // Assess
    expect(answer).toMatchObject({ status: 502 });
    expect(log.lines()).toMatchObject([{ error: { type: "AnswerNotUtf8" } }]);
  });

  it.each(KINDS)(
    "to $kind within Lambda's limit is returned, and a byte more is a 413",
    async ({ eventOf }) => {
      // Prepare
      const event = withoutDefaultAccept(
        eventOf({ body: JPEG, contentType: "image/jpeg", headers: { accept: "image/png" } }),
      );
      endpoint.willAnswer(png(Uint8Array.of(1, 2, 3)));
      const around = JSON.stringify(await sendTo(mirror, event)).length - 4;
      // Three bytes become four characters.
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
        `answer: got ${got} bytes, which base64 makes a third larger; allowed: at most ${MAX_ANSWER_IN_BYTES}, which is all that Lambda can return. Ask for less at once.`,
      );
    },
  );
});

/** The event without the header Accept that every event of the testing module has. */
function withoutDefaultAccept(event: unknown): unknown {
  const { headers, ...rest } = event as { readonly headers: Record<string, string> };
  const { Accept: _, ...others } = headers;
  return { ...rest, headers: others };
}

it("a contract reads the parameters of an answer's media type, e.g. Triton's length of the head in JSON", async () => {
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
