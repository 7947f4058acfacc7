/**
 * Encodes a review as the training did it in Python. The order of the steps matters, and Python's idea of white
 * space is not JavaScript's: it has U+001C–U+001F and U+0085, and does not have U+FEFF.
 */

/** What `str.split()` and `\s` of Python's `re` take for white space. */
const WHITE_SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const DELETED = /[.;:!'?,"()[\]]/g;
const SPACED = new RegExp(`<br[${WHITE_SPACE}]*/><br[${WHITE_SPACE}]*/>|[-/]`, "g");
const WORD = new RegExp(`[^${WHITE_SPACE}]+`, "g");

/** The words of a review, in order. */
export function words(review: string): string[] {
  return [...eachWord(review)];
}

/** One word at a time: a list of two million words would fill a function's memory. */
function* eachWord(review: string): Generator<string> {
  const text = review.toLowerCase().replace(DELETED, "").replace(SPACED, " ");
  for (const [word] of text.matchAll(WORD)) yield word;
}

/** Index of each word that the model knows; indices run from 0 without gaps. */
export type Vocabulary = ReadonlyMap<string, number>;

/**
 * A vocabulary from its JSON, `{word: index}`.
 *
 * @throws Error where there is no word, or the indices are not 0 … size − 1, each once
 */
export function readVocabulary(document: Readonly<Record<string, number>>): Vocabulary {
  const vocabulary = new Map(Object.entries(document));
  if (vocabulary.size === 0) throw new Error("vocabulary: got no words; allowed: at least one");
  const indices = new Set(vocabulary.values());
  for (let index = 0; index < vocabulary.size; index++) {
    if (!indices.has(index)) {
      throw new Error(
        `vocabulary: got ${vocabulary.size} words, none with the index ${index}; allowed: indices from 0 without gaps`,
      );
    }
  }
  return vocabulary;
}

/** How often each word of the vocabulary stands in a review, in index order. */
export function countWords(review: string, vocabulary: Vocabulary): number[] {
  const counts = new Array<number>(vocabulary.size).fill(0);
  for (const word of eachWord(review)) {
    const index = vocabulary.get(word);
    if (index !== undefined) counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}
