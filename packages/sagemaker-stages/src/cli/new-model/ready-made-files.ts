import { readFileSync } from "node:fs";
import { parseJson } from "../../lib/json";
import { type ContractModel, streamedRequestOf } from "../../models";
import { engineSource } from "../../paths";
import { isBytes } from "../../runtime/bytes-answer";
import { NO_CALLER } from "../../runtime/outside-handler";
import { formatValue, printText } from "./typescript/formatted";

/** The start of the path of the file that the tests of a model for files send. */
export const EXAMPLE_FILE = "tests/example.";

/** The files of a folder: texts and bytes by the path from the folder. */
export type FolderFiles = ReadonlyMap<string, string | Uint8Array>;

/**
 * The files of the folder of a model with a ready-made contract: the model card, and the tests with the example of the contract.
 * For a model that takes files, also the file of the tests.
 *
 * @param call - the name of the contract's function, e.g. `rows`
 */
export function readyMadeFiles(model: ContractModel, call: string): FolderFiles {
  const { request } = model.example;
  const file = isBytes(request) ? request : undefined;
  return new Map<string, string | Uint8Array>([
    ["README.md", cardOf(model, call)],
    ["tests/contract.test.ts", file === undefined ? testsOf(model) : testsOfFile(model, file.contentType)],
    ...(file === undefined
      ? []
      : [[`${EXAMPLE_FILE}${extensionOf(file.contentType)}`, Buffer.from(file.base64, "base64")] as const]),
  ]);
}

/** A request of a caller, the request to the container, and the container's answer. */
interface Exchange {
  readonly request: unknown;
  readonly sent: { readonly type: string; readonly body: string | Uint8Array };
  readonly received: { readonly type: string; readonly body: string };
}

/** @throws Error if the contract is not ready-made */
function exchangeOf({ readyMade, schema, encode }: ContractModel, request: unknown): Exchange {
  if (readyMade === undefined) throw new Error("the contract: got no facts of a ready-made contract");
  // The handler encodes the parsed request, whose properties can have another order.
  const { data } = schema.safeParse(request);
  const { contentType: type, body } = encode(data, NO_CALLER);
  const answer = readyMade.answerExample(typeof body === "string" ? body : "");
  return {
    request,
    sent: { type, body },
    received: { type: answer.contentType, body: Buffer.from(answer.body).toString() },
  };
}

function cardOf(model: ContractModel, call: string): string {
  const { request, sent, received } = exchangeOf(model, model.example.request);
  const template = readFileSync(engineSource("cli/new-model/templates/ready-made/README.md"), "utf8");
  const values: Readonly<Record<string, string>> = {
    "my-model": model.model,
    "my-contract": call,
    "my-request": isBytes(request)
      ? `a file of the type ${code(request.contentType)}`
      : code(JSON.stringify(request)),
    "my-endpoint-request":
      typeof sent.body === "string"
        ? `${code(sent.type)}, e.g. ${code(sent.body)}`
        : "the caller's file, unchanged",
    "my-endpoint-answer": `${code(received.type)}, e.g. ${code(received.body)}`,
  };
  return template.replace(
    /my-(?:model|contract|request|endpoint-request|endpoint-answer)\b/g,
    (name) => values[name] ?? name,
  );
}

/** Code in a cell of a Markdown table. */
function code(text: string): string {
  return `\`${text
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("|", "\\|")}\``;
}

function testsOf(model: ContractModel): string {
  const { example, schema } = model;
  const streamed = streamedRequestOf(model);
  const cases = [
    {
      title: "the example of the contract",
      ...asCase(exchangeOf(model, example.request)),
      callerReceives: example.answer,
    },
    ...(streamed === undefined || streamed === example.request
      ? []
      : [streamedCase(exchangeOf(model, streamed))]),
  ];
  return `${IMPORTS}
${modelLine(model)}

// Replace the values after each change of the contract in functions/index.ts. Copy containerAnswers from a real answer of
// the model's container. Add a case for each form of a request.${streamed === undefined ? "" : STREAM_NOTE}
const CASES = ${formatValue(cases, "", "const CASES = ")};

${SERVER}
it.each(CASES)(
  "the container receives the request, and the caller receives the answer, for $title",
  async ({ request, containerReceives, containerAnswers, callerReceives }) => {
    // Prepare
    endpoint.willAnswer({ headers: { "content-type": containerAnswers.type }, body: containerAnswers.body });

    // Act
    const answer = await invokeHandler(MODEL, request, endpoint);

    // Assess
    // The line of the log shows the reason of a failure.
    expect(log.lines()).toEqual([expect.objectContaining({ status: 200 })]);
    expect(answer).toMatchObject({ status: 200, body: callerReceives });
    const { headers, body } = endpoint.onlyRequest;
    expect({ type: headers["content-type"], body }).toEqual(containerReceives);
  },
);
${schema.safeParse({}).success ? "" : REFUSAL}`;
}

