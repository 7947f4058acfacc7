import { describe, expect, it } from "@jest/globals";
import { checkModels } from "../../src/app/catalog-checks";
import { requestModel } from "../../src/constructs/api/request-model";
import { type ChatRequest, type OpenAiChatOptions, openAiChat } from "../../src/contracts/openai-chat";
import { defineModels } from "../../src/models";
import { type StreamConverter, UnreadablePredictions } from "../../src/runtime/contract";

const QUESTION: ChatRequest = { messages: [{ role: "user", content: "How are you?" }] };
const NO_CALLER = { headers: {}, accept: "application/json" };

function contractOf(options: OpenAiChatOptions = {}) {
  return openAiChat(options).as("llama").contract;
}

function bodyOf(request: ChatRequest, options?: OpenAiChatOptions): unknown {
  return JSON.parse(String(contractOf(options).encode(request, NO_CALLER).body));
}

function answerOf(body: string): unknown {
  const reply = {
    contentType: "application/json",
    contentTypeHeader: "application/json",
    bytes: Buffer.from(body),
  };
  return contractOf().decode(body, QUESTION, reply);
}

function converterOf(): StreamConverter {
  const converter = contractOf().stream?.convert?.(QUESTION);
  if (converter === undefined) throw new Error("the contract has no converter");
  return converter;
}

function partsOf(text: string, size: number): readonly string[] {
  return text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
}

/** The caller's stream for a container's stream in parts of this size. */
function convertInParts(text: string, size: number): string {
  const converter = converterOf();
  return (
    partsOf(text, size)
      .map((part) => converter.push(part))
      .join("") + converter.end()
  );
}

/** What the caller receives before a fault, for a container's stream in parts of this size. */
function failInParts(text: string, size: number): { readonly passed: string; readonly thrown: unknown } {
  const converter = converterOf();
  let passed = "";
  try {
    for (const part of partsOf(text, size)) passed += converter.push(part);
    passed += converter.end();
  } catch (thrown) {
    return { passed, thrown };
  }
  throw new Error(`got ${JSON.stringify(passed)}; expected a fault`);
}

/** Two chunks of an answer. */
const FIRST = '{"choices":[{"index":0,"delta":{"content":"\u00fc"},"finish_reason":null}]}';
const LAST = '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}';

