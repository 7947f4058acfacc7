/**
 * Encodes a review in the same way as the training in Python. The order of the steps matters. White space in Python
 * differs from JavaScript: it includes U+001C–U+001F and U+0085, and excludes U+FEFF.
 */

/** The white space of Python's `str.split()` and of `\s` in Python's `re`. */
const WHITE_SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const DELETED = /[.;:!'?,"()[\]]/g;
const SPACED = new RegExp(`<br[${WHITE_SPACE}]*/><br[${WHITE_SPACE}]*/>|[-/]`, "g");
const WORD = new RegExp(`[^${WHITE_SPACE}]+`, "g");

/** Splits a review into words, in order. */
export function tokenize(review: string): string[] {
  return [...eachWord(review)];
}

/** Yields one word at a time, because a list of two million words needs more memory than a function has. */
function* eachWord(review: string): Generator<string> {
  const text = review.toLowerCase().replace(DELETED, "").replace(SPACED, " ");
  for (const [word] of text.matchAll(WORD)) yield word;
}

/** The index of each word in the model's input. Indices start at 0 and have no gaps. */
export type Vocabulary = ReadonlyMap<string, number>;

/**
 * Reads a vocabulary from its JSON, `{word: index}`.
 *
 * @throws Error if the vocabulary is empty, or if the indices are not 0 … size − 1
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

/** Counts the occurrences of each vocabulary word in a review, in index order. */
export function countWords(review: string, vocabulary: Vocabulary): number[] {
  const counts = new Array<number>(vocabulary.size).fill(0);
  for (const word of eachWord(review)) {
    const index = vocabulary.get(word);
    if (index !== undefined) counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}
