import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import OpenAI, { APIError, APIUserAbortError, BadRequestError } from "openai";
import { sampleContainer, UnreadableRequest } from "../../src/sample";
import { findStreamFault } from "../../src/smoke/stream";
import { eventually } from "./support/eventually";
import { Storyteller } from "./support/storyteller";

/** A synthesis and starts of functions. */
const TIMEOUT_IN_MS = 60_000;

const ACME_KEY = "local-prod-acme-customer-1-not-a-secret";
const GLOBEX_KEY = "local-prod-globex-customer-1-not-a-secret";

const QUESTION = {
  model: "storyteller",
  messages: [{ role: "user", content: "What is the white whale" }],
  max_tokens: 24,
  seed: 7,
} as const satisfies OpenAI.ChatCompletionCreateParams;

const app = new Storyteller();

beforeAll(() => app.start(), TIMEOUT_IN_MS);
afterAll(() => app.close());

/** OpenAI's client, as a customer uses it. It does not retry, so that a test sees the first answer. */
function client(apiKey: string = ACME_KEY, stage = "prod"): OpenAI {
  return new OpenAI({ baseURL: `${app.url}/${stage}/v1`, apiKey, maxRetries: 0 });
}

/** The error of a request. */
async function errorOf(request: Promise<unknown>): Promise<APIError> {
  const error: unknown = await request.then(
    (answer) => answer,
    (thrown: unknown) => thrown,
  );
  if (error instanceof APIError) return error;
  throw new Error(`got ${JSON.stringify(error)}; expected an error of the client`);
}

describe("the client of OpenAI with the key of a customer", () => {
  it("receives an answer in one piece", async () => {
    // Act
    const completion = await client().chat.completions.create(QUESTION);

    // Assess
    const [choice] = completion.choices;
    expect(completion).toMatchObject({ object: "chat.completion", model: "storyteller" });
    expect(choice?.message.role).toBe("assistant");
    expect(choice?.message.content).toMatch(/^\p{Lu}.{20,}$/u);
    expect(choice?.finish_reason).toBe("length");
    expect(completion.usage).toEqual({ prompt_tokens: 5, completion_tokens: 24, total_tokens: 29 });
  });

  it("receives the same text in parts, each part before the model has made the next", async () => {
    // Prepare
    const whole = await client().chat.completions.create(QUESTION);
    const parts: string[] = [];
    const times: number[] = [];

    // Act
    const stream = await client().chat.completions.create({
      ...QUESTION,
      stream: true,
      stream_options: { include_usage: true },
    });
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const { choices, usage: total } of stream) {
      parts.push(choices[0]?.delta.content ?? "");
      times.push(performance.now());
      usage = total;
    }

    // Assess
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    expect(parts.join("")).toBe(whole.choices[0]?.message.content);
    expect(parts.filter((part) => part !== "")).toHaveLength(24);
    expect(usage).toEqual(whole.usage);
    // The model makes a token every 30 milliseconds: the parts of a buffered answer would arrive together.
    expect(last - first).toBeGreaterThan(24 * 20);
  });

  it("receives every event of a stream from the helper of the client", async () => {
    // Act
    const stream = client().chat.completions.stream(QUESTION);
    let events = 0;
    stream.on("content.delta", () => {
      events++;
    });
    const { choices } = await stream.finalChatCompletion();

    // Assess
    expect(choices[0]?.finish_reason).toBe("length");
    expect(events).toBe(24);
  });

  it("stops the model when it aborts the stream", async () => {
    // Prepare
    const stream = await client().chat.completions.create({ ...QUESTION, max_tokens: 512, stream: true });
    const before = app.lines.length;
    let parts = 0;

    // Act
    const received = (async () => {
      for await (const _ of stream) if (++parts === 3) stream.controller.abort();
    })();

    // Assess: the function's line is in the log, long before the model would have made 512 tokens.
    await received;
    const ofStream = () => app.lines.slice(before).filter(({ model }) => model === "storyteller");
    await eventually("the log line of the aborted stream", () => ofStream().length > 0);
    const lines = ofStream();
    expect(parts).toBe(3);
    expect(lines).toMatchObject([{ status: 499 }]);
    expect(Number(lines[0]?.totalMs)).toBeLessThan(5_000);
  });

  it("throws its own error when the caller aborts before the answer", async () => {
    // Prepare
    const controller = new AbortController();

    // Act
    const request = client().chat.completions.create(QUESTION, { signal: controller.signal });
    controller.abort();

    // Assess
    await expect(request).rejects.toBeInstanceOf(APIUserAbortError);
  });

  it("calls a public route with any key", async () => {
    // Act
    const { choices } = await client("not-needed", "dev").chat.completions.create(QUESTION);

    // Assess
    expect(choices).toHaveLength(1);
  });
});

