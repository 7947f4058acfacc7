import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { restHttpEvent } from "sagemaker-stages/testing";
import { compareHandlers } from "../../../../training/compare-handlers";
import { contract } from "../../contract";
import { BENIGN_ROW, MALIGNANT_ROW } from "../support/rows";

const REQUESTS = 10_000;
const SEED = 20_261_129;
const TIMEOUT_IN_MS = 300_000;

/** Mixed and scaled measurements of two known masses, so that both diagnoses occur. */
const rows = fc
  .record({
    share: fc.double({ min: -0.2, max: 1.2, noNaN: true }),
    noise: fc.array(fc.double({ min: 0.8, max: 1.25, noNaN: true }), { minLength: 30, maxLength: 30 }),
    written: fc.constantFrom(
      String,
      (value: number) => value.toExponential(6),
      (value: number) => ` ${value}`,
    ),
  })
  .map(({ share, noise, written }) => {
    const [benign, malignant] = [BENIGN_ROW, MALIGNANT_ROW].map((row) => row.split(",").map(Number));
    const mixed = noise.map(
      (factor, index) => factor * ((benign?.[index] ?? 0) * (1 - share) + (malignant?.[index] ?? 0) * share),
    );
    return mixed.map(written).join(",");
  });

/** Invalid requests. */
const refused = fc.oneof(
  rows.map((row) => ({ data: row.slice(row.indexOf(",") + 1) })),
  rows.map((row) => ({ data: `${row},1` })),
  fc
    .tuple(rows, fc.constantFrom("", "x", "NaN", "Infinity", "1e999", "0x10", "1_000", "١"))
    .map(([row, cell]) => ({ data: row.replace(/^[^,]+/, cell) })),
  fc.constantFrom({}, { data: [] }, { data: 1 }, { data: null }, { rows: BENIGN_ROW }, [], null, "text"),
  rows.map((row) => ({ data: row, other: 1 })),
);

const requests = fc.oneof(
  { weight: 6, arbitrary: rows.map((data) => ({ data })) },
  { weight: 3, arbitrary: fc.array(rows, { minLength: 1, maxLength: 5 }).map((data) => ({ data })) },
  { weight: 1, arbitrary: refused },
);

it(
  "a handler in Python gives the same answers as the contract to 10,000 generated requests",
  async () => {
    // Prepare
    const events = fc
      .sample<unknown>(requests, { numRuns: REQUESTS, seed: SEED })
      .map((request) => restHttpEvent(contract.route, { body: JSON.stringify(request) }));

    // Act
    const { compared, accepted, identical, differences } = await compareHandlers(
      { contract, folder: "functions/breast-cancer/tests/python" },
      events,
    );

    // Assess
    console.error(`breast-cancer: ${compared} compared, ${accepted} accepted, ${identical} identical`);
    expect(differences).toEqual([]);
    expect({ compared, identical }).toEqual({ compared: REQUESTS, identical: REQUESTS });
    expect(accepted).toBeGreaterThan(REQUESTS * 0.8);
  },
  TIMEOUT_IN_MS,
);
