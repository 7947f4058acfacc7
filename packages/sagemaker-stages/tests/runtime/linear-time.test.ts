import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { NO_CALLER, replyOf } from "../../src/runtime/outside-handler";
import { EndpointServer } from "../../src/testing/endpoint-server";
import { models } from "../fixtures/app/functions";
import { contract as loanDefault } from "../fixtures/app/functions/loan-default/contract";
import { contract as ticketUrgency } from "../fixtures/app/functions/ticket-urgency/contract";
import { growthOf, LINEAR_GROWTH } from "../support/cpu-time";
import { contextWith, ROW, restEvent, rowWith } from "./support/events";
import { handlerFor } from "./support/handler";
import { captureLog } from "./support/log";

let endpoint: EndpointServer;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  captureLog();
});

afterEach(async () => {
  jest.restoreAllMocks();
  await endpoint.close();
});

/** A number of characters for which a quadratic pattern needs seconds. */
const LENGTH = 60_000;
/** The tolerated additional time in comparison with harmless characters, for a busy machine. */
const TOLERANCE_IN_MS = 1_000;
const MAX_RATIO = 20;

/** Texts on which regular expressions for numbers, lists and texts backtrack. */
const attacks = [
  ...[
    "1",
    "0",
    ".",
    " ",
    "\t",
    "\n",
    ",",
    "-",
    "/",
    "<br",
    "<br />",
    "1.",
    "1e",
    ", ",
    " ,",
    "\n ",
    "\u00a0",
    "e",
    "+",
  ],
  ...["(", "[", "{", "\\", '"', ";", ":"],
].flatMap((unit) => {
  const text = unit.repeat(LENGTH / unit.length);
  return [text, `${text}x`, `1${text}1x`];
});

/** The milliseconds of the faster of two runs. */
async function fastest(run: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 2; count++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

async function slowerThanHarmless(run: (text: string) => unknown): Promise<string[]> {
  const harmless = await fastest(() => run("x".repeat(LENGTH)));
  const slow: string[] = [];
  const isSlow = (ms: number) => ms > harmless * MAX_RATIO + TOLERANCE_IN_MS;
  for (const text of attacks) {
    const start = performance.now();
    await run(text);
    if (!isSlow(performance.now() - start)) continue;
    // One of the two runs can be slow on a busy machine.
    const ms = await fastest(() => run(text));
    if (isSlow(ms)) slow.push(`${JSON.stringify(text.slice(0, 8))}: ${ms} ms`);
  }
  return slow;
}

describe.each(Object.entries(models))(
  "%s takes no longer for a crafted text than for other texts",
  (_name, model) => {
    it("when the text is a request", async () => {
      // Prepare
      const requests = (text: string) => [
        text,
        { data: text },
        { data: rowWith(text, 2) },
        { data: [text] },
        { instances: [{ date: text, hour: 18, temperature: -2.5, day: "working" }] },
        { instances: [{ date: "2026-01-15", hour: 18, temperature: -2.5, day: text }] },
        { message: text },
        { q: text },
        { q: "a", k: text },
        { [text]: text },
      ];

      // Act
      const slow = await slowerThanHarmless((text) => {
        for (const request of requests(text)) {
          const parsed = model.schema.safeParse(request);
          if (parsed.success) model.encode(parsed.data, NO_CALLER);
        }
      });

      // Assess
      expect(slow).toEqual([]);
    }, 120_000);

    it("when the text is an answer of the endpoint", async () => {
      // Prepare
      const answers = (text: string) => [
        text,
        JSON.stringify({ predictions: [{ score: text, predicted_label: text }] }),
        JSON.stringify([[[text]], [[text]]]),
        JSON.stringify([{ label: [text], prob: [text] }]),
      ];

      // Act
      const slow = await slowerThanHarmless((text) => {
        for (const answer of answers(text)) {
          try {
            model.decode(answer, model.example.request, replyOf(answer, "text/plain"));
          } catch {
            // The contract can refuse the answer, but must do so fast.
          }
        }
      });

      // Assess
      expect(slow).toEqual([]);
    }, 120_000);
  },
);

it("a request with crafted headers takes no longer than other requests", async () => {
  // Prepare
  const handler = handlerFor(ticketUrgency, endpoint);
  const names = ["content-type", "content-encoding", "Content-Type"];

  // Act
  const slow = await slowerThanHarmless(async (text) => {
    for (const name of names) {
      for (const value of [text, `application/json;${text}`, `application/json;charset=${text}`]) {
        await handler(
          restEvent("{}", { contentType: undefined, headers: { [name]: value } }),
          contextWith(1_000),
        );
      }
    }
  });

  // Assess
  expect(slow).toEqual([]);
}, 120_000);

it("a cell of 80 kB in a row of loan-default is refused in linear time", async () => {
  // Prepare
  const handler = handlerFor(loanDefault, endpoint);
  const requestOf = (characters: number) => ({ data: [ROW, rowWith(`${"1".repeat(characters)}x`, 2)] });

  // Act
  const growth = await growthOf(80_000 / 16, requestOf, (request) => handler(request, contextWith(4_000)));
  const answer = await handler(requestOf(80_000), contextWith(4_000));

  // Assess
  expect(answer).toMatchObject({
    status: 400,
    detail: `data[1]: got "${"1".repeat(40)}…" as number 2; allowed: finite decimal numbers`,
  });
  expect(growth).toBeLessThan(LINEAR_GROWTH);
});
