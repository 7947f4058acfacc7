import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import * as z from "zod/mini";
import { checkModels } from "../../src/app/catalog-checks";
import type { ContractModel } from "../../src/models";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

const schema = z.strictObject({ prompt: z.string(), stream: z.optional(z.boolean()) });
const wants = (request: unknown) => (request as { readonly stream?: boolean }).stream === true;

/** A model without faults whose every answer is a stream. */
function story(changes: Partial<ContractModel> = {}): ContractModel {
  return {
    model: "story",
    route: { method: "POST", path: "/story" },
    schema,
    limits: { rows: 1, payloadInBytes: 1_000 },
    stream: { answerType: "text/event-stream" },
    encode: () => ({ contentType: "text/plain", accept: "text/event-stream", body: "Once", rows: 1 }),
    decode: (body) => body,
    title: "Story",
    description: "Continues a story.",
    allowed: '{"prompt": "<text>"}',
    example: { request: { prompt: "Once" }, answer: "data: upon\n\n" },
    ...changes,
  };
}

const ON_REQUEST = { stream: { answerType: "text/event-stream", wants } };
const home = process.cwd();
let folder: string | undefined;

afterEach(() => {
  process.chdir(home);
  if (folder !== undefined) removeFolder(folder);
  folder = undefined;
});

describe("a contract that streams", () => {
  it.each([
    ["every answer", story()],
    ["on request, with the example and stream: true", story(ON_REQUEST)],
    [
      "on request, with its own request for a stream",
      story({
        stream: { answerType: "text/plain", wants: (request) => JSON.stringify(request).includes("long") },
        streamedRequest: { prompt: "a long story" },
      }),
    ],
  ])("has no fault: %s", (_name, model) => {
    // Act
    const faults = checkModels({ story: model });

    // Assess
    expect(faults).toEqual([]);
  });

  it.each<[string, Partial<ContractModel>]>([
    ["stream.answerType", { stream: { answerType: "text/plain; charset=utf-8" } }],
    ["answerTypes", { answerTypes: ["image/png"] }],
    ["answerHeaders", { answerHeaders: ["x-model-version"] }],
    ["example.answer", { example: { request: { prompt: "Once" }, answer: { text: "upon" } } }],
    ["streamedRequest", { stream: undefined as never, streamedRequest: { prompt: "Once" } }],
    ["streamedRequest", { stream: { answerType: "text/plain", wants: () => false } }],
    [
      "streamedRequest",
      { stream: { answerType: "text/plain", wants: () => false }, streamedRequest: { prompt: 7 } },
    ],
    [
      "example.request",
      { ...ON_REQUEST, example: { request: { prompt: "Once", stream: true }, answer: "x" } },
    ],
  ])("has a fault in %s: %#", (field, changes) => {
    // Act
    const faults = checkModels({ story: story(changes) });

    // Assess
    expect(faults.map((fault) => fault.field)).toEqual([field]);
  });

  it("has a fault if the model has its own handler", () => {
    // Prepare
    folder = makeTempFolder();
    mkdirSync(join(folder, "functions/story"), { recursive: true });
    writeFileSync(join(folder, "functions/story/contract.ts"), "");
    writeFileSync(join(folder, "functions/story/handler.ts"), "");
    process.chdir(folder);

    // Act
    const faults = checkModels({ story: story() });

    // Assess
    expect(faults.map(({ field, allowed }) => ({ field, allowed }))).toEqual([
      { field: "stream", allowed: "no stream, or a model without handler.ts" },
    ]);
  });
});
