import { describe, expect, it } from "@jest/globals";
import { bytes } from "../../src/contracts/bytes";
import { huggingFace } from "../../src/contracts/hugging-face";
import { openAiChat } from "../../src/contracts/openai-chat";
import { passThrough } from "../../src/contracts/pass-through";
import { rows } from "../../src/contracts/rows";
import { text } from "../../src/contracts/text";
import { pageParts } from "../../src/page/page-parts";
import { documentOf } from "./support/documents";

const IMAGE = { contentType: "image/png", base64: "AAEC" };

describe("the parts of a page", () => {
  it.each([
    ["rows", rows({ features: ["x"], answer: "json" }), { rows: true, bytes: false }],
    ["a file", bytes({ takes: ["image/png"], example: { answer: 1 } }), { rows: false, bytes: true }],
    [
      "an image whose answer consists of boxes",
      huggingFace("object-detection"),
      { rows: false, bytes: true, boxes: true },
    ],
    ["a recording for a task", huggingFace("automatic-speech-recognition"), { rows: false, bytes: true }],
    [
      "JSON that is answered by an image",
      passThrough({
        takes: "application/json",
        answers: ["image/png"],
        example: { request: 1, answer: IMAGE },
      }),
      { rows: false, bytes: true },
    ],
    ["a chat", openAiChat(), { rows: false, bytes: false, stream: true, chat: true }],
    ["a text for a task", huggingFace("text-classification"), { rows: false, bytes: false }],
    [
      "a text",
      text({ answer: "text", example: { text: "a", answer: { text: "b" } } }),
      { rows: false, bytes: false },
    ],
  ])("the page has only the parts that the form of %s needs", (_, model, expected) => {
    // Act
    const parts = pageParts(documentOf({ model }));

    // Assess
    expect(parts).toEqual(expected);
  });
});
