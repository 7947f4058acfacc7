import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { contract } from "../contract";
import { logCounts, moments, separators } from "./parity/arbitraries";
import { dayOfWeek, isDay } from "./parity/calendar";
import table from "./parity/table.json";
import { at, type Features, observations, PUBLISHED } from "./support/observations";

const takes = (datetime: string) => contract.schema.safeParse(observations(at(datetime))).success;

/** What is sent for these observations, as numbers: a number may be written in more than one way. */
function rowsOf(...features: readonly Features[]): number[][] {
  return contract
    .encode(observations(...features))
    .body.split("\n")
    .map((line) => line.split(",").map(Number));
}

/** What follows the eight numbers of an observation: year, month, day, day of the week, hour. */
function calendarOf(datetime: string): number[] | undefined {
  return rowsOf(at(datetime))[0]?.slice(8);
}

/** Mathematical libraries are right to a unit in the last place, not to the bit. */
function isNear(count: number, expected: number): boolean {
  return Math.abs(count - expected) <= 2 * Number.EPSILON * Math.abs(expected);
}

/** How far a count is from exp(x) − 1, worked out another way. */
function relativeError(count: number, logCount: number): number {
  const expected = 2 * Math.sinh(logCount / 2) * Math.exp(logCount / 2);
  return Math.abs(count - expected) / Math.max(Math.abs(expected), SMALLEST_NORMAL);
}

const SMALLEST_NORMAL = 2 ** -1022;

describe("as in Python", () => {
  it.each(table.observations)("$features is $row", ({ features, row }) => {
    // Act
    const rows = rowsOf(features as Features);

    // Assess
    expect(rows).toEqual([row]);
  });

  it("all observations together are their rows, in order", () => {
    // Act
    const rows = rowsOf(...table.observations.map(({ features }) => features as Features));

    // Assess
    expect(rows).toEqual(table.observations.map(({ row }) => row));
  });

  it.each(table.moments.filter(({ calendar }) => calendar !== null))(
    "$text is $calendar",
    ({ text, calendar }) => {
      // Act
      const encoded = calendarOf(text);

      // Assess
      expect(takes(text)).toBe(true);
      expect(encoded).toEqual(calendar);
    },
  );

  it.each(table.moments.filter(({ calendar }) => calendar === null))("$text is no moment", ({ text }) => {
    // Act
    const taken = takes(text);

    // Assess
    expect(taken).toBe(false);
  });

  it.each(table.predictions)("$body is $counts", ({ body, counts }) => {
    // Prepare
    const request = observations(...counts.map(() => PUBLISHED[0]));

    // Act
    const decoded = contract.decode(body, request);

    // Assess
    expect(decoded.map((count, index) => isNear(count, counts[index] ?? Number.NaN))).toEqual(
      counts.map(() => true),
    );
  });
});

describe("for every moment", () => {
  it("the calendar has, and for no other, there is a row with its day of the week", () => {
    fc.assert(
      fc.property(moments, ({ year, month, day, hour, minute, second, text }) => {
        // Act
        const taken = takes(text);

        // Assess
        expect(taken).toBe(isDay(year, month, day) && hour < 24 && minute < 60 && second < 60);
        if (taken) expect(calendarOf(text)).toEqual([year, month, day, dayOfWeek(year, month, day), hour]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("for all numbers", () => {
  const number = fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.integer());

  it("the endpoint is sent the same numbers, in the same order, one row a line", () => {
    const numbers = fc.tuple(number, number, number, number, number, number, number, number);
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 4 }), (batch) => {
        // Act
        const rows = rowsOf(...batch.map((each): Features => ["2012-12-19 17:00:00", ...each]));

        // Assess: what is written for -0 is 0
        expect(rows).toEqual(batch.map((each) => [...each.map((cell) => cell + 0), 2012, 12, 19, 2, 17]));
      }),
      { numRuns: 200 },
    );
  });

  it("predictions are read in order, however they are separated", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(logCounts, separators), { minLength: 1, maxLength: 8 }), (cells) => {
        // Prepare
        const body = cells
          .map(([value, separator], index) => `${index === 0 ? "" : separator}${value}`)
          .join("");
        const request = observations(...cells.map(() => PUBLISHED[0]));

        // Act
        const decoded = contract.decode(body, request);

        // Assess
        const errors = decoded.map((count, index) => relativeError(count, cells[index]?.[0] ?? 0));
        expect(errors).toHaveLength(cells.length);
        expect(Math.max(...errors)).toBeLessThan(1e-12);
      }),
      { numRuns: 200 },
    );
  });
});
