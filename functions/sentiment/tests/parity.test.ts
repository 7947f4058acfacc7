import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { countWords, readVocabulary, tokenize } from "../bag-of-words";
import { contract } from "../contract";
import { probabilities, reviews } from "./parity/arbitraries";
import table from "./parity/table.json";
import { tokenizeByCodePoint } from "./parity/tokenize";

const vocabulary = new Map(table.vocabulary.map((word, index) => [word, index]));

describe("the encoder's result equals the Python reference:", () => {
  it.each(table.reviews)("$review has the words $words", ({ review, words: expected }) => {
    // Act
    const found = tokenize(review);

    // Assess
    expect(found).toEqual(expected);
  });

  it.each(table.reviews)("$review has the word counts $bag", ({ review, bag }) => {
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
  it("the words equal the result of a search by code point", () => {
    fc.assert(
      fc.property(reviews, (review) => {
        // Act
        const found = tokenize(review);

        // Assess
        expect(found).toEqual(tokenizeByCodePoint(review));
      }),
      { numRuns: 1_000 },
    );
  });

  it("the word counts include each word, and nothing else", () => {
    fc.assert(
      fc.property(reviews, reviews, (review, other) => {
        // Prepare: a vocabulary from the review and from another review
        const known = [...new Set([...tokenize(review), ...tokenize(other)])];
        fc.pre(known.length > 0);
        const document = JSON.parse(
          `{${known.map((word, index) => `${JSON.stringify(word)}:${index}`).join()}}`,
        );

        // Act
        const counts = countWords(review, readVocabulary(document));

        // Assess
        const found = tokenize(review);
        expect(counts).toEqual(known.map((word) => found.filter((each) => each === word).length));
      }),
      { numRuns: 300 },
    );
  });

  it("the request has one number per vocabulary word, in digits and commas", () => {
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

it("the answer contains the score, and is positive above one half, for every probability", () => {
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
