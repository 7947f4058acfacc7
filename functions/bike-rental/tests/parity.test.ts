import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { contract } from "../contract";
import { logCounts, moments, separators } from "./parity/arbitraries";
import { dayOfWeek, isDay } from "./parity/calendar";
import table from "./parity/table.json";
import { at, type Features, observations, PUBLISHED } from "./support/observations";

const takes = (datetime: string) => contract.schema.safeParse(observations(at(datetime))).success;

/** The numbers in the endpoint's request. They are parsed, because a number has several notations. */
function rowsOf(...features: readonly Features[]): number[][] {
  return contract
    .encode(observations(...features))
    .body.split("\n")
    .map((line) => line.split(",").map(Number));
}

/** The calendar features after the eight numbers of an observation: year, month, day, day of the week, hour. */
function calendarOf(datetime: string): number[] | undefined {
  return rowsOf(at(datetime))[0]?.slice(8);
}

/** Results of mathematical libraries can differ in the last digit. */
function isNear(count: number, expected: number): boolean {
  return Math.abs(count - expected) <= 2 * Number.EPSILON * Math.abs(expected);
}

/** The difference of a count from exp(x) − 1, computed in another way. */
function relativeError(count: number, logCount: number): number {
  const expected = 2 * Math.sinh(logCount / 2) * Math.exp(logCount / 2);
  return Math.abs(count - expected) / Math.max(Math.abs(expected), MIN_NORMAL);
}

const MIN_NORMAL = 2 ** -1022;

describe("the contract's result equals the Python reference:", () => {
  it.each(table.observations)("the row of $features is $row", ({ features, row }) => {
    // Act
    const rows = rowsOf(features as Features);

    // Assess
    expect(rows).toEqual([row]);
  });

  it("the rows of all observations in one request are in the order of the observations", () => {
    // Act
    const rows = rowsOf(...table.observations.map(({ features }) => features as Features));

    // Assess
    expect(rows).toEqual(table.observations.map(({ row }) => row));
  });

  it.each(table.moments.filter(({ calendar }) => calendar !== null))(
    "the calendar features of $text are $calendar",
    ({ text, calendar }) => {
      // Act
      const encoded = calendarOf(text);

      // Assess
      expect(takes(text)).toBe(true);
      expect(encoded).toEqual(calendar);
    },
  );

  it.each(table.moments.filter(({ calendar }) => calendar === null))("$text is refused", ({ text }) => {
    // Act
    const taken = takes(text);

    // Assess
    expect(taken).toBe(false);
  });

  it.each(table.predictions)("the counts in $body are $counts", ({ body, counts }) => {
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

describe("for every date and time", () => {
  it("the row has the right day of the week, and an invalid date is refused", () => {
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

  it("the endpoint receives the same numbers, in the same order, one row per line", () => {
    const numbers = fc.tuple(number, number, number, number, number, number, number, number);
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 4 }), (batch) => {
        // Act
        const rows = rowsOf(...batch.map((each): Features => ["2012-12-19 17:00:00", ...each]));

        // Assess: -0 is written as 0
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
