/** URLs and mentioned users. Both do not affect the toxicity of a text. */
const ADDRESSES = /https?:\/\/\S+|@\w+/g;
const APOSTROPHES = /['’]/g;
const WORD = /[\p{L}\p{N}]+/gu;

/** The lengths of character n-grams. N-grams recognize inflected and misspelt words. */
const PIECES = [3, 4];

/** Splits a text into words, in order. */
export function tokenize(text: string): string[] {
  const plain = text.toLowerCase().replace(ADDRESSES, " ").replace(APOSTROPHES, "");
  return plain.match(WORD) ?? [];
}

/**
 * The features of a text: different numbers from 0 to `buckets` − 1. Each word, each pair of words and each character
 * n-gram has a number, its hash. So the model contains weights by number, and no words.
 */
export function hashedNGrams(text: string, buckets: number): number[] {
  const features = new Set<number>();
  let before = "";
  for (const word of tokenize(text)) {
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

/** FNV-1a on UTF-16 code units: short, fast, and equal on every machine. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