describe("the errors that the client of OpenAI shows", () => {
  it.each([
    {
      what: "an unknown key",
      key: "unknown",
      status: 401,
      type: "authentication_error",
      text: "The key is missing or unknown",
    },
    {
      what: "a key in part",
      key: ACME_KEY.slice(0, -1),
      status: 401,
      type: "authentication_error",
      text: "The key is missing or unknown",
    },
  ])("name the reason for $what", async ({ key, status, type, text }) => {
    // Act
    const error = await errorOf(client(key).chat.completions.create(QUESTION));

    // Assess
    expect(error).toMatchObject({ status, type });
    expect(error.message).toContain(text);
    expect(error.message).toContain("authorization: Bearer <key>");
  });

  it.each([
    { what: "the gateway", change: { messages: "Hi" }, text: "Invalid request body" },
    { what: "the contract", change: { messages: [] }, text: "messages: got an empty array" },
    {
      what: "the contract before a stream",
      change: { max_tokens: 513, stream: true },
      text: "max_tokens: got",
    },
  ])("name the field that $what refuses", async ({ change, text }) => {
    // Prepare
    const body = { ...QUESTION, ...change } as OpenAI.ChatCompletionCreateParams;

    // Act
    const error = await errorOf(client().chat.completions.create(body));

    // Assess
    expect(error).toMatchObject({ status: 400, type: "invalid_request_error" });
    expect(error.message).toContain(text);
  });

  it.each([false, true])(
    "say that the model refused the request, which the client does not repeat, with stream: %j",
    async (stream) => {
      // Prepare: a client with its default number of retries
      const retrying = new OpenAI({ baseURL: `${app.url}/prod/v1`, apiKey: ACME_KEY });
      const before = app.lines.length;

      // Act
      const error = await errorOf(retrying.chat.completions.create({ ...QUESTION, temperature: 3, stream }));

      // Assess
      expect(error).toBeInstanceOf(BadRequestError);
      expect(error).toMatchObject({ status: 400, type: "invalid_request_error", code: null });
      expect(error.message).toContain("The model's container refused the request with the status 400.");
      expect(app.lines.slice(before)).toMatchObject([
        { status: 400, error: { type: "ModelError", origin: "container", status: 400 } },
      ]);
    },
  );

  it("say that the customer's limit is reached", async () => {
    // Act
    const requests = Array.from({ length: 6 }, () =>
      client(GLOBEX_KEY)
        .chat.completions.create(QUESTION)
        .then(
          () => undefined,
          (error: unknown) => error,
        ),
    );
    const errors = (await Promise.all(requests)).filter((error) => error !== undefined);

    // Assess
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]).toMatchObject({ status: 429, type: "rate_limit_error" });
  });

  it("never contain the key, nor does the log", () => {
    // Assess
    expect(app.log).not.toContain(ACME_KEY);
    expect(app.log).not.toContain(GLOBEX_KEY);
  });
});

describe("a container that streams lines of JSON, as LMI does", () => {
  const CHUNKS = ["one", " two", ""].map((content, index) => ({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    choices: [
      { index: 0, delta: { role: "assistant", content }, finish_reason: index === 2 ? "stop" : null },
    ],
  }));
  const lines = new Storyteller(
    sampleContainer("a model that streams lines", () => ({
      contentType: "application/jsonlines",
      body: (async function* () {
        for (const chunk of CHUNKS) yield `${JSON.stringify(chunk)}\n`;
        yield "\n";
      })(),
    })),
  );

  beforeAll(() => lines.start(), TIMEOUT_IN_MS);
  afterAll(() => lines.close());

  it("gives the client every part of the answer, and its end", async () => {
    // Prepare
    const openai = new OpenAI({ baseURL: `${lines.url}/prod/v1`, apiKey: ACME_KEY, maxRetries: 0 });

    // Act
    const { choices } = await openai.chat.completions.stream(QUESTION).finalChatCompletion();

    // Assess
    expect(choices).toMatchObject([{ message: { content: "one two" }, finish_reason: "stop" }]);
  });

  it("has no fault for the smoke test", async () => {
    // Act
    const fault = await smokeFaultOf(lines, QUESTION.messages);

    // Assess
    expect(fault).toBeUndefined();
  });
});

