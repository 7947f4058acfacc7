import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import * as z from "zod/mini";
import { checkContractFiles } from "../../src/app/contract-file-checks";
import type { ContractModel } from "../../src/models";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { restHttpEvent } from "../../src/testing/events";
import { handlerEnvironment } from "../../src/testing/handler";
import { invokePackage } from "../../src/testing/package-process";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";

const NODE_MODULES = join(__dirname, "../../../../node_modules");
const home = process.cwd();
const folder = makeTempFolder();
let endpoint: EndpointServer;

/** The source of a contract that only loads where a variable of Lambda is set. */
function contractSource(model: string, stream: string, guard = "ENDPOINT_NAME"): string {
  return `import * as z from "zod/mini";

if (!process.env.${guard}) throw new Error("this file loads only on Lambda");

export const contract = {
  model: ${JSON.stringify(model)},
  route: { method: "POST", path: ${JSON.stringify(`/${model}`)} },
  schema: z.looseObject({ prompt: z.string(), stream: z.optional(z.boolean()) }),
  limits: { rows: 1, payloadInBytes: 1000 },
  ${stream}
  encode: ({ prompt }, { accept }) => ({ contentType: "text/plain", accept, body: prompt, rows: 1 }),
  decode: (body) => body,
};
`;
}

const WANTS = "stream: { answerType: 'text/event-stream', wants: ({ stream }) => stream === true },";

/** The entry of a catalog for {@link contractSource}. */
function entryOf(model: string, stream?: ContractModel["stream"]): ContractModel {
  return {
    model,
    route: { method: "POST", path: `/${model}` },
    schema: z.looseObject({ prompt: z.string() }),
    limits: { rows: 1, payloadInBytes: 1_000 },
    ...(stream && { stream }),
    encode: () => ({ contentType: "text/plain", accept: "text/plain", body: "Once", rows: 1 }),
    decode: (body) => body,
    title: "Story",
    description: "Continues a story.",
    allowed: '{"prompt": "<text>"}',
    example: { request: { prompt: "Once" }, answer: "upon" },
  };
}

const streamed = entryOf("story", { answerType: "text/event-stream", wants: () => true });

beforeAll(() => {
  symlinkSync(NODE_MODULES, join(folder, "node_modules"), "junction");
  for (const [model, source] of [
    ["story", contractSource("story", WANTS)],
    ["whole", contractSource("whole", "")],
  ] as const) {
    mkdirSync(join(folder, "functions", model), { recursive: true });
    writeFileSync(join(folder, "functions", model, "contract.ts"), source);
  }
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(home);
  removeFolder(folder);
});

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  endpoint.willAlwaysAnswer({ parts: ["data: upon\n\n"], body: "upon" });
});

afterEach(() => endpoint.close());

/** Invokes a package in a separate process. */
function invoke(model: Parameters<typeof invokePackage>[0], stream: boolean): Promise<unknown> {
  const path: `/${string}` = `/${typeof model === "string" ? model : model.model}`;
  const event = restHttpEvent({ method: "POST", path }, { body: JSON.stringify({ prompt: "Once", stream }) });
  const environment = {
    ...handlerEnvironment(endpoint),
    CORS_ALLOW_ORIGIN: "https://a.example,https://b.example",
  };
  return invokePackage(model, event, { environment, allowedHost: endpoint.host });
}

describe("a contract that cannot be loaded at synthesis", () => {
  it.each([
    ["the entry of the catalog", streamed],
    ["the name alone", "story"],
    ["the name alone, for several origins", { model: "story", severalOrigins: true }],
    ["the name alone, for a route in stream mode", { model: "story", streamsAnswers: true }],
  ])("has a handler that streams, packaged by %s", async (_how, model) => {
    // Act
    const answer = await invoke(model, true);

    // Assess
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": "text/event-stream" },
      body: "data: upon\n\n",
    });
    expect(endpoint.onlyRequest.path).toMatch(/invocations-response-stream$/);
  });

  it.each([
    ["the entry of the catalog", { ...streamed, streamsAnswers: false }],
    ["the name alone", { model: "story", streamsAnswers: false }],
  ])("refuses streams on a buffered route, packaged by %s", async (_how, model) => {
    // Act
    const answers = [await invoke(model, true), await invoke(model, false)];

    // Assess
    expect(answers).toMatchObject([{ statusCode: 400 }, { statusCode: 200, body: '"upon"' }]);
  });

  it.each([
    ["the entry of the catalog", entryOf("whole")],
    ["the name alone", "whole"],
    ["the name alone, for several origins", { model: "whole", severalOrigins: true }],
    ["the name alone, for a route in stream mode", { model: "whole", streamsAnswers: true }],
  ])("has a handler that answers in one piece if it does not stream, packaged by %s", async (_how, model) => {
    // Act
    const answer = await invoke(model, true);

    // Assess
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "Content-Type": "application/json" },
      body: '"upon"',
    });
    expect(endpoint.onlyRequest.path).toMatch(/\/invocations$/);
  });

  it("has no fault", () => {
    // Act
    const faults = checkContractFiles({ story: streamed, whole: entryOf("whole") });

    // Assess
    expect(faults).toEqual([]);
  });
});

describe("an entry of the catalog that is not the contract of its file", () => {
  const functions = join(folder, "differing");

  beforeAll(() => {
    mkdirSync(join(functions, "story"), { recursive: true });
    // PATH is set everywhere.
    writeFileSync(join(functions, "story/contract.ts"), contractSource("story", "", "PATH"));
  });

  it.each<[string, Partial<ContractModel>]>([
    ["stream", { stream: { answerType: "text/plain" } }],
    ["bytes", { bytes: { takes: ["image/png"], read: (bytes) => bytes } }],
    ["text", { text: { read: (body) => body, write: String } }],
    ["answerTypes", { answerTypes: ["image/png"] }],
    ["callerHeaders", { callerHeaders: ["x-tag"] }],
    ["passThrough", { passThrough: { accept: "application/json" } }],
    ["route", { route: { method: "GET", path: "/story" } }],
  ])("is refused with the property: %s", (property, changes) => {
    // Act
    const faults = checkContractFiles({ story: { ...entryOf("story"), ...changes } }, functions);

    // Assess
    expect(faults).toMatchObject([
      {
        environment: "functions/story/contract.ts",
        field: property,
        allowed: expect.stringContaining("same"),
      },
    ]);
  });

  it.each<[string, Partial<ContractModel>]>([
    ["both are the same", {}],
    ["the handler does not depend on the difference", { route: { method: "POST", path: "/other" } }],
  ])("has no fault if %s", (_what, changes) => {
    // Act
    const faults = checkContractFiles({ story: { ...entryOf("story"), ...changes } }, functions);

    // Assess
    expect(faults).toEqual([]);
  });
});
