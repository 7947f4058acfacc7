import fc from "fast-check";

/** Texts that JSON escapes, that are not ASCII, or that are names of properties of every object. */
const AWKWARD = [
  ..." \t\n\v\f\r\x1c\x85\xa0\u1680\u2028\u2029\u3000\ufeff\u200b\0\x7f",
  ...".;:!'?,\"()[]{}-/\\_*<>&%+=",
  ...["<br />", "Σ", "İ", "ẞ", "\u0301", "𐐀", "é", "😀", "𝔸", "字", "ا"],
  ...["constructor", "__proto__", "toString", "good", "BAD", "10"],
  ...["\ud83d", "\ude00"],
];

/** Texts with many special parts. */
export const texts = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...AWKWARD) },
      { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 6 }) },
      { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 4 }) },
    ),
    { maxLength: 24 },
  )
  .map((pieces) => pieces.join(""));

/** Probabilities in double and in single precision, many of them small. */
export const probabilities = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.float({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 0.001, noNaN: true }),
  fc.double({ min: 0, max: Number.MIN_VALUE * 2 ** 60, noNaN: true }),
  fc.integer({ min: 0, max: 10_000 }).map((n) => n / 10_000),
);
