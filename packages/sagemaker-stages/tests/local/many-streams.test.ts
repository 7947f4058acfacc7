import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { StreamProcesses } from "../../src/local/lambda/stream-processes";
import { ownContainer } from "../../src/local/sagemaker/container";
import { LocalStage } from "../../src/local/stage";
import { eventually } from "./support/eventually";
import { Lambda } from "./support/lambda";
import { forwardingFunction, MODEL, streamingDeployment, streamingStage } from "./support/streaming-stage";
import { open, StreamingContainer } from "./support/streams";

/** The time for the start of all processes on a busy machine. */
const PROCESSES_TIMEOUT_IN_MS = 120_000;

/** More than the processes of a function whose answers are not streamed. */
const STREAMS = 60;

let lambda: Lambda;
let container: StreamingContainer;
let stage: LocalStage;

beforeAll(async () => {
  lambda = new Lambda();
  container = new StreamingContainer();
  await container.listen();
  stage = new LocalStage({
    port: 0,
    containers: new Map([[MODEL, ownContainer(new URL(container.url))]]),
    log: () => {},
  });
  await stage.listen();
  await stage.serve([
    streamingDeployment(
      forwardingFunction(lambda, { timeoutInSeconds: 120 }),
      streamingStage({}, PROCESSES_TIMEOUT_IN_MS),
    ),
  ]);
});

afterAll(async () => {
  await stage.close();
  await container.close();
  await lambda.close();
});

describe("concurrent streams of one function", () => {
  it(
    `sends chunks to ${STREAMS} callers at the same time, and frees the endpoint for each caller who disconnects`,
    async () => {
      // Prepare
      const request = { path: "/dev/loan-default", headers: { "Content-Type": "text/plain" }, body: "{}" };

      // Act
      const answers = await Promise.all(
        Array.from({ length: STREAMS }, () => open(stage.url, request, undefined, PROCESSES_TIMEOUT_IN_MS)),
      );
      await eventually("all first chunks", () => answers.every(({ text }) => text === "one "));
      for (const answer of container.answers) answer.write("two ");
      await eventually("all second chunks", () => answers.every(({ text }) => text === "one two "));
      const [leaving, staying] = [answers.slice(0, STREAMS / 2), answers.slice(STREAMS / 2)];
      for (const answer of leaving) answer.disconnect();
      await eventually("free endpoints", () => container.disconnected === leaving.length);
      for (const answer of container.answers.filter(({ destroyed }) => !destroyed)) answer.end("three");
      const ends = await Promise.all(staying.map(({ ended }) => ended));

      // Assess
      expect(new Set(ends)).toEqual(new Set(["complete"]));
      expect(new Set(staying.map(({ text }) => text))).toEqual(new Set(["one two three"]));
    },
    PROCESSES_TIMEOUT_IN_MS,
  );
});

describe("the memory for streams, which all functions share", () => {
  it(
    "lets a stream wait with a line in the terminal until another function's stream ends",
    async () => {
      // Prepare
      const memory = new StreamProcesses(1);
      memory.take();
      const code = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write("first");
        await new Promise((go) => stream.on("close", go));
      });`;
      const fn = lambda.run(code, { timeoutInSeconds: 120 }, { streamProcesses: memory });
      const own = 40;
      const message = "invocations wait on this machine: its memory permits 1 processes for streamed answers";
      let started = 0;

      // Act
      const streams = Array.from({ length: own + 1 }, async () => {
        const stream = await fn.stream("{}");
        started++;
        return stream;
      });
      await eventually("the line", () => lambda.output.includes(message));
      await eventually("the streams of the function's own limit", () => started === own);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const waiting = started;
      memory.release();
      await Promise.all(streams);
      const free = memory.free;
      await fn.stop();

      // Assess
      expect({ waiting, free, after: memory.free }).toEqual({ waiting: own, free: 0, after: 1 });
    },
    PROCESSES_TIMEOUT_IN_MS,
  );
});
