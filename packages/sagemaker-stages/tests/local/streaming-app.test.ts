import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { passThrough } from "../../src/contracts/pass-through";
import { text } from "../../src/contracts/text";
import { defineModels } from "../../src/models";
import { type ServedApp, serveApp } from "../../src/testing/serve-app";
import { example, named } from "../stacks/support/environments";
import { models as fixtures } from "../support/app";
import { eventually } from "./support/eventually";
import { open, StreamingContainer } from "./support/streams";

const START_TIMEOUT_IN_MS = 60_000;
const KEY = { "x-api-key": "local-streaming-key-not-a-secret", "Content-Type": "application/json" };

const models = {
  ...fixtures,
  ...defineModels({
    story: text({
      answer: "text",
      stream: { type: "text/plain" },
      example: { text: "Once", answer: "upon" },
    }),
    chat: passThrough({
      takes: "application/json",
      stream: { type: "text/event-stream", when: "stream" },
      example: { request: { inputs: "Once" }, answer: { text: "upon" } },
    }),
  }),
};
const environment = named("streaming", {
  ...example,
  models: {
    story: { existingEndpoint: "stories", access: "API_KEY" as const },
    chat: { existingEndpoint: "chats", access: "API_KEY" as const },
  },
});

const container = new StreamingContainer();
let app: ServedApp;

beforeAll(async () => {
  await container.listen();
  app = await serveApp(
    { models, environments: [environment] },
    { containers: { chat: container.url, story: container.url } },
  );
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await app?.close();
  await container.close();
});

beforeEach(() => {
  container.answers.length = 0;
  container.disconnected = 0;
});

function call(model: string, request: unknown) {
  return open(app.url, { path: `/streaming/${model}`, headers: KEY, body: JSON.stringify(request) });
}

/** The last line in the log of the functions. */
function lastLine(): unknown {
  const lines = app.log
    .split("\n")
    .filter((line) => line.includes('"firstByteMs"') || line.includes('"status"'));
  return JSON.parse(lines.at(-1)?.replace(/^[^{]*/, "") ?? "{}");
}

describe("an app with streaming contracts on the local stage", () => {
  it("passes each part of a text on before the next part exists", async () => {
    // Act
    const answer = await call("story", { text: "Once" });
    await eventually("the first part", () => answer.text === "one ");
    container.last.end("two");

    // Assess
    expect(await answer.ended).toBe("complete");
    expect(answer.text).toBe("one two");
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/plain");
    expect(answer.headers["access-control-allow-origin"]).toBeDefined();
  });

  it("sends server-sent events on request, with an error event when the container breaks off", async () => {
    // Prepare
    container.begin = (sent) => {
      sent.writeHead(200, { "Content-Type": "text/event-stream" }).write("data: 1\n\ndata: ");
    };

    // Act
    const answer = await call("chat", { inputs: "Once", stream: true });
    await eventually("the first event", () => answer.text === "data: 1\n\n");
    container.last.destroy();

    // Assess
    expect(await answer.ended).toBe("complete");
    expect(answer.headers["content-type"]).toBe("text/event-stream");
    expect(answer.text).toMatch(
      /^data: 1\n\nevent: error\ndata: \{"type":"about:blank",.*"status":502,.*\}\n\n$/,
    );
    await eventually("the log line", () => app.log.includes('"status":502'));
    expect(lastLine()).toMatchObject({ model: "chat", status: 502, error: { origin: "container" } });
  });

  it("breaks off a text when the container breaks off", async () => {
    // Prepare
    container.begin = (sent) => {
      sent.writeHead(200, { "Content-Type": "text/plain" }).write("one ");
    };

    // Act
    const answer = await call("story", { text: "Once" });
    await eventually("the first part", () => answer.text === "one ");
    container.last.destroy();

    // Assess
    expect(await answer.ended).toBe("truncated");
  });

  it("answers other requests of the same route in one piece", async () => {
    // Prepare
    container.begin = (sent) => {
      sent.writeHead(200, { "Content-Type": "application/json" }).end('{"text":"upon"}');
    };

    // Act
    const answer = await call("chat", { inputs: "Once" });
    await answer.ended;

    // Assess
    expect(answer.text).toBe('{"text":"upon"}');
    expect(answer.headers["content-type"]).toBe("application/json");
  });

  it("answers a failure before the first part with its status", async () => {
    // Prepare
    container.begin = (sent) => {
      sent.writeHead(500).end("out of memory");
    };

    // Act
    const answer = await call("story", { text: "Once" });
    await answer.ended;

    // Assess
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.text)).toMatchObject({ status: 502, title: "Bad Gateway" });
  });

  it("frees the container within a second when the caller leaves", async () => {
    // Prepare
    container.begin = (sent) => {
      sent.writeHead(200, { "Content-Type": "text/event-stream" }).write("data: 1\n\n");
    };
    const answer = await call("chat", { inputs: "Once", stream: true });
    await eventually("the first event", () => answer.text === "data: 1\n\n");
    const before = app.log.length;

    // Act
    const start = performance.now();
    answer.disconnect();
    await eventually("the end of the container's request", () => container.disconnected === 1);

    // Assess
    expect(performance.now() - start).toBeLessThan(1_000);
    await eventually("the log line", () => app.log.includes('"status":499'));
    expect(lastLine()).toMatchObject({
      status: 499,
      error: { type: "CallerLeft" },
      ...{ Requests: 1, Failures: 0, CallerFaults: 1, Rows: 1 },
    });
    // The process has printed everything about the first request before it answers another one.
    const next = await call("chat", { inputs: "Once", stream: true });
    container.last.end();
    await next.ended;
    // The closed connection to the endpoint is no error of the function.
    expect(app.log.slice(before)).not.toMatch(/aborted|^ +at /m);
  });
});
