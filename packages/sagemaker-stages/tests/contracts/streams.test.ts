import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { unzipSync } from "fflate";
import { checkModels } from "../../src/app/catalog-checks";
import { functionCode } from "../../src/constructs/function/function-code";
import { passThrough } from "../../src/contracts/pass-through";
import type { StreamOption } from "../../src/contracts/stream-option";
import { text } from "../../src/contracts/text";
import { type ContractModel, defineModels, type ModelDefinition, streamedRequestOf } from "../../src/models";
import { type CapturedLog, captureLog } from "../../src/testing/captured-log";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { restEvent } from "../../src/testing/events";
import { handlerEnvironment, invokeHandler } from "../../src/testing/handler";
import { invokePackage } from "../../src/testing/package-process";

/** The limit of a package that streams: 12 KiB as for every package, and the code for streams. */
const MAX_BYTES = 14.5 * 1024;

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

function modelOf(definition: ModelDefinition): ContractModel {
  return defineModels({ story: definition }).story as ContractModel;
}

const onRequest = modelOf(
  passThrough({
    takes: "application/json",
    stream: { type: "text/event-stream", when: "stream" },
    example: { request: { inputs: "Once" }, answer: { text: "Once upon" } },
  }),
);

const always = modelOf(
  passThrough({
    takes: ["audio/wav"],
    stream: { type: "text/plain" },
    example: { request: { contentType: "audio/wav", base64: "AAA=" }, answer: "a spoken sentence" },
  }),
);

const ofText = modelOf(
  text({
    sends: "inputs",
    answer: "text",
    stream: { type: "text/plain" },
    example: { text: "Once", answer: "Once upon a time" },
  }),
);

describe("passThrough with a stream", () => {
  it("passes the caller's body and the container's parts, if the request has stream: true", async () => {
    // Prepare
    endpoint.willAnswer({ parts: ["data: 1\n\n", "data: 2\n\n"] });

    // Act
    const answer = await invokeHandler(onRequest, { inputs: "Once", stream: true }, endpoint);

    // Assess
    expect(answer).toMatchObject({
      status: 200,
      headers: { "Content-Type": "text/event-stream" },
      body: "data: 1\n\ndata: 2\n\n",
    });
    expect(endpoint.onlyRequest).toMatchObject({
      path: "/endpoints/endpoint/invocations-response-stream",
      body: '{"inputs":"Once","stream":true}',
      headers: { "content-type": "application/json", "x-amzn-sagemaker-accept": "text/event-stream" },
    });
  });

  it.each([{ inputs: "Once" }, { inputs: "Once", stream: "true" }, [{ stream: true }]])(
    "passes the container's whole answer to %j",
    async (request) => {
      // Prepare
      endpoint.willAnswer({ headers: { "content-type": "application/json" }, body: '{"text":"Once"}' });

      // Act
      const answer = await invokeHandler(onRequest, request, endpoint);

      // Assess
      expect(answer).toMatchObject({ status: 200, body: { text: "Once" } });
      expect(endpoint.onlyRequest).toMatchObject({
        path: "/endpoints/endpoint/invocations",
        headers: { accept: "application/json" },
      });
    },
  );

  it("passes files, and streams every answer without the option when", async () => {
    // Prepare
    endpoint.willAnswer({ parts: ["a spoken ", "sentence"] });

    // Act
    const answer = await invokeHandler(always, Buffer.from("RIFF"), endpoint, { contentType: "audio/wav" });

    // Assess
    expect(answer).toMatchObject({ headers: { "Content-Type": "text/plain" }, body: "a spoken sentence" });
    expect(endpoint.onlyRequest).toMatchObject({
      body: "RIFF",
      headers: { "content-type": "audio/wav", "x-amzn-sagemaker-accept": "text/plain" },
    });
  });
});

describe("text with a stream", () => {
  it("streams every answer", async () => {
    // Prepare
    endpoint.willAnswer({ parts: ["Once ", "upon"] });

    // Act
    const answer = await invokeHandler(ofText, { text: "Once" }, endpoint);

    // Assess
    expect(answer).toMatchObject({ headers: { "Content-Type": "text/plain" }, body: "Once upon" });
    expect(endpoint.onlyRequest).toMatchObject({
      body: '{"inputs":"Once"}',
      headers: { "x-amzn-sagemaker-accept": "text/plain" },
    });
  });
});

