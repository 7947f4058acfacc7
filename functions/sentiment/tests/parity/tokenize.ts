const DELETED = new Set(".;:!'?,\"()[]");
const SPACED = new Set("-/");
/** The code points for which Python's `str.isspace` is true. */
const WHITE_SPACE = new Set([
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002,
  0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
]);

/** Splits a review into words, code point by code point. */
export function tokenizeByCodePoint(review: string): string[] {
  const kept = lowerCase([...review]).filter((character) => !DELETED.has(character));
  const words: string[] = [];
  let word = "";
  let at = 0;
  const endWord = () => {
    if (word !== "") words.push(word);
    word = "";
  };
  while (at < kept.length) {
    const character = kept[at] ?? "";
    const end = endOfBreak(kept, endOfBreak(kept, at));
    if (end !== undefined) {
      endWord();
      at = end;
      continue;
    }
    if (SPACED.has(character) || isWhiteSpace(character)) endWord();
    else word += character;
    at += 1;
  }
  endWord();
  return words;
}

/** The end of a `<br/>` that begins at `start`; `undefined` if there is no `<br/>`. White space is allowed before `/>`. */
function endOfBreak(characters: readonly string[], start: number | undefined): number | undefined {
  if (start === undefined || characters.slice(start, start + 3).join("") !== "<br") return undefined;
  let at = start + 3;
  while (isWhiteSpace(characters[at])) at += 1;
  return characters[at] === "/" && characters[at + 1] === ">" ? at + 2 : undefined;
}

function isWhiteSpace(character: string | undefined): boolean {
  return character !== undefined && WHITE_SPACE.has(character.codePointAt(0) ?? 0);
}

/** The lower case of a letter, by code point. One capital letter can become several code points. */
function lowerCase(characters: readonly string[]): string[] {
  return characters.flatMap((character, at) =>
    character === "Σ" ? (isFinal(characters, at) ? "ς" : "σ") : [...character.toLowerCase()],
  );
}

/** Unicode's condition Final_Sigma: a cased letter before and no cased letter after, without case-ignorable characters. */
function isFinal(characters: readonly string[], at: number): boolean {
  const isHeeded = (character: string) => !/\p{Case_Ignorable}/u.test(character);
  const before = characters.slice(0, at).findLast(isHeeded);
  const after = characters.slice(at + 1).find(isHeeded);
  return isCased(before) && !isCased(after);
}

function isCased(character: string | undefined): boolean {
  return character !== undefined && /\p{Cased}/u.test(character);
}
