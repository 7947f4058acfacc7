import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import type { ModelSettings } from "../../src/environment/model-settings";
import { parseEnvironment } from "../../src/environment/parse";
import type { Model } from "../../src/models";
import type { StreamDialect } from "../../src/runtime/contract";
import { type Check, type Credentials, checksOf } from "../../src/smoke/checks";
import { type Result, runCheck } from "../../src/smoke/retry";
import { table } from "../../src/smoke/table";
import { environmentOf, INSTANCES, SERVERLESS } from "../environment/support/environments";
import { models } from "../fixtures/app/functions";

const CREDENTIALS: Credentials = {
  aws: undefined,
  apiKey: undefined,
  customerKeys: [],
  tokens: new Map(),
  forgedTokens: new Map(),
};

const EVENTS: StreamDialect<unknown> = { answerType: "text/event-stream" };

/** A request for a stream. */
const STREAMED = { data: "1,2,3" };

/** The parts of an answer, and the pauses in milliseconds between them. */
type Script = readonly (string | number | "break")[];

/** A stage that answers each POST with the script. */
class Stage {
  script: Script = [];
  contentType = "text/event-stream; charset=utf-8";
  readonly bodies: string[] = [];
  private readonly server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += String(part);
    });
    request.on("end", () => {
      this.bodies.push(body);
      void this.answer(response);
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(response: http.ServerResponse): Promise<void> {
    response.writeHead(200, { "Content-Type": this.contentType });
    for (const part of this.script) {
      if (part === "break") {
        response.destroy();
        return;
      }
      if (typeof part === "number") await sleep(part);
      else response.write(part);
    }
    response.end();
  }
}

const stage = new Stage();
beforeAll(() => stage.start());
afterAll(() => stage.close());

/** The checks of the route of the only model. */
function checks(
  settings: object,
  stream: StreamDialect<never> | undefined,
  streamedRequest?: object,
): readonly Check[] {
  const model = { ...models["loan-default"], stream, streamedRequest } as unknown as Model;
  const environment: Environment = environmentOf({ access: "PUBLIC", ...settings } as ModelSettings);
  return checksOf(
    parseEnvironment(environment),
    { stageUrl: stage.url, functionUrls: new Map() },
    CREDENTIALS,
    { "loan-default": model },
  );
}

async function run(check: Check | undefined, waitInMs = 1): Promise<Result> {
  if (check === undefined) throw new Error("the route has no such check");
  return runCheck(check, performance.now(), waitInMs, () => undefined);
}

function streamCheck(answerType = EVENTS.answerType): Check | undefined {
  return checks(INSTANCES, { answerType }).find(({ isStream }) => isStream);
}

describe("a smoke test of a route that streams", () => {
  it("passes, and reports the time to the first part and to the end", async () => {
    // Prepare
    stage.contentType = "text/event-stream";
    stage.script = ["data: one\n\n", 150, ": \n\n", "data: [DONE]\n\n"];

    // Act
    const result = await run(streamCheck());

    // Assess
    expect(result).toMatchObject({ passed: true, got: "200" });
    expect(result.tookInMs - (result.firstByteInMs ?? Number.NaN)).toBeGreaterThan(100);
    const [head = "", row = ""] = table([result]).split("\n");
    expect(head).toMatch(/ms {2}ms to first part$/);
    expect(row).toMatch(/^ok {2}POST \/loan-default {2}anyone {2}200, text\/event-stream {2}200 +\d+ +\d+$/);
  });

  it.each<[fault: string, contentType: string, script: Script]>([
    ["200, no text/event-stream", "application/json", ["data: one\n\n"]],
    ["200, the stream is empty", "text/event-stream", []],
    ["200, the last event is incomplete", "text/event-stream", ["data: one\n\n", "data: tw"]],
    ["200, the stream has no event", "text/event-stream", [": \n\n"]],
    [
      "200, the stream ended with an error",
      "text/event-stream",
      ["data: private\n\n", "event: error\r\ndata: {}\r\n\r\n"],
    ],
    [
      "200, the stream contains an error",
      "text/event-stream",
      ['data: {"error":{"message":"private"}}\n\n', "data: [DONE]\n\n"],
    ],
    [
      "200, the stream does not end with [DONE]",
      "text/event-stream",
      ['data: {"object":"chat.completion.chunk","choices":[]}\n\n'],
    ],
    ["the answer broke off", "text/event-stream", ["data: private\n\n", 20, "break"]],
  ])("fails with: %s", async (fault, contentType, script) => {
    // Prepare
    stage.contentType = contentType;
    stage.script = script;

    // Act
    const { passed, got } = await run(streamCheck());

    // Assess
    expect({ passed, got }).toEqual({ passed: false, got: fault });
  });

  it.each<[text: string, script: Script]>([
    ["200", ['{"n":1}\n', '{"n":2}\n']],
    ["200, the stream contains an error", ['{"error":"private"}\n']],
    ["200", ['{"error":null}\n']],
    ["200, the last line is not JSON", ['{"n":1}\n', '{"n":']],
    ["200, the stream has no line", ["\n"]],
  ])("reads the last line of JSON Lines: %s", async (text, script) => {
    // Prepare
    stage.contentType = "application/x-ndjson";
    stage.script = script;

    // Act
    const { got } = await run(streamCheck("application/x-ndjson"));

    // Assess
    expect(got).toBe(text);
  });

  it("requests a whole answer and a stream when the contract streams on request", () => {
    // Prepare
    const wants = ({ data }: { readonly data: string }): boolean => data === STREAMED.data;

    // Act
    const found = checks(INSTANCES, { ...EVENTS, wants }, STREAMED).filter(({ expected }) =>
      ["200, an answer", "200, text/event-stream"].includes(expected),
    );

    // Assess
    expect(found.map(({ caller, expected }) => `${caller}: ${expected}`)).toEqual([
      "anyone: 200, an answer",
      "anyone, with a stream: 200, text/event-stream",
    ]);
    expect(found.map((check) => check.request().body)).toEqual([
      JSON.stringify(models["loan-default"].example.request),
      JSON.stringify(STREAMED),
    ]);
  });

  it("has no stream on a buffered route", () => {
    // Act
    const found = checks(
      { ...INSTANCES, responseTransferMode: "buffer" },
      { ...EVENTS, wants: () => true },
    ).filter(({ isStream }) => isStream);

    // Assess
    expect(found).toEqual([]);
  });
});

describe("the patience of a smoke test", () => {
  it("is the time of the route", () => {
    // Act
    const times = [
      { ...SERVERLESS },
      { ...SERVERLESS, responseTransferMode: "stream" },
      { ...SERVERLESS, responseTransferMode: "stream", timeoutInSeconds: 90 },
    ].map(
      (settings) => checks(settings, undefined).find(({ caller }) => caller === "anyone")?.timeoutInSeconds,
    );

    // Assess
    expect(times).toEqual([29, 300, 90]);
  });

  it("lets a long route answer after the time of the test, and no other route", async () => {
    // Prepare
    stage.contentType = "application/json";
    stage.script = [1_300, '"defaulted"'];
    const check = (settings: object) =>
      checks({ ...SERVERLESS, ...settings }, undefined).find(({ caller }) => caller === "anyone");

    // Act
    const [long, short] = await Promise.all([run(check({ responseTransferMode: "stream" })), run(check({}))]);

    // Assess
    expect(long).toMatchObject({ passed: true, got: "200" });
    expect(short).toMatchObject({ passed: false, got: "no answer within 1 s" });
  });

  it("says that an answer did not end if the time is over within the body", async () => {
    // Prepare
    stage.contentType = "application/json";
    stage.script = ['"first', 1_300, 'last"'];
    const check = checks(SERVERLESS, undefined).find(({ caller }) => caller === "anyone");

    // Act
    const result = await run(check);

    // Assess
    expect(result).toMatchObject({ passed: false, got: "the answer did not end within 1 s" });
  });
});
