import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { unzipSync } from "fflate";
import { functionCode } from "../../src/constructs/function/function-code";
import { LocalStage } from "../../src/local/stage";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { eventually } from "./support/eventually";
import { Lambda } from "./support/lambda";
import { forwardingFunction, MODEL, streamingDeployment, streamingStage } from "./support/streaming-stage";
import { open, StreamingContainer } from "./support/streams";

const TIMEOUT_IN_MS = 60_000;
const NODE_MODULES = join(__dirname, "../../../../node_modules");

const CONTRACT = `import type { Contract } from "sagemaker-stages/model";
import * as z from "zod/mini";

const schema = z.looseObject({});

export const contract: Contract<z.infer<typeof schema>, unknown> = {
  model: "slow",
  route: { method: "POST", path: "/slow" },
  schema,
  limits: { rows: 1, payloadInBytes: 1_000 },
  text: { read: (text) => ({ text }), write: String },
  encode: () => ({ contentType: "text/plain", accept: "text/plain", body: "Once", rows: 1 }),
  decode: (body) => body,
};
`;

/** A handler of the team that uses the contract. */
const OF_CONTRACT = `import { createAbortableHandler, type Handler } from "sagemaker-stages/model";
import { contract } from "./contract";

const answer = createAbortableHandler(contract);

export const handler: Handler = async (event, context) => await answer(event, context);
`;

/** A handler of the team that sends its own request. */
const WITH_FETCH = `import type { Handler } from "sagemaker-stages/model";

export const handler: Handler = async (_event, { callerSignal = null }) => {
  try {
    const answer = await fetch(process.env.ADDRESS ?? "", { method: "POST", signal: callerSignal });
    return { statusCode: 200, body: await answer.text() };
  } catch (error) {
    console.log(JSON.stringify({ ended: error instanceof Error ? error.name : "" }));
    throw error;
  }
};
`;

const home = process.cwd();
const folder = makeTempFolder();
let lambda: Lambda;
let container: StreamingContainer;
let stage: LocalStage;
let log = "";

beforeAll(() => {
  symlinkSync(NODE_MODULES, join(folder, "node_modules"), "junction");
  for (const [model, handler] of Object.entries({ "of-contract": OF_CONTRACT, "with-fetch": WITH_FETCH })) {
    mkdirSync(join(folder, "functions", model), { recursive: true });
    writeFileSync(join(folder, "functions", model, "contract.ts"), CONTRACT);
    writeFileSync(join(folder, "functions", model, "handler.ts"), handler);
  }
  process.chdir(folder);
});

beforeEach(async () => {
  log = "";
  lambda = new Lambda();
  container = new StreamingContainer();
  // The container receives the request, and answers when the test says so.
  container.begin = () => undefined;
  await container.listen();
});

afterEach(async () => {
  await stage?.close();
  await container.close();
  await lambda.close();
});

afterAll(() => {
  process.chdir(home);
  removeFolder(folder);
});

/** Serves the package of a model with its own handler, on a route in stream mode. */
async function serve(model: string): Promise<void> {
  const { zip } = functionCode(model, { streamsAnswers: true });
  const code = Buffer.from(unzipSync(zip)["index.js"] ?? []).toString();
  const { name, arn, invocableFor } = forwardingFunction(lambda);
  const environment = { ENDPOINT_NAME: "dev-chat", ADDRESS: container.url };
  const fn = lambda.define(code, { name, arn, invocableFor, environment, timeoutInSeconds: 50 });
  const { url } = container;
  stage = new LocalStage({
    port: 0,
    containers: new Map([
      [
        MODEL,
        {
          description: "a container",
          invoke: async ({ body }) => {
            const answer = await fetch(url, { method: "POST", body: new Uint8Array(body) });
            return { status: 200, contentType: "text/plain", body: await answer.text() };
          },
        },
      ],
    ]),
    log: (text) => {
      log += text;
    },
  });
  await stage.listen();
  await stage.serve([streamingDeployment(fn, streamingStage())]);
}

const REQUEST = { path: "/dev/loan-default", headers: { "Content-Type": "text/plain" }, body: "Once" };

describe("a handler.ts on a route in stream mode", () => {
  it(
    "ends its request to the endpoint with createAbortableHandler when the caller leaves",
    async () => {
      // Prepare
      await serve("of-contract");
      const leave = new AbortController();

      // Act
      const opened = open(stage.url, REQUEST, leave.signal).catch(() => undefined);
      await eventually("the request to the container", () => container.answers.length === 1);
      leave.abort();
      await opened;
      await eventually("the log line", () => log.includes('"CallerLeft"'));

      // Assess
      const line = JSON.parse(log.split("\n").find((each) => each.includes('"CallerLeft"')) ?? "");
      expect(line).toMatchObject({ status: 499, error: { type: "CallerLeft" } });
    },
    TIMEOUT_IN_MS,
  );

  it(
    "ends its own request with callerSignal when the caller leaves",
    async () => {
      // Prepare
      await serve("with-fetch");
      const leave = new AbortController();

      // Act
      const opened = open(stage.url, REQUEST, leave.signal).catch(() => undefined);
      await eventually("the request to the container", () => container.answers.length === 1);
      leave.abort();
      await opened;
      await eventually("the end of the request", () => container.disconnected === 1);
      await eventually("the log line", () => log.includes('"ended"'));

      // Assess
      expect(log).toContain('{"ended":"AbortError"}');
    },
    TIMEOUT_IN_MS,
  );

  it.each(["of-contract", "with-fetch"])(
    "answers a caller who stays, as %s",
    async (model) => {
      // Prepare
      await serve(model);

      // Act
      const opened = open(stage.url, REQUEST);
      await eventually("the request to the container", () => container.answers.length === 1);
      container.last.writeHead(200, { "Content-Type": "text/plain" }).end("upon");
      const answer = await opened;
      await answer.ended;

      // Assess
      expect(answer.status).toBe(200);
      expect(answer.text).toContain("upon");
    },
    TIMEOUT_IN_MS,
  );
});
