import { describe, expect, it } from "@jest/globals";
import { openAiChat } from "../../../src/contracts/openai-chat";
import { passThrough } from "../../../src/contracts/pass-through";
import { planChat, readSettings } from "../../../src/page/plan/chat-plan";
import { planRoutes } from "../../../src/page/plan/form-plan";
import type { Json } from "../../../src/page/public-document";
import { documentOf } from "../support/documents";

const QUESTION = { role: "user", content: "Which days are open?" };

/** The chat of the only model of a document. */
function chatOf(model: Parameters<typeof documentOf>[0][string]) {
  const document = documentOf({ model });
  const [route] = planRoutes(document);
  if (route === undefined) throw new Error("the document has no route");
  return planChat(route, document);
}

/** The chat of JSON that passes, with an example of a request. */
function chatOfJson(request: Json, stream: { type: string; when?: string } = { type: "text/event-stream" }) {
  const answer = stream.when === undefined ? "data: Monday\n\n" : { text: "Monday" };
  return chatOf(passThrough({ takes: "application/json", stream, example: { request, answer } } as never));
}

describe("the chat of a route", () => {
  it("has the settings of the contract's schema and of its example, and no number of the example", () => {
    // Act
    const chat = chatOf(
      openAiChat({
        example: {
          request: {
            messages: [{ role: "system", content: "Be brief." }, QUESTION],
            max_tokens: 16,
            reasoning_effort: "low",
          },
          answer: { choices: [] },
        },
      }),
    );

    // Assess
    expect(chat).toMatchObject({
      systemRole: "system",
      system: "Be brief.",
      question: QUESTION.content,
      sendsStream: true,
    });
    expect(
      chat?.settings.map(({ name, kind, example, placeholder }) => [name, kind, example, placeholder]),
    ).toEqual([
      ["model", "text", "", undefined],
      ["max_tokens", "number", "", "e.g. 16"],
      ["max_completion_tokens", "number", "", undefined],
      ["temperature", "number", "", undefined],
      ["reasoning_effort", "text", "low", undefined],
    ]);
  });

  it("needs no schema: the example and the stream of events decide", () => {
    // Act
    const chat = chatOfJson({ messages: [QUESTION], top_k: 5 });

    // Assess
    expect(chat).toMatchObject({ systemRole: "system", system: "", question: QUESTION.content });
    expect(chat?.settings.map(({ name }) => name)).toEqual(["top_k"]);
  });

  it.each<[string, { type: string; when?: string }, Json, boolean]>([
    ["answers in one piece, too", { type: "text/event-stream", when: "stream" }, {}, true],
    ["always streams", { type: "text/event-stream" }, {}, false],
    ["always streams, and has stream in its example", { type: "text/event-stream" }, { stream: true }, true],
  ])("sends stream: true only to a route that %s, or knows the field", (_, stream, more, expected) => {
    // Act
    const chat = chatOfJson({ messages: [QUESTION], ...Object(more) }, stream);

    // Assess
    expect(chat?.sendsStream).toBe(expected);
  });

  it("has an empty field of the property's type for an optional null of the example", () => {
    // Act
    const chat = chatOf(
      openAiChat({
        example: {
          request: { messages: [QUESTION], max_tokens: null, stop: null },
          answer: { choices: [] },
        },
      }),
    );
    const settings = chat?.settings ?? [];
    const read = readSettings(settings, new Map(settings.map(({ name, example }) => [name, example])));

    // Assess
    expect(settings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: "max_tokens", kind: "number", example: "" }),
        expect.objectContaining({ name: "stop", kind: "json", example: "" }),
      ]),
    );
    expect(read).toEqual({ values: {} });
  });

  it("takes the role of the system message from the example", () => {
    // Act
    const chat = chatOfJson({ messages: [{ role: "developer", content: "Be brief." }, QUESTION] });

    // Assess
    expect(chat).toMatchObject({ systemRole: "developer", system: "Be brief." });
  });

  it("has no system message if the schema lists the roles without one", () => {
    // Prepare
    const role = { enum: ["user", "assistant"] };
    const message = {
      type: "object",
      properties: { role, content: { type: "string" } },
      required: ["role", "content"],
    } as const;
    const schema = {
      type: "object",
      properties: { messages: { type: "array", items: message } },
      required: ["messages"],
    } as const;

    // Act
    const chat = chatOf(
      passThrough({
        takes: "application/json",
        schema,
        stream: { type: "text/event-stream" },
        example: { request: { messages: [QUESTION] }, answer: "data: Monday\n\n" },
      }),
    );

    // Assess
    expect(chat).toMatchObject({ systemRole: undefined, settings: [] });
  });

  it.each<[string, Json]>([
    ["no messages", { inputs: "Hi" }],
    ["no message", { messages: [] }],
    ["messages that are texts", { messages: ["Hi"] }],
    ["a message with parts", { messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] }],
    ["an unknown role", { messages: [{ role: "customer", content: "Hi" }] }],
    ["an answer at the end", { messages: [QUESTION, { role: "assistant", content: "Monday." }] }],
  ])("does not exist for an example with %s", (_, request) => {
    // Act
    const chat = chatOfJson(request);

    // Assess
    expect(chat).toBeUndefined();
  });

  it("does not exist for a stream of another type", () => {
    // Act
    const chat = chatOfJson({ messages: [QUESTION] }, { type: "text/plain" });

    // Assess
    expect(chat).toBeUndefined();
  });
});

describe("the settings of a chat", () => {
  const shared = { description: undefined, example: "", choices: [] };
  const settings = [
    { ...shared, name: "model", kind: "text", required: true },
    { ...shared, name: "max_tokens", kind: "number", required: false },
    { ...shared, name: "stop", kind: "json", required: false },
  ] as const;

  it("are the values of the fields that are not empty", () => {
    // Act
    const read = readSettings(
      settings,
      new Map([
        ["model", "llama"],
        ["max_tokens", " "],
        ["stop", '["."]'],
      ]),
    );

    // Assess
    expect(read).toEqual({ values: { model: "llama", stop: ["."] } });
  });

  it("name each field with a fault", () => {
    // Act
    const read = readSettings(
      settings,
      new Map([
        ["max_tokens", "many"],
        ["stop", "."],
      ]),
    );

    // Assess
    expect("faults" in read ? [...read.faults] : []).toEqual([
      ["model", "This must not be empty."],
      ["max_tokens", "This must be a number, such as 0.5."],
      ["stop", expect.stringMatching(/^This must be JSON\./)],
    ]);
  });
});
