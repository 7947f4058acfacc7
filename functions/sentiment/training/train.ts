/**
 * Trains the sample model of sentiment, and writes the vocabulary that the function is bundled with; see its
 * card, functions/sentiment/README.md.
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
import { countWords, readVocabulary, words } from "../bag-of-words";

/** A word of one review alone says more about the review than about words. */
const FEWEST_REVIEWS = 2;
const SETTINGS = { epochs: 300, learningRate: 2, l2: 1e-3 };

interface Review {
  readonly text: string;
  readonly label: 0 | 1;
}

/** `<text> TAB <0 or 1>`, a line each. */
function read(text: string): Review[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  return lines.map((line, index) => {
    const [, review, label] = /^(.+)\t([01])$/.exec(line) ?? [];
    if (review === undefined)
      throw new UnexpectedData(`line ${index + 1}: expected a text, a tab, and 0 or 1`);
    return { text: review, label: label === "1" ? 1 : 0 };
  });
}

/** The words of enough reviews, in alphabetical order. */
function chooseWords(reviews: readonly Review[]): Record<string, number> {
  const reviewsWith = new Map<string, number>();
  for (const word of reviews.flatMap(({ text }) => [...new Set(words(text))])) {
    reviewsWith.set(word, (reviewsWith.get(word) ?? 0) + 1);
  }
  const chosen = [...reviewsWith].flatMap(([word, reviews]) => (reviews >= FEWEST_REVIEWS ? [word] : []));
  return Object.fromEntries(chosen.sort().map((word, index) => [word, index]));
}

function train(reviews: readonly Review[]): Outcome {
  // Some sentences stand in the data more than once.
  const { trained, heldOut } = split(reviews, ({ text }) => words(text).join(" "));
  const document = chooseWords(trained);
  const vocabulary = readVocabulary(document);
  if (vocabulary.size === 0) {
    throw new UnexpectedData(`got no word that ${FEWEST_REVIEWS} reviews have; expected more text`);
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
        `with the commoner answer for every review ${percent(majority(heldOutRows))}`,
    ],
  };
}

runTraining({
  model: "sentiment",
  files: ["imdb_labelled.txt", "amazon_cells_labelled.txt", "yelp_labelled.txt"],
  read,
  train,
});
