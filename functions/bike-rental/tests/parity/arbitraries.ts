import fc from "fast-check";

/** A written date and time, valid or invalid. */
export interface WrittenMoment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** The whole text of a request. */
  readonly text: string;
}

const years = fc.oneof(
  fc.integer({ min: 2011, max: 2013 }),
  fc.integer({ min: 0, max: 9999 }),
  fc.constantFrom(1600, 1700, 1800, 1900, 2000, 2100, 4, 99, 100),
);

/** Dates and times. Most are valid, and many are at the end of a month. */
export const moments: fc.Arbitrary<WrittenMoment> = fc
  .record({
    year: years,
    month: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 12 }) }, fc.constantFrom(0, 13, 99)),
    day: fc.oneof(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 27, max: 32 }), fc.constant(0)),
    hour: fc.oneof({ weight: 19, arbitrary: fc.integer({ min: 0, max: 23 }) }, fc.constantFrom(24, 99)),
    minute: fc.oneof({ weight: 19, arbitrary: fc.integer({ min: 0, max: 59 }) }, fc.constantFrom(60, 99)),
    second: fc.oneof({ weight: 19, arbitrary: fc.integer({ min: 0, max: 59 }) }, fc.constantFrom(60, 61)),
    separator: fc.constantFrom(" ", "T"),
  })
  .map(({ separator, ...moment }) => {
    const { year, month, day, hour, minute, second } = moment;
    const date = [pad(year, 4), pad(month), pad(day)].join("-");
    return { ...moment, text: `${date}${separator}${[hour, minute, second].map((n) => pad(n)).join(":")}` };
  });

function pad(value: number, digits = 2): string {
  return String(value).padStart(digits, "0");
}

/** Possible predictions of a regression on the logarithm of a count. */
export const logCounts = fc.oneof(
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.float({ min: -10, max: 10, noNaN: true }),
  fc.double({ min: -700, max: 700, noNaN: true }),
  fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
);

/** Possible separators of XGBoost's answer. */
export const separators = fc.constantFrom(",", "\n", "\r\n", ",\n", ", ", "\n,", " , ", "\n\n");
