import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { countWords, readVocabulary, words } from "../bag-of-words";
import { contract } from "../contract";
import { probabilities, reviews } from "./parity/arbitraries";
import table from "./parity/table.json";
import { wordsByCodePoint } from "./parity/words";

const vocabulary = new Map(table.vocabulary.map((word, index) => [word, index]));

describe("as in Python", () => {
  it.each(table.reviews)("$review is the words $words", ({ review, words: expected }) => {
    // Act
    const found = words(review);

    // Assess
    expect(found).toEqual(expected);
  });

  it.each(table.reviews)("$review is the bag $bag", ({ review, bag }) => {
    // Act
    const counts = countWords(review, vocabulary);

    // Assess
    expect(counts).toEqual(bag);
  });

  it.each(table.probabilities)("$body rounds to $label", ({ body, label }) => {
    // Act
    const answer = contract.text?.write(contract.decode(body));

    // Assess
    expect(answer).toBe(String(label));
  });
});

describe("for every review", () => {
  it("the words are those that are found code point after code point", () => {
    fc.assert(
      fc.property(reviews, (review) => {
        // Act
        const found = words(review);

        // Assess
        expect(found).toEqual(wordsByCodePoint(review));
      }),
      { numRuns: 1_000 },
    );
  });

  it("the bag holds each of its words, and nothing else", () => {
    fc.assert(
      fc.property(reviews, reviews, (review, other) => {
        // Prepare: a vocabulary of the review's own words, and of words that it may not have
        const known = [...new Set([...words(review), ...words(other)])];
        fc.pre(known.length > 0);
        const document = JSON.parse(
          `{${known.map((word, index) => `${JSON.stringify(word)}:${index}`).join()}}`,
        );

        // Act
        const counts = countWords(review, readVocabulary(document));

        // Assess
        const found = words(review);
        expect(counts).toEqual(known.map((word) => found.filter((each) => each === word).length));
      }),
      { numRuns: 300 },
    );
  });

  it("what is sent is as long as the vocabulary, in digits and commas", () => {
    fc.assert(
      fc.property(reviews, (review) => {
        // Act
        const { body, rows } = contract.encode({ review });

        // Assess
        expect(body).toMatch(/^\d+(,\d+)*$/);
        expect(body.split(",")).toHaveLength(contract.encode({ review: "" }).body.split(",").length);
        expect(rows).toBe(1);
      }),
      { numRuns: 50 },
    );
  });
});

it("for every probability the answer is positive above one half, and holds the score", () => {
  fc.assert(
    fc.property(probabilities, (score) => {
      // Act
      const decoded = contract.decode(`${score}\n`);

      // Assess
      expect(decoded).toEqual({ sentiment: score > 0.5 ? "positive" : "negative", score });
    }),
    { numRuns: 300 },
  );
});