const STREAM_NOTE = "\n// callerReceives of a stream is its whole text.";

function asCase({ request, sent, received }: Exchange) {
  return { request, containerReceives: sent, containerAnswers: received };
}

/** A stream of lines of JSON has two lines: one line alone is a JSON document, which the test would receive as an object. */
function streamedCase(exchange: Exchange) {
  const { type, body: text } = exchange.received;
  const body = parseJson(text) === undefined ? text : text.repeat(2);
  return {
    title: "a request for an answer in a stream",
    ...asCase({ ...exchange, received: { type, body } }),
    callerReceives: body,
  };
}

function testsOfFile(model: ContractModel, contentType: string): string {
  const { request, answer } = model.example;
  const { received } = exchangeOf(model, request);
  return `import { readFileSync } from "node:fs";
import { join } from "node:path";
${IMPORTS}
${modelLine(model)}

// Replace the file with a file of a caller, and CONTAINER_ANSWERS with the real answer of the model's container to this file.
// Replace the values after each change of the contract in functions/index.ts.
const FILE = readFileSync(join(__dirname, ${printText(`example.${extensionOf(contentType)}`)}));
const CONTENT_TYPE = ${printText(contentType)};
const CONTAINER_ANSWERS = ${formatValue(received, "", "const CONTAINER_ANSWERS = ")};
const CALLER_RECEIVES = ${formatValue(answer, "", "const CALLER_RECEIVES = ")};

${SERVER}
it("the container receives the caller's file, and the caller receives the answer", async () => {
  // Prepare
  endpoint.willAnswer({ headers: { "content-type": CONTAINER_ANSWERS.type }, body: CONTAINER_ANSWERS.body });

  // Act
  const answer = await invokeHandler(MODEL, FILE, endpoint, { contentType: CONTENT_TYPE });

  // Assess
  // The line of the log shows the reason of a failure.
  expect(log.lines()).toEqual([expect.objectContaining({ status: 200 })]);
  expect(answer).toMatchObject({ status: 200, body: CALLER_RECEIVES });
  const { headers, bytes } = endpoint.onlyRequest;
  expect(headers["content-type"]).toBe(CONTENT_TYPE);
  expect(Buffer.from(bytes).equals(FILE)).toBe(true);
});

it("answers 415 to a file of another type, and does not call the container", async () => {
  // Act
  const { status } = await invokeHandler(MODEL, FILE, endpoint, { contentType: "application/x-other" });

  // Assess
  expect(status).toBe(415);
  expect(endpoint.requests).toEqual([]);
});
`;
}

const IMPORTS = `import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { type CapturedLog, captureLog, EndpointServer, invokeHandler } from "sagemaker-stages/testing";
import { models } from "../../index";
`;

const SERVER = `let endpoint: EndpointServer;
let log: CapturedLog;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  log = captureLog();
});

afterEach(async () => {
  log.stop();
  await endpoint.close();
});
`;

const REFUSAL = `
it("answers 400 to a request without its required fields, and does not call the container", async () => {
  // Act
  const { status } = await invokeHandler(MODEL, {}, endpoint);

  // Assess
  expect(status).toBe(400);
  expect(endpoint.requests).toEqual([]);
});
`;

/** The model of the catalog, e.g. `const MODEL = models["iris-species"];`. */
function modelLine({ model }: ContractModel): string {
  const access = /^[a-z][a-z0-9]*$/.test(model) ? `.${model}` : `[${printText(model)}]`;
  return `const MODEL = models${access};`;
}

/** The extension of a file's name, e.g. `jpeg` for `image/jpeg`. */
function extensionOf(contentType: string): string {
  const [subtype = ""] = contentType.replace(/^.*\//, "").replace(/^x-/, "").split(/[+;]/);
  return subtype.replaceAll(/[^a-z0-9]/g, "-");
}
