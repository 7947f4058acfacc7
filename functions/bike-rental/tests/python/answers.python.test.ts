import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { restHttpEvent } from "sagemaker-stages/testing";
import { compareHandlers } from "../../../../training/compare-handlers";
import { contract } from "../../contract";
import { moments } from "../parity/arbitraries";

const REQUESTS = 10_000;
const SEED = 20_261_129;
const TIMEOUT_IN_MS = 300_000;

/** Valid hours. */
const hours = fc
  .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(-24, -5))
  .chain((text) => fc.constantFrom(text, text.replace("T", " ")));

const observations = fc
  .tuple(
    fc.oneof(
      { weight: 19, arbitrary: hours },
      moments.map(({ text }) => text),
    ),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 0, max: 1 }),
    fc.integer({ min: 0, max: 1 }),
    fc.integer({ min: 1, max: 4 }),
    fc.double({ min: -10, max: 45, noNaN: true }),
    fc.double({ min: -20, max: 50, noNaN: true }),
    fc.integer({ min: 0, max: 100 }),
    fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.constantFrom(1e-7, 1e21, -0)),
  )
  .map((features) => ({ features }));

/** Invalid requests, except requests with an invalid date. */
const refused = fc.constantFrom<unknown>(
  {},
  { instances: [] },
  { instances: {} },
  { instances: [{}] },
  { instances: [{ features: [] }] },
  { instances: [{ features: ["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50] }] },
  { instances: [{ features: ["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50, 1, 1] }] },
  { instances: [{ features: ["2012-12-19 17:00:00", 4, 0, true, 1, 16.4, 20.455, 50, 1] }] },
  { instances: [{ features: ["2012-12-19 17:00:00", 4, 0, "1", 1, 16.4, 20.455, 50, 1] }] },
  { instances: [{ features: [1, 4, 0, 1, 1, 16.4, 20.455, 50, 1] }] },
  { instances: [{ features: null, other: 1 }] },
  [],
  null,
);

const requests = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.array(observations, { minLength: 1, maxLength: 3 }).map((instances) => ({ instances })),
  },
  { weight: 1, arbitrary: refused },
);

/** Results of mathematical libraries can differ in the last digit. */
function isNear(typescript: unknown, python: unknown): boolean {
  const [counts, others] = [typescript, python].map((result) => (result as { body?: unknown }).body);
  return (
    Array.isArray(counts) &&
    Array.isArray(others) &&
    counts.length === others.length &&
    counts.every(
      (count, index) => Math.abs(count - others[index]) <= 2 * Number.EPSILON * Math.abs(others[index]),
    )
  );
}

it(
  "a handler in Python gives the same answers as the contract to 10,000 generated requests",
  async () => {
    // Prepare
    const events = fc
      .sample<unknown>(requests, { numRuns: REQUESTS, seed: SEED })
      .map((request) => restHttpEvent(contract.route, { body: JSON.stringify(request) }));

    // Act
    const { compared, accepted, identical, differences } = await compareHandlers(
      { contract, folder: "functions/bike-rental/tests/python", agree: isNear },
      events,
    );

    // Assess
    console.error(`bike-rental: ${compared} compared, ${accepted} accepted, ${identical} identical`);
    expect(differences).toEqual([]);
    expect(compared).toBe(REQUESTS);
    expect(accepted).toBeGreaterThan(REQUESTS * 0.7);
  },
  TIMEOUT_IN_MS,
);
