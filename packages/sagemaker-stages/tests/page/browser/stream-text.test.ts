import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isCut, type StreamPart, StreamText, textOfCompletion } from "../../../src/page/browser/stream-text";

/** The text of an answer that arrives in these parts, and the first failure. */
function read(mediaType: string, parts: readonly string[]): StreamPart {
  const stream = new StreamText(mediaType);
  const read = [...parts.map((part) => stream.push(part)), stream.end()];
  const failure = read.find((part) => part.failure !== undefined)?.failure;
  const text = read.map((part) => part.text).join("");
  return failure === undefined ? { text } : { text, failure };
}

const chunk = (delta: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;

const EVENTS = "text/event-stream";
const LINES = "application/x-ndjson";

describe("the text of an answer in parts", () => {
  it.each([
    [
      "OpenAI's API",
      EVENTS,
      `${chunk({ role: "assistant" })}${chunk({ content: "A " })}${chunk({ content: "b" })}data: [DONE]\n\n`,
      "A b",
    ],
    ["OpenAI's API with usage", EVENTS, `${chunk({ content: "A" })}data: {"choices":[],"usage":{}}\n\n`, "A"],
    [
      "OpenAI's older API",
      EVENTS,
      'data: {"choices":[{"text":"A"}]}\n\ndata: {"choices":[{"text":"b"}]}\n\n',
      "Ab",
    ],
    ["TGI's own API", EVENTS, 'data:{"token":{"text":"A"}}\n\ndata:{"token":{"text":" b"}}\n\n', "A b"],
    ["events of texts", EVENTS, "data: one\n\ndata: two\n\n", "onetwo"],
    ["events of JSON texts", EVENTS, 'data: "one "\n\ndata: "two"\n\n', "one two"],
    ["events of several lines", EVENTS, "data: one\ndata: two\n\n", "one\ntwo"],
    ["events with CRLF", EVENTS, "data: one\r\n\r\ndata: two\r\n\r\n", "onetwo"],
    ["comments and other fields", EVENTS, ": heartbeat\n\nid: 1\nretry: 5\ndata: one\n\n", "one"],
    ["an unknown document", EVENTS, 'data: {"x":1}\n\n', '{"x":1}\n'],
    ["an incomplete event at the end", EVENTS, "data: one\n\ndata: two", "one"],
    [
      "lines of OpenAI's form",
      LINES,
      '{"choices":[{"delta":{"content":"A"}}]}\n{"choices":[{"delta":{"content":"b"}}]}',
      "Ab",
    ],
    ["lines of LMI", "application/jsonlines", '{"token":{"text":"A"}}\n{"token":{"text":" b"}}\n', "A b"],
    ["an incomplete line at the end", "application/jsonl", '{"token":{"text":"A"}}', "A"],
    ["lines of unknown documents", LINES, '{"x":1}\n\n{"x":2}\n', '{"x":1}\n{"x":2}\n'],
    ["a plain text", "text/plain", "data: one\n\n", "data: one\n\n"],
  ])("is read from %s", (_, mediaType, whole, text) => {
    // Act
    const answer = read(mediaType, [whole]);

    // Assess
    expect(answer).toEqual({ text });
  });

  it("is the same for every split into parts", () => {
    const whole = `: heartbeat\n\n${chunk({ content: "Ä " })}\r\n${chunk({ content: "b\n\nc" })}data: "d"\r\n\r\ndata: [DONE]\n\n`;
    const expected = read(EVENTS, [whole]);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
        // Prepare
        const sorted = [0, ...cuts.sort((left, right) => left - right), whole.length];
        const parts = sorted.slice(1).map((end, index) => whole.slice(sorted[index], end));

        // Act
        const answer = read(EVENTS, parts);

        // Assess
        expect(answer).toEqual(expected);
      }),
    );
    expect(expected.text).toBe("Ä b\n\ncd");
  });

  it.each([
    [
      "a problem in the event error",
      'event: error\ndata: {"status":502,"title":"Bad Gateway","detail":"It failed.","requestId":"r-1"}\n\n',
      { status: 502, title: "Bad Gateway", detail: "It failed.", requestId: "r-1" },
    ],
    [
      "an error in OpenAI's form",
      'data: {"error":{"message":"It failed."}}\n\n',
      { status: 500, detail: "It failed." },
    ],
    ["an error that is a text", 'data: {"error":"It failed."}\n\n', { status: 500, detail: "It failed." }],
    [
      "an event error that is not JSON",
      "event: error\ndata: It failed.\n\n",
      { status: 500, detail: "It failed." },
    ],
  ])("ends with the failure of %s, and keeps the text before it", (_, event, failure) => {
    // Act
    const answer = read(EVENTS, [`${chunk({ content: "A" })}${event}`]);

    // Assess
    expect(answer.text).toBe("A");
    expect(answer.failure).toMatchObject({ kind: "problem", ...failure });
  });
});

describe("the text of a whole completion", () => {
  it.each([
    [{ choices: [{ message: { role: "assistant", content: "Hi" } }] }, "Hi"],
    [{ choices: [{ message: { role: "assistant", content: null } }] }, undefined],
    [{ choices: [] }, undefined],
    [{ answer: "Hi" }, undefined],
    ["Hi", undefined],
    [null, undefined],
  ])("of %j is %j", (answer, text) => {
    // Act
    const read = textOfCompletion(answer);

    // Assess
    expect(read).toBe(text);
  });
});

describe("the end of an answer", () => {
  it.each([
    ["it has the maximum number of tokens", "length", true],
    ["its text is complete", "stop", undefined],
  ])("is known for an answer that ends because %s", (_, reason, expected) => {
    // Prepare
    const last = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })}\n\n`;

    // Act
    const parts = [chunk({ content: "A" }), last].map((part) => new StreamText(EVENTS).push(part).isCut);
    const whole = isCut({ choices: [{ index: 0, message: { content: "A" }, finish_reason: reason }] });

    // Assess
    expect(parts).toEqual([undefined, expected]);
    expect(whole).toBe(expected === true);
  });
});