describe("the package of a ready-made contract with a stream", () => {
  it.each([
    ["passThrough, on request", onRequest],
    ["passThrough of files", always],
    ["text", ofText],
  ])("is smaller than the limit, and answers in a separate process: %s", async (_name, model) => {
    // Prepare
    endpoint.willAlwaysAnswer({ parts: ["one ", "two"] });
    const code = unzipSync(functionCode("story", model).zip)["index.js"] ?? new Uint8Array();
    const request = streamedRequestOf(model);
    const event =
      model.bytes === undefined
        ? restEvent(model, request)
        : restEvent(model, Buffer.from("RIFF"), { contentType: "audio/wav" });

    // Act
    const answer = await invokePackage(model, event, {
      environment: { ...handlerEnvironment(endpoint) },
      allowedHost: endpoint.host,
    });

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: "one two" });
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(MAX_BYTES);
  });

  it.each([
    ["several origins", { severalOrigins: true }, "in a stream", "Origin"],
    ["the transfer mode buffer", { streamsAnswers: false }, "in one piece", undefined],
  ])("contains what the environment needs: %s", async (_name, needs, how, vary) => {
    // Prepare
    endpoint.willAlwaysAnswer({ parts: ["data: 1\n\n"], body: '{"text":"Once"}' });
    const event = restEvent(onRequest, { inputs: "Once", stream: how === "in a stream" });

    // Act
    const answer = await invokePackage({ ...onRequest, ...needs }, event, {
      environment: {
        ...handlerEnvironment(endpoint),
        CORS_ALLOW_ORIGIN: "https://a.example,https://b.example",
      },
      allowedHost: endpoint.host,
    });

    // Assess
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": how === "in a stream" ? "text/event-stream" : "application/json" },
    });
    expect((answer as { readonly headers: Readonly<Record<string, string>> }).headers.Vary).toBe(vary);
  });

  it("lets an ordinary contract answer in the transfer mode stream", async () => {
    // Prepare
    endpoint.willAlwaysAnswer({ body: '{"y":2}' });
    const plain = modelOf(
      passThrough({ takes: "application/json", example: { request: { x: 1 }, answer: { y: 2 } } }),
    );

    const inStreamMode = { ...plain, streamsAnswers: true };
    const code = unzipSync(functionCode("story", inStreamMode).zip)["index.js"] ?? new Uint8Array();

    // Act
    const answer = await invokePackage(inStreamMode, restEvent(plain, { x: 1 }), {
      environment: { ...handlerEnvironment(endpoint) },
      allowedHost: endpoint.host,
    });

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, body: '{"y":2}' });
    expect(endpoint.onlyRequest.path).toBe("/endpoints/endpoint/invocations");
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(MAX_BYTES);
    // The package does not decode streams.
    expect(String(Buffer.from(code))).not.toContain("invocations-response-stream");
  });
});

describe("the options of a stream", () => {
  const json =
    (stream: unknown, example: object = { request: { x: 1 }, answer: "text" }) =>
    () =>
      modelOf(
        passThrough({ takes: "application/json", stream: stream as StreamOption, example: example as never }),
      );

  it.each([
    [json("text/plain"), 'story: stream: got "text/plain"; allowed: an object with type'],
    [
      json({ type: "Text/Plain" }),
      'story: stream.type: got "Text/Plain"; allowed: a media type in lower case',
    ],
    [json({ type: "text/plain", wen: "stream" }), 'story: stream.wen: got "stream"; allowed: type and when'],
    [
      json({ type: "text/plain", when: "" }),
      'story: stream.when: got ""; allowed: the name of a property of the request',
    ],
    [
      json({ type: "text/plain" }, { request: {}, answer: { y: 2 } }),
      "story: example.answer: got an object; allowed: a text",
    ],
    [
      () =>
        modelOf(
          passThrough({
            takes: ["audio/wav"],
            stream: { type: "text/plain", when: "stream" },
            example: { request: { contentType: "audio/wav", base64: "AAA=" }, answer: "x" },
          }),
        ),
      'story: stream.when: got "stream"; allowed: no when (only a request in JSON has properties)',
    ],
    [
      () =>
        modelOf(
          passThrough({
            takes: "application/json",
            answers: ["image/png"],
            stream: { type: "text/plain" },
            example: { request: {}, answer: "x" },
          }),
        ),
      "story: answers: got an array of 1; allowed: no answers, or stream.when",
    ],
    [
      () =>
        modelOf(
          text({ answer: "json", stream: { type: "text/plain" }, example: { text: "a", answer: "b" } }),
        ),
      'story: answer: got "json"; allowed: text, or no stream',
    ],
  ])("are refused with the rule: %#", (define, message) => {
    expect(define).toThrow(message);
  });

  it("are valid in the catalog", () => {
    // Act
    const check = () => checkModels({ story: onRequest });

    // Assess
    expect(check).not.toThrow();
  });
});

describe("the stand-in of a container", () => {
  it.each([
    [onRequest, '{"inputs":"a"}', { contentType: "application/json", body: '{"text":"Once upon"}' }],
    [
      onRequest,
      '{"inputs":"a","stream":true}',
      { contentType: "text/event-stream", body: 'data: {"text":"Once upon"}\n\n' },
    ],
    [ofText, "Once", { contentType: "text/plain", body: "Once upon a time" }],
  ])("answers as the container does: %#", (model, sent, expected) => {
    // Act
    const answer = model.readyMade?.answerExample(sent);

    // Assess
    expect(answer).toEqual(expected);
  });
});

describe("the request for a stream", () => {
  it.each([
    [onRequest, { inputs: "Once", stream: true }],
    [
      { ...onRequest, streamedRequest: { inputs: "Twice", stream: true } },
      { inputs: "Twice", stream: true },
    ],
    [
      { ...onRequest, streamedRequest: { inputs: "No" } },
      { inputs: "Once", stream: true },
    ],
    [{ ...onRequest, stream: { answerType: "text/plain", wants: () => false } }, undefined],
    [always, always.example.request],
    [modelOf(text({ answer: "text", example: { text: "a", answer: { text: "b" } } })), undefined],
  ])("is known from the contract: %#", (model, expected) => {
    // Act
    const request = streamedRequestOf(model as ContractModel);

    // Assess
    expect(request).toEqual(expected);
  });
});
