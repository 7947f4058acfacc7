import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { type HttpRequest, restHttpEvent } from "sagemaker-stages/testing";
import { compareHandlers } from "../../../../training/compare-handlers";
import { contract } from "../../contract";
import document from "../../vocabulary.json";
import { reviews } from "../parity/arbitraries";

const REQUESTS = 10_000;
const SEED = 20_261_129;
const TIMEOUT_IN_MS = 300_000;

const sentences = fc
  .array(fc.constantFrom(...Object.keys(document)), { minLength: 1, maxLength: 30 })
  .map((words) => words.join(" "));

/** Requests as text, like a page sends, and as JSON. */
const requests: fc.Arbitrary<HttpRequest> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .oneof(sentences, reviews)
      .map((body) => ({ body, contentType: "text/plain;charset=UTF-8" })),
  },
  {
    weight: 5,
    arbitrary: fc.oneof(sentences, reviews).map((review) => ({ body: JSON.stringify({ review }) })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<unknown>(
        {},
        { review: 1 },
        { review: "" },
        { review: "good", other: 1 },
        [],
        null,
        "good",
      )
      .map((request) => ({ body: JSON.stringify(request) })),
  },
);

it(
  "a handler in Python gives the same answers as the contract to 10,000 generated requests",
  async () => {
    // Prepare
    const events = fc
      .sample(requests, { numRuns: REQUESTS, seed: SEED })
      .map((request) => restHttpEvent(contract.route, request));

    // Act
    const { compared, accepted, identical, differences } = await compareHandlers(
      {
        contract,
        folder: "functions/sentiment/tests/python",
        files: { "vocabulary.json": "functions/sentiment/vocabulary.json" },
      },
      events,
    );

    // Assess
    console.error(`sentiment: ${compared} compared, ${accepted} accepted, ${identical} identical`);
    expect(differences).toEqual([]);
    expect({ compared, identical }).toEqual({ compared: REQUESTS, identical: REQUESTS });
    expect(accepted).toBeGreaterThan(REQUESTS * 0.7);
  },
  TIMEOUT_IN_MS,
);
