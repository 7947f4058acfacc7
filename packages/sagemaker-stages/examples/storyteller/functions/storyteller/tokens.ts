/** The end of a sentence. */
export const SENTENCE_ENDS: ReadonlySet<string> = new Set([".", "!", "?"]);

/** Words, numbers, and the punctuation that the model knows. */
const TOKEN = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*|[.,;:!?]|—/gu;

/** The words and the punctuation of a text, in order. Other characters, e.g. quotes, are dropped. */
export function tokensOf(text: string): string[] {
  return text.replaceAll("’", "'").match(TOKEN) ?? [];
}

/** Whether a token is punctuation, and no word. */
export function isPunctuation(token: string): boolean {
  return /^(?:[.,;:!?]|—)$/.test(token);
}

/**
 * The text that a token adds after other tokens: with a space before a word, and with a capital letter at the start of a
 * sentence.
 *
 * @param previous - the token before; `undefined` at the start of a text
 */
export function textOf(token: string, previous: string | undefined): string {
  const startsSentence = previous === undefined || SENTENCE_ENDS.has(previous);
  const written = startsSentence ? token.charAt(0).toUpperCase() + token.slice(1) : token;
  const isAttached = previous === undefined || previous === "—" || isPunctuation(token);
  return isAttached ? written : ` ${written}`;
}