describe("openAiChat", () => {
  it("makes a model that the rules of the catalog accept", () => {
    // Act
    const models = defineModels({
      llama: openAiChat(),
      qwen: openAiChat({ path: "/qwen/v1/chat/completions", containerModel: "tgi", maxTokens: 512 }),
    });

    // Assess
    expect(checkModels(models)).toEqual([]);
    expect([models.llama.route.path, models.qwen.route.path]).toEqual([
      "/v1/chat/completions",
      "/qwen/v1/chat/completions",
    ]);
  });

  it.each<[string, ChatRequest]>([
    ["a text", QUESTION],
    ["parts", { messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] }],
    ["calls of tools", { messages: [{ role: "assistant", content: null, tool_calls: [{ id: "1" }] }] }],
    [
      "fields that only some containers know",
      { ...QUESTION, top_k: 5, stream_options: { include_usage: true } },
    ],
    ["fields that are null", { ...QUESTION, max_tokens: null, stream: null }],
  ])("passes %s unchanged", (_, request) => {
    // Prepare
    const { schema } = contractOf();

    // Act
    const parsed = schema.parse(request);

    // Assess
    expect(bodyOf(parsed)).toEqual(request);
  });

  it.each([
    ["no messages", {}],
    ["an empty list of messages", { messages: [] }],
    ["a text in place of messages", { messages: "Hi" }],
    ["a message without a role", { messages: [{ content: "Hi" }] }],
    ["a number as content", { messages: [{ role: "user", content: 1 }] }],
    ["a text as stream", { ...QUESTION, stream: "true" }],
    ["more tokens than maxTokens", { ...QUESTION, max_tokens: 513 }],
    ["more completion tokens than maxTokens", { ...QUESTION, max_completion_tokens: 513 }],
    ["a negative number of tokens", { ...QUESTION, max_tokens: -1 }],
  ])("refuses %s", (_, request) => {
    // Act
    const { success } = contractOf({ maxTokens: 512 }).schema.safeParse(request);

    // Assess
    expect(success).toBe(false);
  });

  it("streams exactly the answers for which a caller sets stream to true", () => {
    // Prepare
    const { stream, encode } = contractOf();
    const requests = [true, false, null, undefined].map((wanted) => ({ ...QUESTION, stream: wanted }));

    // Act
    const wanted = requests.map((request) => stream?.wants?.(request));
    const accepted = requests.map((request) => encode(request, NO_CALLER).accept);

    // Assess
    expect(stream?.answerType).toBe("text/event-stream");
    expect(wanted).toEqual([true, false, false, false]);
    expect(accepted).toEqual(["text/event-stream", ...Array(3).fill("application/json")]);
  });

  it("replaces the caller's model when the container has its own name for the model", () => {
    // Prepare
    const request = { ...QUESTION, model: "gpt-4o" };

    // Act
    const [unchanged, replaced] = [bodyOf(request), bodyOf(request, { containerModel: "tgi" })];

    // Assess
    expect(unchanged).toEqual(request);
    expect(replaced).toEqual({ ...request, model: "tgi" });
  });

  it("answers with the container's completion", () => {
    // Prepare
    const completion = { id: "1", choices: [{ message: { role: "assistant", content: "Hi" } }], extra: 1 };

    // Act
    const answer = answerOf(JSON.stringify(completion));

    // Assess
    expect(answer).toEqual(completion);
  });

  it.each(["", "not JSON", "[]", '{"generated_text": "Hi"}', '{"choices": "Hi"}'])(
    "refuses the container's answer %j, which is not a completion",
    (body) => {
      // Act
      const answer = () => answerOf(body);

      // Assess
      expect(answer).toThrow("the answer is not a chat completion");
    },
  );

  it.each([
    [400, "invalid_request_error"],
    [413, "invalid_request_error"],
    [429, "rate_limit_error"],
    [502, "server_error"],
    [503, "server_error"],
  ])("describes the status %d as an error of OpenAI's API", (status, type) => {
    // Act
    const members = contractOf().problemMembers?.({ status, detail: "messages: got nothing" });

    // Assess
    expect(members).toEqual({
      error: { message: "messages: got nothing", type, param: null, code: null },
    });
  });

  it.each([
    ["server-sent events, as vLLM and TGI send them", `data: ${FIRST}\n\ndata: ${LAST}\n\ndata: [DONE]\n\n`],
    ["events with CRLF", `data: ${FIRST}\r\n\r\ndata: ${LAST}\r\n\r\ndata: [DONE]\r\n\r\n`],
    [
      "events with comments and other fields",
      `: ping\n\nevent: message\nid: 1\ndata:${FIRST}\n\ndata: ${LAST}\n\ndata: [DONE]\n\n`,
    ],
    ["events without [DONE], as older versions of TGI end", `data: ${FIRST}\n\ndata: ${LAST}\n\n`],
    ["lines of JSON and an empty line, as LMI sends them", `${FIRST}\n\n${LAST}\r\n\n`],
    ["lines of JSON, the last without an end", `${FIRST}\n${LAST}`],
    ["lines of JSON and [DONE]", `${FIRST}\n${LAST}\ndata: [DONE]\n\n`],
    ["events and lines of JSON", `data: ${FIRST}\n\n${LAST}\n`],
  ])("gives the caller the events of a stream with %s, wherever the container's parts end", (_, text) => {
    for (const size of [1, 2, 7, text.length]) {
      // Act
      const converted = convertInParts(text, size);

      // Assess
      expect(converted).toBe(`data: ${FIRST}\n\ndata: ${LAST}\n\ndata: [DONE]\n\n`);
    }
  });

  it("passes the usage after the last choice, and ignores everything after [DONE]", () => {
    // Prepare
    const usage = '{"choices":[],"usage":{"total_tokens":3},"error":null}';

    // Act
    const converted = convertInParts(
      `data: ${LAST}\n\ndata: ${usage}\n\ndata: [DONE]\n\ndata: {"error":"secret"}\n\n`,
      9,
    );

    // Assess
    expect(converted).toBe(`data: ${LAST}\n\ndata: ${usage}\n\ndata: [DONE]\n\n`);
  });

  it("passes a stream whose container ends it with [DONE], but gives no finish_reason", () => {
    // Act
    const converted = convertInParts(`data: ${FIRST}\n\ndata: [DONE]\n\n`, 5);

    // Assess
    expect(converted).toBe(`data: ${FIRST}\n\ndata: [DONE]\n\n`);
  });

  it.each([
    // vLLM: an exception during the generation, and then the ordinary end
    ["an error in an event", 'data: {"error":{"message":"secret"}}\n\ndata: [DONE]\n\n'],
    ["an error with an event of this name", 'event: error\ndata: {"message":"secret"}\n\n'],
    ["an error in an event that is also a chunk", 'data: {"choices":[],"error":"secret"}\n\n'],
    ["an error in a line", '{"error":"secret path /opt","code":424}\n'],
    ["a text", "secret: Internal Server Error"],
    [
      "a whole completion",
      '{"object":"chat.completion","choices":[{"index":0,"message":{"content":"Hi"}}]}\n',
    ],
    ["a document in several lines", '{\n  "choices": []\n}\n'],
    ["a generation in the form of another API", '{"token":{"text":"secret"}}\n'],
    ["choices that are no list", '{"choices":{}}\n'],
  ])("refuses a stream with %s, and passes only the chunks before it, wherever the parts end", (_, fault) => {
    for (const before of ["", `data: ${FIRST}\n\n`, `${FIRST}\n`]) {
      for (const size of [1, 6, 1_000]) {
        // Act
        const { passed, thrown } = failInParts(before + fault, size);

        // Assess
        expect(passed).toBe(before === "" ? "" : `data: ${FIRST}\n\n`);
        expect(thrown).toEqual(
          new UnreadablePredictions("a line of the stream is not a chunk of a chat completion"),
        );
      }
    }
  });

  it.each([
    ["nothing", ""],
    ["white space", " \n\n"],
    ["comments", ": ping\n\n"],
    ["a chunk without a finish_reason", `${FIRST}\n`],
    ["an event without a finish_reason", `data: ${FIRST}\n\n`],
    ["only the usage", '{"choices":[]}\n'],
    ["the end of one of two choices", `${FIRST}\n${LAST.replace('"index":0', '"index":1')}\n`],
  ])("refuses a stream that ends after %s", (_, text) => {
    // Act
    const { thrown } = failInParts(text, 6);

    // Assess
    expect(thrown).toEqual(new UnreadablePredictions("the stream ended without a finish_reason or [DONE]"));
  });

  it("refuses [DONE] without a choice before it", () => {
    // Act
    const { passed, thrown } = failInParts("data: [DONE]\n\n", 6);

    // Assess
    expect(passed).toBe("");
    expect(thrown).toBeInstanceOf(UnreadablePredictions);
  });

  it("refuses a line without an end when the line has more than 1 MiB, and does not hold more", () => {
    // Prepare
    const converter = converterOf();
    const part = "x".repeat(64 * 1024);
    let parts = 0;

    // Act
    const push = () => {
      for (; parts < 1_000; parts++) converter.push(part);
    };

    // Assess
    expect(push).toThrow("a line of the stream has more than 1048576 characters");
    expect(parts).toBe(16);
  });

  it("streams the answer of the example as chunks, in place of a model", () => {
    // Prepare
    const definition = openAiChat();
    const source = definition.sourceOf(definition.as("llama"));

    // Act
    const [whole, streamed] = [false, true].map((stream) =>
      source.answerExample(JSON.stringify({ ...QUESTION, stream })),
    );

    // Assess
    const [chunk = "", done] = String(streamed?.body).split("\n\n");
    expect(whole?.contentType).toBe("application/json");
    expect(streamed?.contentType).toBe("text/event-stream");
    expect(JSON.parse(chunk.replace("data: ", ""))).toMatchObject({
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta: { role: "assistant", content: "I am fine." }, finish_reason: "stop" }],
    });
    expect(done).toBe("data: [DONE]");
  });

  it.each([
    // vLLM, in its present and its earlier form, and with the wording of LMI
    '{"error":{"message":"This model\'s maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.","type":"BadRequestError","param":null,"code":400}}',
    '{"object":"error","message":"\'max_tokens\' is too large: 8000. This model\'s maximum context length is 4096 tokens and your request has 2778 input tokens (8000 > 4096 - 2778). None","code":400}',
    '{"error":"You passed 40961 input tokens and requested 0 output tokens. However, the model\'s context length is only 4096 tokens, resulting in a maximum input length of 4096 tokens.","code":400}',
    "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
    // TGI
    '{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4031 `inputs` tokens and 200 `max_new_tokens`","error_type":"validation"}',
    '{"error":"Input validation error: `inputs` must have less than 4096 tokens. Given: 5000","error_type":"validation"}',
  ])(
    "describes a conversation that is too long with OpenAI's code, and not with the message: %s",
    (message) => {
      for (const status of [400, 413, 422]) {
        // Act
        const problem = contractOf().containerProblem?.({ status, message });

        // Assess
        expect(problem).toEqual({
          status: 400,
          detail:
            "messages: got a conversation that does not fit the context of the model; allowed: at most 4096 tokens for the messages and the answer. Shorten the messages, or set a lower max_tokens.",
          code: "context_length_exceeded",
        });
      }
    },
  );

  it.each([
    [400, 400],
    [422, 400],
    [413, 413],
  ])("describes another refusal with the status %d with its own text", (status, answered) => {
    for (const message of [
      "",
      "/opt/ml/model: `max_new_tokens` must be <= 4096",
      '{"error":{"message":"x"}}',
      // Texts of the caller that a refusal quotes
      "seed: input should be a valid integer, got 'my context length is 4096'",
      "stop: got 'This model's maximum context length is 12 tokens'",
    ]) {
      // Act
      const problem = contractOf().containerProblem?.({ status, message });

      // Assess
      expect(problem?.status).toBe(answered);
      expect(problem?.code).toBeUndefined();
      expect(problem?.detail).toMatch(`refused the request with the status ${status}. Change the request`);
    }
  });

  it("names the model as the fault only if the caller names the model", () => {
    // Prepare
    const refusal = { status: 404, message: "The model `gpt-4o` does not exist." };

    // Act
    const [ofCaller, ofContract] = [{}, { containerModel: "lmi" }].map((options) =>
      contractOf(options).containerProblem?.(refusal),
    );

    // Assess
    expect(ofCaller).toMatchObject({ status: 404, code: "model_not_found" });
    expect(ofContract).toBeUndefined();
  });

  it("lets a client try again when the container takes no more requests", () => {
    // Act
    const problem = contractOf().containerProblem?.({ status: 429, message: "Model is overloaded" });

    // Assess
    expect(problem?.status).toBe(429);
  });

  it.each([401, 403, 408, 424, 499])("leaves the status %d to the operator", (status) => {
    // Act
    const problem = contractOf().containerProblem?.({ status, message: "context length is 4096" });

    // Assess
    expect(problem).toBeUndefined();
  });

  it("passes the code to the error of OpenAI's API", () => {
    // Act
    const members = contractOf().problemMembers?.({
      status: 400,
      detail: "too long",
      code: "context_length_exceeded",
    });

    // Assess
    expect(members).toEqual({
      error: {
        message: "too long",
        type: "invalid_request_error",
        param: null,
        code: "context_length_exceeded",
      },
    });
  });

  it("has a request model that API Gateway can validate, and that allows further fields", () => {
    // Act
    const model = requestModel(contractOf().schema);

    // Assess
    expect(model.required).toEqual(["messages"]);
    expect(JSON.stringify(model)).not.toContain('"additionalProperties":false');
  });

  it.each<[string, object]>([
    ["path", { path: "/v1/chat" }],
    ["containerModel", { containerModel: "" }],
    ["maxTokens", { maxTokens: 0 }],
    ["maxBytes", { maxBytes: 6_291_457 }],
    ["example", { example: { request: { ...QUESTION, stream: true }, answer: {} } }],
    ["maxToken", { maxToken: 3 }],
  ])("refuses a wrong option %s, and names it", (name, options) => {
    // Act
    const faults = openAiChat(options).describeFaults("llama");

    // Assess
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^llama: ${name}: got .*; allowed: `))]);
  });
});
