import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { chooseMediaType } from "../../src/runtime/accept";
import type { Contract } from "../../src/runtime/contract";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { functionUrlEvent, type HttpRequest, restHttpEvent } from "../../src/testing/events";
import { contract as loanDefault } from "../fixtures/app/functions/loan-default/contract";
import { contract as ticketUrgency } from "../fixtures/app/functions/ticket-urgency/contract";
import { growthOf, LINEAR_GROWTH } from "../support/cpu-time";
import { csv, predictions } from "./support/answers";
import { contextWith, ROW } from "./support/events";
import { ENOUGH_TIME_IN_MS, handlerFor } from "./support/handler";
import { EVERY_BYTE, JPEG, mirror } from "./support/image-contract";
import { captureLog } from "./support/log";
import { assessProblem } from "./support/problems";

let endpoint: EndpointServer;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

const sendTo = <Request, Answer>(contract: Contract<Request, Answer>, event: unknown) =>
  handlerFor(contract, endpoint)(event, contextWith(ENOUGH_TIME_IN_MS));

type EventOf = (contract: Pick<Contract<unknown, unknown>, "route">, request: HttpRequest) => unknown;
const inRest: EventOf = ({ route }, request) => restHttpEvent(route, request);
const inFunctionUrl: EventOf = ({ route }, request) => functionUrlEvent(route, request);

/** Replaces the event's header Accept; `undefined` removes the header. */
function accepting(event: unknown, accept: string | undefined): unknown {
  const { headers, ...rest } = event as { readonly headers: Record<string, string> };
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== "accept");
  return { ...rest, headers: { ...Object.fromEntries(others), ...(accept === undefined ? {} : { accept }) } };
}

describe("the preferred media type", () => {
  const available = ["image/png", "image/webp", "application/json"];

  it.each<{ accept: string; chosen: string | undefined }>([
    { accept: "", chosen: "image/png" },
    { accept: "*/*", chosen: "image/png" },
    { accept: "*", chosen: "image/png" },
    { accept: "application/json", chosen: "application/json" },
    { accept: "Application/JSON; charset=utf-8", chosen: "application/json" },
    { accept: "image/*", chosen: "image/png" },
    { accept: "image/webp", chosen: "image/webp" },
    { accept: "image/png;q=0.5, image/webp", chosen: "image/webp" },
    { accept: "image/png;q=0.5,image/webp;q=0.51", chosen: "image/webp" },
    { accept: "image/webp, image/png", chosen: "image/png" },
    { accept: "image/*;q=0.3, application/json;q=0.4", chosen: "application/json" },
    { accept: "image/png;q=0, */*", chosen: "image/webp" },
    { accept: "image/*;q=0, */*", chosen: "application/json" },
    { accept: "image/*;q=0, image/webp;q=0.1", chosen: "image/webp" },
    { accept: "*/*;q=0.1, image/webp;q=0.2", chosen: "image/webp" },
    { accept: "text/html, */*;q=0.8", chosen: "image/png" },
    { accept: "text/html, image/gif, *; q=.2", chosen: "image/png" },
    { accept: "image/webp;q=high", chosen: "image/webp" },
    { accept: "text/html", chosen: undefined },
    { accept: "image/png;q=0", chosen: undefined },
    { accept: "image/png;q=0.000, text/plain", chosen: undefined },
    { accept: "*/*;q=0", chosen: undefined },
    { accept: "image", chosen: undefined },
  ])("is $chosen when Accept is $accept", ({ accept, chosen }) => {
    // Act
    const found = chooseMediaType(accept, available);

    // Assess
    expect(found).toBe(chosen);
  });

  it("is found in linear time when the header has 100,000 ranges", async () => {
    // Prepare
    const acceptOf = (ranges: number) => `${"a/b;q=0.1,".repeat(ranges)}image/webp`;

    // Act
    const growth = await growthOf(100_000 / 16, acceptOf, (accept) => chooseMediaType(accept, available));
    const found = chooseMediaType(acceptOf(100_000), available);

    // Assess
    expect(found).toBe("image/webp");
    expect(growth).toBeLessThan(LINEAR_GROWTH);
  });
});

describe("a model that answers only JSON", () => {
  it.each(["text/html", "text/html,*/*;q=0.8", "image/png", "application/json;q=0", "", undefined])(
    "answers JSON when Accept is %j",
    async (accept) => {
      for (const eventOf of [inRest, inFunctionUrl]) {
        // Prepare
        endpoint.willAnswer(predictions(0));
        const event = accepting(eventOf(loanDefault, { body: JSON.stringify({ data: ROW }) }), accept);

        // Act
        const answer = await sendTo(loanDefault, event);

        // Assess
        expect(answer).toMatchObject({
          statusCode: 200,
          headers: { "Content-Type": "application/json" },
          body: '"repaid"',
        });
      }
    },
  );
});

