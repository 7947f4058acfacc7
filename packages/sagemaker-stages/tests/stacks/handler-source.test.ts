import { describe, expect, it } from "@jest/globals";
import { handlerSource, ownHandlerSource, partsOf } from "../../src/constructs/function/handler-source";

const POST = { method: "POST", path: "/iris" } as const;

describe("the handler of a contract", () => {
  it.each([
    { what: "JSON", contract: { route: POST }, parts: [] },
    { what: "a query", contract: { route: { ...POST, method: "GET" as const } }, parts: ["query"] },
    { what: "texts", contract: { route: POST, text: {} }, parts: ["accept"] },
    { what: "bytes", contract: { route: POST, bytes: {} }, parts: ["bytes"] },
    {
      what: "answers in bytes",
      contract: { route: POST, answerTypes: ["image/png"] },
      parts: ["accept", "bytesAnswer"],
    },
    {
      what: "headers of callers",
      contract: { route: POST, callerHeaders: ["x-tag"] },
      parts: ["callerHeaders"],
    },
    {
      what: "a body that passes through unchanged",
      contract: { route: POST, passThrough: {} },
      parts: ["passThrough"],
    },
  ])("has the parts that the contract needs, for $what", ({ contract, parts }) => {
    // Act
    const found = partsOf(contract);

    // Assess
    expect(found).toEqual(parts);
  });

  it("imports the contract by a name, or creates it by an expression", () => {
    // Act
    const sources = [
      handlerSource("handler", ["bytes"], { name: "contract", from: "iris" }),
      handlerSource("handler", [], { name: "create", from: "ready-made", expression: 'create("iris")' }),
    ];

    // Assess
    expect(sources).toEqual([
      `import { createHandlerWith, bytes } from "handler";
import { contract } from "iris";

module.exports.handler = createHandlerWith({ bytes }, contract);
`,
      `import { createHandlerWith } from "handler";
import { create } from "ready-made";

module.exports.handler = createHandlerWith({  }, create("iris"));
`,
    ]);
  });

  it("notices in stream mode that its caller has left", () => {
    // Act
    const sources = [
      handlerSource("handler", [], { name: "contract", from: "iris" }, { stream: "stream" }),
      handlerSource(
        "handler",
        [],
        { name: "contract", from: "iris" },
        { stream: "stream", capture: "capture" },
      ),
      ownHandlerSource("own", { stream: "stream" }),
    ];

    // Assess
    expect(sources).toEqual([
      `import { streamAnswer, createAbortableClient, writeWhenSent } from "stream";
import { createHandlerWith } from "handler";
import { contract } from "iris";

module.exports.handler = streamAnswer(createHandlerWith({  }, contract, process.env, createAbortableClient(), writeWhenSent));
`,
      `import { streamAnswer, createAbortableClient, writeWhenSent } from "stream";
import { capture } from "capture";
import { contract } from "iris";

const captured = capture({  }, contract, process.env, createAbortableClient(), writeWhenSent);
module.exports.handler = streamAnswer(captured.handler);
module.exports.ready = captured.ready;
`,
      `import { streamAnswer } from "stream";
import { handler } from "own";

module.exports.handler = streamAnswer(handler);
`,
    ]);
  });
});
