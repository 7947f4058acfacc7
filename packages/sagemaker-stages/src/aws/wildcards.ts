/** Any run of characters, also none: `*`. */
const ANY_RUN = Symbol("*");
/** Any single character: `?`. */
const ANY_CHARACTER = Symbol("?");

/** A policy variable, e.g. `${aws:username}`: a text that only the request knows. */
interface Variable {
  readonly variable: string;
}

/** What a pattern consists of: characters that stand for themselves, wildcards, and policy variables. */
type Token = string | typeof ANY_RUN | typeof ANY_CHARACTER | Variable;

/** A pattern as a list of tokens; a pattern without wildcards and variables is its own text. */
export type Tokens = ArrayLike<Token>;

/** A `${…}`, or one character. */
const TOKEN = /\$\{([^}]*)\}|[\s\S]/g;

/** Characters that IAM reads as `${*}`, `${?}` and `${$}`. */
const ESCAPABLE = ["*", "?", "$"];

const SPECIAL = /[*?]|\$\{/;

const tokensOf = new Map<string, Tokens>();

/** Reads a pattern of IAM's policy language once. */
export function tokenize(pattern: string): Tokens {
  if (!SPECIAL.test(pattern)) return pattern;
  let tokens = tokensOf.get(pattern);
  if (tokens === undefined) {
    tokens = [...pattern.matchAll(TOKEN)].map(([text, variable]) => tokenOf(text, variable));
    tokensOf.set(pattern, tokens);
  }
  return tokens;
}

function tokenOf(text: string, variable: string | undefined): Token {
  if (variable !== undefined) return ESCAPABLE.includes(variable) ? variable : { variable };
  if (text === "*") return ANY_RUN;
  return text === "?" ? ANY_CHARACTER : text;
}

/**
 * Whether a text matches a pattern of IAM's `StringLike` and of the element `Action`: `*` is any run of characters, `?`
 * any single character; `${*}`, `${?}` and `${$}` are these characters
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars). Any
 * other policy variable matches no text: its value belongs to a request, and IAM matches nothing where a variable has no
 * value. Upper and lower case differ.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return covers(tokenize(pattern), text);
}

/**
 * Whether every text that matches the pattern `inner` matches the pattern `outer`, too. The answer is `false` where it is
 * not certain. A policy variable is covered by `*` and by the same variable.
 */
export function coversPattern(outer: string, inner: string): boolean {
  return outer === inner || covers(tokenize(outer), tokenize(inner));
}

/** The policy variables in a pattern, without those that stand for a character. */
export function variablesIn(pattern: string): string[] {
  const tokens = tokenize(pattern);
  if (typeof tokens === "string") return [];
  return Array.from(tokens).flatMap((token) => (isVariable(token) ? [token.variable] : []));
}

/**
 * Whether `outer` takes every token of `inner`. A wildcard in `inner` can stand for anything it matches, so that only an
 * equal or a wider one takes it. Written without regular expressions: some patterns would keep those busy for hours.
 */
export function covers(outer: Tokens, inner: Tokens): boolean {
  if (typeof outer === "string" && typeof inner === "string") return outer === inner;
  let at = 0;
  let innerAt = 0;
  let run = -1;
  let runEnd = 0;
  while (innerAt < inner.length) {
    const wanted = outer[at];
    if (wanted === ANY_RUN) {
      run = at;
      runEnd = innerAt;
      at += 1;
    } else if (wanted !== undefined && takes(wanted, inner[innerAt])) {
      at += 1;
      innerAt += 1;
    } else if (run >= 0) {
      runEnd += 1;
      innerAt = runEnd;
      at = run + 1;
    } else {
      return false;
    }
  }
  while (outer[at] === ANY_RUN) at += 1;
  return at === outer.length;
}

function takes(wanted: Token, got: Token | undefined): boolean {
  if (wanted === got) return true;
  if (isVariable(wanted)) return isVariable(got) && wanted.variable === got.variable;
  return wanted === ANY_CHARACTER && typeof got === "string";
}

function isVariable(token: Token | undefined): token is Variable {
  return typeof token === "object";
}

/** Characters that IAM does not take literally; the references that CDKTF writes into a text are no policy variables. */
const NOT_LITERAL = /[*?]|\$(?=\{(?!TfToken\[))/g;

/**
 * A pattern that only `text` matches: `*`, `?` and the `$` of `${` are written as `${*}`, `${?}` and `${$}`. References
 * to other resources stay references.
 */
export function literalInPattern(text: string): string {
  return text.replace(NOT_LITERAL, (character) => `\${${character}}`);
}
