import { describe, expect, it } from "@jest/globals";
import { averageOf, type Cron, canCoincide, parseCron } from "../../src/aws/cron";

function cronOf(expression: string): Cron {
  const cron = parseCron(expression);
  if (cron === undefined) throw new Error(`got ${expression}; allowed: an expression that parseCron reads`);
  return cron;
}

describe("a cron expression of Application Auto Scaling", () => {
  it.each<[string, Partial<Record<keyof Cron, number[] | undefined>>]>([
    ["30 6 ? * MON *", { minutes: [30], hours: [6], daysOfMonth: undefined, daysOfWeek: [2] }],
    ["0 7 ? * MON-FRI *", { daysOfWeek: [2, 3, 4, 5, 6] }],
    ["0 7 ? * mon,6-7 *", { daysOfWeek: [2, 6, 7] }],
    ["0 0 1,15 JAN-MAR ? *", { daysOfMonth: [1, 15], months: [1, 2, 3], daysOfWeek: undefined }],
    ["*/20 8-10 * * ? *", { minutes: [0, 20, 40], hours: [8, 9, 10] }],
    ["5/25 0 ? * 1 *", { minutes: [5, 30, 55], daysOfWeek: [1] }],
  ])("has the values of its fields: %s", (expression, expected) => {
    // Act
    const cron = cronOf(expression);

    // Assess
    const found = Object.keys(expected).map((field) => {
      const values = cron[field as keyof Cron];
      return [field, values === undefined ? undefined : [...values].sort((a, b) => a - b)];
    });
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it.each([
    ["five fields", "0 7 ? * MON-FRI"],
    ["seven fields", "0 0 7 ? * MON-FRI *"],
    ["days of the month and of the week", "0 7 * * * *"],
    ["no days", "0 7 ? * ? *"],
    ["a minute after 59", "60 7 ? * MON *"],
    ["an hour after 23", "0 24 ? * MON *"],
    ["day 0", "0 7 0 * ? *"],
    ["an eighth day of the week", "0 7 ? * 8 *"],
    ["a range that ends before its start", "0 7 ? * FRI-MON *"],
    ["a step of 0", "*/0 7 ? * MON *"],
    ["the last day of the month", "0 7 L * ? *"],
    ["the nearest weekday", "0 7 15W * ? *"],
    ["the third Monday", "0 7 ? * 2#3 *"],
    ["an unknown name", "0 7 ? * MONDAY *"],
    ["a year", "0 7 ? * MON 2027"],
    ["years", "0 7 ? * MON 2027-2199"],
    ["a day that no month has", "0 7 30 FEB ? *"],
    ["a day that some years lack", "0 7 29 2 ? *"],
    ["a day that none of the months has", "0 7 31 APR,JUN ? *"],
    ["an empty item of a list", "0 7 ? * MON, *"],
    ["a prefix", "cron(0 7 ? * MON *)"],
  ])("is refused with %s", (_, expression) => {
    // Act
    const cron = parseCron(expression);

    // Assess
    expect(cron).toBeUndefined();
  });
});

describe("the average of scheduled values", () => {
  it.each<[string, readonly (readonly [string, number])[], number]>([
    // 14 of 24 hours with 2, 10 with 1.
    [
      "each day",
      [
        ["0 6 * * ? *", 2],
        ["0 20 * * ? *", 1],
      ],
      (14 * 2 + 10) / 24,
    ],
    // 5 × 12 of 168 hours with 4.
    [
      "on working days",
      [
        ["0 7 ? * MON-FRI *", 4],
        ["0 19 ? * MON-FRI *", 1],
      ],
      (60 * 4 + 108) / 168,
    ],
    [
      "when the value never changes",
      [
        ["0 7 ? * MON *", 3],
        ["0 19 ? * SUN *", 3],
      ],
      3,
    ],
    // January 3 is the last day of the averaged year.
    [
      "on days of the year",
      [
        ["0 0 3 JAN ? *", 5],
        ["0 0 4 JAN ? *", 1],
      ],
      (5 + 364) / 365,
    ],
    // The week begins with the value of Sunday.
    [
      "when the last value lasts until the next week",
      [
        ["0 0 ? * WED *", 8],
        ["0 0 ? * SUN *", 1],
      ],
      (4 * 8 + 3) / 7,
    ],
  ])("is weighted by time %s", (_, schedules, expected) => {
    // Act
    const average = averageOf(schedules.map(([expression, value]) => ({ cron: cronOf(expression), value })));

    // Assess
    expect(average).toBeCloseTo(expected, 10);
  });

  it("does not exist without schedules", () => {
    // Act
    const average = averageOf([]);

    // Assess
    expect(average).toBeUndefined();
  });
});

describe("two expressions", () => {
  it.each<[string, string, boolean]>([
    ["0 7 * * ? *", "0 7 ? * MON *", true],
    ["0 7 1 * ? *", "0 7 ? * SUN *", true],
    ["0 7 ? * MON-FRI *", "0 7 ? * FRI *", true],
    ["*/20 * * * ? *", "40 3 ? * SAT *", true],
    ["0 7 29,30 FEB,MAR ? *", "0 7 29 FEB,APR ? *", true],
    ["0 7 * * ? *", "1 7 * * ? *", false],
    ["0 7 * * ? *", "0 8 * * ? *", false],
    ["0 7 ? * MON-FRI *", "0 7 ? * SAT,SUN *", false],
    ["0 7 1 * ? *", "0 7 2 * ? *", false],
    ["0 7 ? JAN MON *", "0 7 ? FEB MON *", false],
    // Both have the 31st, but no common month has it.
    ["0 7 31 JAN,APR ? *", "0 7 31 APR,MAY ? *", false],
  ])("can match the same minute: %s, %s: %s", (one, other, expected) => {
    // Act
    const results = [canCoincide(cronOf(one), cronOf(other)), canCoincide(cronOf(other), cronOf(one))];

    // Assess
    expect(results).toEqual([expected, expected]);
  });
});