describe.each([
  { kind: "a REST event", eventOf: inRest },
  { kind: "a function URL event", eventOf: inFunctionUrl },
])("a text in $kind", ({ eventOf }) => {
  const event = (accept: string | undefined) =>
    accepting(eventOf(ticketUrgency, { body: "urgent", contentType: "text/plain" }), accept);

  it.each([
    { accept: undefined, type: "text/plain" },
    { accept: "*/*", type: "text/plain" },
    { accept: "text/*", type: "text/plain" },
    { accept: "application/json, text/plain, */*", type: "text/plain" },
    { accept: "text/html,application/xhtml+xml,*/*;q=0.8", type: "text/plain" },
    { accept: "application/json", type: "application/json" },
    { accept: "text/plain;q=0.5, application/json", type: "application/json" },
    { accept: "text/plain;q=0, */*", type: "application/json" },
  ])("is answered as $type when Accept is $accept", async ({ accept, type }) => {
    // Prepare
    endpoint.willAnswer(csv("0.8731"));

    // Act
    const answer = await sendTo(ticketUrgency, event(accept));

    // Assess
    expect(answer).toMatchObject({ statusCode: 200, headers: { "Content-Type": type } });
  });

  it("gets a 406 with the allowed types, and no prediction, when Accept includes neither text nor JSON", async () => {
    // Act
    const answer = await sendTo(ticketUrgency, event("text/html"));

    // Assess
    assessProblem(
      answer,
      event("text/html"),
      406,
      'Accept: got "text/html"; allowed: text/plain or application/json',
    );
    expect(endpoint.requests).toEqual([]);
  });
});

describe("a model that answers bytes", () => {
  const event = (eventOf: EventOf, accept: string | undefined) =>
    accepting(eventOf(mirror, { body: JPEG, contentType: "image/jpeg" }), accept);

  it.each<{ accept: string | undefined; rest: string; functionUrl: string }>([
    { accept: "image/png", rest: "image/png", functionUrl: "image/png" },
    { accept: "image/webp", rest: "image/webp", functionUrl: "image/webp" },
    { accept: "image/webp, image/png;q=0.5", rest: "image/webp", functionUrl: "image/webp" },
    { accept: "application/json", rest: "application/json", functionUrl: "application/json" },
    // API Gateway decodes base64 only if the first media type is exactly a binary media type of the API.
    { accept: undefined, rest: "application/json", functionUrl: "image/png" },
    { accept: "*/*", rest: "application/json", functionUrl: "image/png" },
    { accept: "image/avif,image/webp,*/*;q=0.8", rest: "application/json", functionUrl: "image/webp" },
    { accept: "image/png;q=0.9, */*;q=0.1", rest: "application/json", functionUrl: "image/png" },
    { accept: "image/jpeg, image/webp", rest: "image/webp", functionUrl: "image/webp" },
  ])("answers $rest (REST) and $functionUrl (function URL) when Accept is $accept", async (expected) => {
    const { accept, ...types } = expected;
    for (const [eventOf, type] of [
      [inRest, types.rest],
      [inFunctionUrl, types.functionUrl],
    ] as const) {
      // Prepare
      const answered = type === "application/json" ? "image/png" : type;
      endpoint.willAnswer({ headers: { "content-type": answered }, body: EVERY_BYTE });

      // Act
      const answer = await sendTo(mirror, event(eventOf, accept));

      // Assess
      const base64 = Buffer.from(EVERY_BYTE).toString("base64");
      expect(answer).toMatchObject({ statusCode: 200, headers: { "Content-Type": type } });
      expect(answer).toMatchObject(
        type === "application/json"
          ? { body: JSON.stringify({ contentType: answered, base64 }) }
          : { body: base64, isBase64Encoded: true },
      );
      expect(endpoint.requests.at(-1)?.headers.accept).toBe(type);
    }
  });

  it.each([
    { eventOf: inRest, place: " (as the first media type)", accept: "image/*" },
    { eventOf: inFunctionUrl, place: "", accept: "text/html" },
  ])("answers a 406 with the allowed types when Accept is $accept", async ({ eventOf, place, accept }) => {
    // Act
    const answer = await sendTo(mirror, event(eventOf, accept));

    // Assess
    assessProblem(
      answer,
      event(eventOf, accept),
      406,
      `Accept: got "${accept}"; allowed: image/png${place} or image/webp${place} or application/json`,
    );
    expect(endpoint.requests).toEqual([]);
  });
});
