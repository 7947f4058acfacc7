/** What says nothing of a text's tone: addresses, and whom it is written to. */
const ADDRESSES = /https?:\/\/\S+|@\w+/g;
const APOSTROPHES = /['’]/g;
const WORD = /[\p{L}\p{N}]+/gu;

/** Lengths of the pieces that words are cut into: they survive inflection and creative spelling. */
const PIECES = [3, 4];

/** The words of a text, in order. */
export function wordsOf(text: string): string[] {
  const plain = text.toLowerCase().replace(ADDRESSES, " ").replace(APOSTROPHES, "");
  return plain.match(WORD) ?? [];
}

/**
 * The features of a text: numbers from 0 to `buckets` − 1, each once. Every word, pair of words and piece of a word
 * has one, found by hashing: a model holds weights by these numbers and no words.
 */
export function hashedNGrams(text: string, buckets: number): number[] {
  const features = new Set<number>();
  let before = "";
  for (const word of wordsOf(text)) {
    const marked = `<${word}>`;
    features.add(hash(marked) % buckets);
    if (before !== "") features.add(hash(`${before} ${marked}`) % buckets);
    for (const length of PIECES) {
      for (let end = length; end <= marked.length; end++) {
        features.add(hash(marked.slice(end - length, end)) % buckets);
      }
    }
    before = marked;
  }
  return [...features];
}

/** FNV-1a on UTF-16 code units: short, quick and the same everywhere. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
