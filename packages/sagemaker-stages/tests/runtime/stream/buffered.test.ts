import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { createHandler } from "../../../src/runtime/handler";
import { refuseStreams } from "../../../src/runtime/stream/buffered";
import { type CapturedLog, captureLog } from "../../../src/testing/captured-log";
import { EndpointServer } from "../../../src/testing/endpoint-server";
import { lambdaContext } from "../../../src/testing/events";
import { environmentOf } from "../support/handler";
import { eventOf, storyContract } from "./support";

let endpoint: EndpointServer;
let log: CapturedLog;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  log = captureLog();
});

afterEach(async () => {
  log.stop();
  await endpoint.close();
});

const contract = storyContract({ answerType: "text/event-stream", wants: ({ stream }) => stream === true });

it.each([
  [{ prompt: "Once" }, 200, '"whole"'],
  [{ prompt: "Once", stream: false }, 200, '"whole"'],
  [{ prompt: "Once", stream: true }, 400, /allowed: a request for a whole answer/],
  [{ prompt: 7 }, 400, /prompt: got the number 7/],
])("a buffered route of a contract that can stream answers %j with %d", async (request, status, body) => {
  // Prepare
  endpoint.willAlwaysAnswer({ body: "whole" });
  const handler = createHandler(refuseStreams(contract), environmentOf(endpoint));

  // Act
  const answer = await handler(eventOf(request), lambdaContext());

  // Assess
  expect(answer).toMatchObject({ statusCode: status, body: expect.stringMatching(body) });
  expect(endpoint.requests.map(({ path }) => path)).toEqual(
    status === 200 ? ["/endpoints/dev-loan-default-endpoint/invocations"] : [],
  );
});