/** The fault that the smoke test finds in a streamed answer. */
async function smokeFaultOf({ url }: Storyteller, messages: unknown): Promise<string | undefined> {
  const response = await fetch(`${url}/prod/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${ACME_KEY}` },
    body: JSON.stringify({ messages, stream: true }),
  });
  return findStreamFault({ headers: response.headers, body: await response.text() }, "text/event-stream");
}

describe("a conversation that is too long for the container", () => {
  const small = new Storyteller(
    sampleContainer("a model with a short context", () => {
      throw new UnreadableRequest(
        "/opt/ml/model: This model's maximum context length is 128 tokens. However, you requested 240 tokens.",
      );
    }),
  );

  beforeAll(() => small.start(), TIMEOUT_IN_MS);
  afterAll(() => small.close());

  it.each([false, true])(
    "has OpenAI's code, and no other text of the container, with stream: %j",
    async (stream) => {
      // Prepare
      const openai = new OpenAI({ baseURL: `${small.url}/prod/v1`, apiKey: ACME_KEY });

      // Act
      const error = await errorOf(openai.chat.completions.create({ ...QUESTION, stream }));

      // Assess
      expect(error).toBeInstanceOf(BadRequestError);
      expect(error.code).toBe("context_length_exceeded");
      expect(error.message).toContain("at most 128 tokens");
      expect(error.message).not.toContain("/opt/ml");
    },
  );
});

describe("a stream that fails after its first part", () => {
  const FIRST = JSON.stringify({ choices: [{ index: 0, delta: { content: "one" }, finish_reason: null }] });

  /** The rest of the container's stream, by the text of the question. */
  const ENDS: Readonly<Record<string, () => string>> = {
    "a broken stream": () => {
      throw new Error("the words of the model");
    },
    // The form in which vLLM reports an exception, and then the ordinary end
    "an error in an event": () => 'data: {"error":{"message":"the words of the model"}}\n\ndata: [DONE]\n\n',
    // The form in which LMI passes it on
    "an error in a line": () => '{"error":"the words of the model","code":424}\n',
    "a stream without an end": () => "\n",
  };
  const failing = new Storyteller(
    sampleContainer("a model that fails", ({ body }) => ({
      contentType: "text/event-stream",
      body: (async function* () {
        yield `data: ${FIRST}\n\n`;
        const end = Object.entries(ENDS).find(([question]) => String(body).includes(question));
        yield end?.[1]() ?? "";
      })(),
    })),
  );

  beforeAll(() => failing.start(), TIMEOUT_IN_MS);
  afterAll(() => failing.close());

  it.each(Object.keys(ENDS))(
    "ends with an error of the client, which names no word of the model, after %s",
    async (content) => {
      // Prepare
      const openai = new OpenAI({ baseURL: `${failing.url}/prod/v1`, apiKey: ACME_KEY, maxRetries: 0 });
      const messages = [{ role: "user", content }] as const;
      const before = failing.lines.length;
      const stream = await openai.chat.completions.create({
        ...QUESTION,
        messages: [...messages],
        stream: true,
      });
      const parts: string[] = [];

      // Act
      const error = await errorOf(
        (async () => {
          for await (const { choices } of stream) parts.push(choices[0]?.delta.content ?? "");
        })(),
      );

      // Assess
      expect(parts).toEqual(["one"]);
      expect(error).toMatchObject({ type: "server_error", message: expect.stringMatching(/endpoint|model/) });
      expect(error.message).not.toContain("the words of the model");
      const written = () => failing.lines.slice(before).filter(({ model }) => model === "storyteller");
      await eventually("the log line of the stream", () => written().length > 0);
      expect(written()).toMatchObject([{ status: 502, Failures: 1 }]);
    },
  );

  it.each(Object.keys(ENDS))("is a fault for the smoke test after %s", async (content) => {
    // Act
    const fault = await smokeFaultOf(failing, [{ role: "user", content }]);

    // Assess
    expect(fault).toBe("the stream ended with an error");
  });
});
