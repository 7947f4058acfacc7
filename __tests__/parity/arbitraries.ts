import fc from "fast-check";

/** What the encoding of a review treats in some way of its own. */
const AWKWARD = [
  ..." \t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2007\u2028\u2029\u202f\u205f\u3000",
  ..."\ufeff\u180e\u200b\u200d\u2060\0\x7f",
  ...".;:!'?,\"()[]-/_*<>&",
  ...["<br", "/>", "<br />", "<br/>", "<br /><br />", "<BR\t/><br\u3000/>", "<br\x1c/><br\x85/>"],
  ...[
    "Σ",
    "σ",
    "ς",
    "İ",
    "I",
    "ı",
    "ẞ",
    "ß",
    "ǅ",
    "\u212a",
    "\u0301",
    "\u0307",
    "\u0345",
    "ʰ",
    "\u00ad",
    "𐐀",
  ],
  ...["constructor", "__proto__", "toString", "good", "BAD", "10", "é", "É", "😀", "𝔸", "字", "ا"],
  ...["\ud83d", "\ude00"],
];

/** Reviews full of what is awkward. */
export const reviews = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...AWKWARD) },
      { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 6 }) },
      { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 4 }) },
    ),
    { maxLength: 24 },
  )
  .map((pieces) => pieces.join(""));

/** A point in time as it may be written, whether or not the calendar has it. */
export interface WrittenMoment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** All of it, as a request has it. */
  readonly text: string;
}

const years = fc.oneof(
  fc.integer({ min: 2011, max: 2013 }),
  fc.integer({ min: 0, max: 9999 }),
  fc.constantFrom(1600, 1700, 1800, 1900, 2000, 2100, 4, 99, 100),
);

/** Moments, most of them of the calendar, many at the end of a month. */
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

/** What a regression on the logarithm of a count may predict. */
export const logCounts = fc.oneof(
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.float({ min: -10, max: 10, noNaN: true }),
  fc.double({ min: -700, max: 700, noNaN: true }),
  fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
);

/** Numbers between which XGBoost may put them. */
export const separators = fc.constantFrom(",", "\n", "\r\n", ",\n", ", ", "\n,", " , ", "\n\n");

/** Probabilities in double and in single precision, many of them small. */
export const probabilities = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.float({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 0.001, noNaN: true }),
  fc.double({ min: 0, max: Number.MIN_VALUE * 2 ** 60, noNaN: true }),
  fc.integer({ min: 0, max: 10_000 }).map((n) => n / 10_000),
);
