import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { send } from "./support/client";
import { paste } from "./support/curl";
import { DEV } from "./support/environments";
import { eventually } from "./support/eventually";
import { ProjectCopy } from "./support/project";
import { RunningStage } from "./support/running-stage";
import { sign } from "./support/signing";
import { type OpenAnswer, open } from "./support/streams";

const START_TIMEOUT_IN_MS = 90_000;

/** A contract whose answer is a stream if the request wants a stream. */
const CONTRACT = `
import * as z from "zod/mini";
import type { About, Contract } from "sagemaker-stages/model";

const schema = z.object({ text: z.string(), stream: z.optional(z.boolean()) });
type Request = z.infer<typeof schema>;

export const contract = {
  model: "loan-default",
  route: { method: "POST", path: "/words" },
  schema,
  limits: { rows: 1, payloadInBytes: 1_000 },
  encode: ({ text }) => ({ contentType: "text/plain", accept: "application/json", body: text, rows: 1 }),
  decode: (text) => text,
  stream: { answerType: "text/event-stream", wants: ({ stream }) => stream === true },
} satisfies Contract<Request, string>;

export const about: About<Request, string> = {
  title: "Words",
  description: "Returns the words of a text, one by one.",
  allowed: '{"text": <words>}',
  example: { request: { text: "a b" }, answer: "data: a\\n\\ndata: b\\n\\n" },
  streamedRequest: { text: "a b", stream: true },
};
`;

/** Sends each word as an event. "wait" waits for the file \`go\`, and "fail" is a failure of the model. */
const SAMPLE = `
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleContainer } from "sagemaker-stages/sample";

const file = (name: string) => join(__dirname, name);

export const sample = sampleContainer("the words of the request", ({ body, signal }) => ({
  contentType: "text/event-stream",
  body: (async function* () {
    signal?.addEventListener("abort", () => writeFileSync(file("aborted"), ""));
    for (const word of body.toString().split(" ")) {
      if (word === "fail") throw new Error("out of memory");
      while (word === "wait" && !existsSync(file("go")) && !signal?.aborted) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      yield \`data: \${word}\\n\\n\`;
    }
  })(),
}));
`;

let project: ProjectCopy;
let stage: RunningStage;

beforeAll(async () => {
  project = new ProjectCopy();
  project.edit("functions/loan-default/contract.ts", () => CONTRACT);
  project.edit("functions/loan-default/sample/index.ts", () => SAMPLE);
  project.setEnvironments({
    ...DEV,
    models: {
      "loan-default": {
        artifact: "s3://amzn-s3-demo-bucket/words/model.tar.gz",
        image: { algorithm: "linear-learner", tag: "1" },
        instances: { instanceType: "ml.m5.large", initialInstanceCount: 1 },
        access: "API_KEY",
        functionUrl: {},
      },
    },
  });
  stage = await RunningStage.serve(project, ["dev"]);
}, START_TIMEOUT_IN_MS);

afterAll(async () => {
  await stage?.kill();
  project?.remove();
});

const HEADERS = { "x-api-key": "local-dev-key-not-a-secret", "content-type": "application/json" };

/** A file by which the test and the sample communicate. */
function signal(name: string): string {
  return join(project.folder, "functions/loan-default/sample", name);
}

function callRoute(request: object): Promise<OpenAnswer> {
  return open(stage.url, { path: "/dev/words", headers: HEADERS, body: JSON.stringify(request) });
}

async function callUrl(request: object): Promise<OpenAnswer> {
  const [, base = ""] = /(http:\/\/127\.0\.0\.1:\d+)\/ {2}\(function URL/.exec(stage.output) ?? [];
  const headers = { "content-type": "application/json" };
  const call = { path: "/", headers, body: JSON.stringify(request) };
  return open(base, await sign(base, call, { service: "lambda" }));
}

describe("a sample model that streams", () => {
  it.each([
    ["its route", callRoute],
    ["its function URL", callUrl],
  ])("sends each event through %s before the next event exists", async (_case, call) => {
    // Act
    const answer = await call({ text: "one wait three", stream: true });
    await eventually("the first event", () => answer.text === "data: one\n\n");
    writeFileSync(signal("go"), "");
    const end = await answer.ended;
    rmSync(signal("go"));

    // Assess
    expect({ status: answer.status, type: answer.headers["content-type"], end }).toEqual({
      status: 200,
      type: expect.stringContaining("text/event-stream"),
      end: "complete",
    });
    expect(answer.text).toBe("data: one\n\ndata: wait\n\ndata: three\n\n");
  });

  it("answers as a whole if the request does not want a stream", async () => {
    // Act
    const { status, body } = await send(stage.url, {
      path: "/dev/words",
      headers: HEADERS,
      body: JSON.stringify({ text: "one two" }),
    });

    // Assess
    expect(status).toBe(200);
    expect(JSON.parse(body)).toBe("data: one\n\ndata: two\n\n");
  });

  it("ends with an event of the failure if the sample throws in the middle", async () => {
    // Act
    const answer = await callRoute({ text: "one fail", stream: true });
    await answer.ended;

    // Assess
    const [first, last = ""] = answer.text.split("\n\n");
    expect(first).toBe("data: one");
    expect(last).toMatch(/^event: error\ndata: \{.*"status":502/s);
    // The function writes its log line when the caller has received the last event.
    await eventually("the cause in the log", () => stage.output.includes("failed: out of memory"));
  });

  it("answers a problem document with the local cause if the sample throws before the first event", async () => {
    // Act
    const answer = await callRoute({ text: "fail", stream: true });
    await answer.ended;

    // Assess
    expect(answer.status).toBe(502);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(answer.text).detail).toContain(
      "On this machine: the words of the request failed: out of memory",
    );
  });

  it("is aborted within a second when the caller disconnects, and not before", async () => {
    // Act
    const answer = await callRoute({ text: "one wait", stream: true });
    await eventually("the first event", () => answer.text !== "");
    const before = existsSync(signal("aborted"));
    const start = performance.now();
    answer.disconnect();
    await eventually("an aborted sample", () => existsSync(signal("aborted")));

    // Assess
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(before).toBe(false);
  });

  it("has a curl line in the banner that shows each chunk at once", async () => {
    // Prepare
    const line = stage.output.split("\n").find((one) => /^ +curl .*\/dev\/words/.test(one)) ?? "";

    // Act
    const answer = await paste(line.trim());

    // Assess
    expect(line).toContain("curl --no-buffer ");
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toBe("data: a\n\ndata: b\n\n");
  });
});

// The last tests of the file, because they end the stage.
describe("Ctrl-C while answers stream", () => {
  it("ends the stage and its functions at once, without messages about them", async () => {
    // Prepare
    const answers = await Promise.all([1, 2, 3].map(() => callRoute({ text: "one wait", stream: true })));
    await eventually("the first events", () => answers.every(({ text }) => text === "data: one\n\n"));
    const before = stage.output.length;

    // Act
    stage.pressCtrlC();
    const end = await stage.ended;

    // Assess
    expect(end).toEqual({ status: 0, signal: null });
    expect(new Set(await Promise.all(answers.map(({ ended }) => ended)))).toEqual(new Set(["truncated"]));
    expect(stage.output.slice(before)).not.toMatch(/dev-loan-default|Error|aborted/);
    expect(await stage.leftovers()).toEqual({ processes: [], folders: [] });
  });
});
