import fc from "fast-check";

/** Texts that the encoding of a review treats in a special way. */
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

/** Reviews with many special texts. */
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

/** Probabilities in double and in single precision, many of them small. */
export const probabilities = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.float({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 0.001, noNaN: true }),
  fc.double({ min: 0, max: Number.MIN_VALUE * 2 ** 60, noNaN: true }),
  fc.integer({ min: 0, max: 10_000 }).map((n) => n / 10_000),
);
