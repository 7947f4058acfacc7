/**
 * Trains the sample model of sentiment, and writes the vocabulary in the function's bundle. The model card is
 * functions/sentiment/README.md.
 *
 *   npx tsx functions/sentiment/training/train.ts imdb_labelled.txt amazon_cells_labelled.txt yelp_labelled.txt
 */

import {
  accuracy,
  fitLogisticRegression,
  type Labelled,
  majority,
  rounded,
} from "../../../training/logistic-regression";
import { type Outcome, percent, runTraining, UnexpectedData } from "../../../training/script";
import { split } from "../../../training/split";
import { countWords, readVocabulary, tokenize } from "../bag-of-words";

/** A word that occurs in only one review does not generalize. */
const MIN_REVIEWS = 2;
const SETTINGS = { epochs: 300, learningRate: 2, l2: 1e-3 };

interface Review {
  readonly text: string;
  readonly label: 0 | 1;
}

/** Reads lines of the form `<text> TAB <0 or 1>`. */
function read(text: string): Review[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  return lines.map((line, index) => {
    const [, review, label] = /^(.+)\t([01])$/.exec(line) ?? [];
    if (review === undefined)
      throw new UnexpectedData(`line ${index + 1}: expected a text, a tab, and 0 or 1`);
    return { text: review, label: label === "1" ? 1 : 0 };
  });
}

/** The words that occur in enough reviews, in alphabetical order, with their indices. */
function chooseWords(reviews: readonly Review[]): Record<string, number> {
  const reviewsWith = new Map<string, number>();
  for (const word of reviews.flatMap(({ text }) => [...new Set(tokenize(text))])) {
    reviewsWith.set(word, (reviewsWith.get(word) ?? 0) + 1);
  }
  const chosen = [...reviewsWith].flatMap(([word, reviews]) => (reviews >= MIN_REVIEWS ? [word] : []));
  return Object.fromEntries(chosen.sort().map((word, index) => [word, index]));
}

function train(reviews: readonly Review[]): Outcome {
  // The split is by the words, so that duplicate sentences are in the same part.
  const { trained, heldOut } = split(reviews, ({ text }) => tokenize(text).join(" "));
  const document = chooseWords(trained);
  const vocabulary = readVocabulary(document);
  if (vocabulary.size === 0) {
    throw new UnexpectedData(`got no word that ${MIN_REVIEWS} reviews have; expected more text`);
  }
  const encode = (part: readonly Review[]): Labelled[] =>
    part.map(({ text, label }) => ({ label, features: countWords(text, vocabulary) }));
  const [trainedRows, heldOutRows] = [encode(trained), encode(heldOut)];
  const model = rounded(fitLogisticRegression(trainedRows, SETTINGS));
  return {
    files: {
      "functions/sentiment/vocabulary.json": `${JSON.stringify(document, null, 2)}\n`,
      "functions/sentiment/sample/weights.json": `${JSON.stringify(model, null, 2)}\n`,
    },
    report: [
      `${vocabulary.size} words`,
      `trained on ${trained.length} reviews: ${percent(accuracy(model, trainedRows))} right`,
      `held out ${heldOut.length} reviews: ${percent(accuracy(model, heldOutRows))} right; ` +
        `with the more frequent answer for every review ${percent(majority(heldOutRows))}`,
    ],
  };
}

runTraining({
  model: "sentiment",
  files: ["imdb_labelled.txt", "amazon_cells_labelled.txt", "yelp_labelled.txt"],
  read,
  train,
});
