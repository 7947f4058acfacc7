/** The wildcard `*`: any number of characters. */
const ANY_RUN = Symbol("*");
/** The wildcard `?`: one character. */
const ANY_CHARACTER = Symbol("?");

/** A policy variable, e.g. `${aws:username}`. Its value depends on the request. */
interface Variable {
  readonly variable: string;
}

/** A part of a pattern: a literal character, a wildcard or a policy variable. */
type Token = string | typeof ANY_RUN | typeof ANY_CHARACTER | Variable;

/** A pattern as a list of tokens. A pattern without wildcards and variables is a string. */
export type Tokens = ArrayLike<Token>;

/** A `${…}`, or one character. */
const TOKEN = /\$\{([^}]*)\}|[\s\S]/g;

/** Characters that IAM reads as `${*}`, `${?}` and `${$}`. */
const ESCAPABLE = ["*", "?", "$"];

const SPECIAL = /[*?]|\$\{/;

const tokensOf = new Map<string, Tokens>();

/** Splits a pattern of IAM's policy language into tokens, and caches the result. */
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
 * Whether a text matches a pattern of IAM's `StringLike` and of the element `Action`: `*` matches any number of
 * characters, `?` matches one character, and `${*}`, `${?}` and `${$}` match these characters
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars). Other
 * policy variables match no text, because their values depend on the request. Upper and lower case differ.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return covers(tokenize(pattern), text);
}

/**
 * Whether every text that matches the pattern `inner` matches the pattern `outer`, too. The result is `false` if the
 * answer is uncertain. Only `*` or the same variable in `outer` matches a policy variable in `inner`.
 */
export function coversPattern(outer: string, inner: string): boolean {
  return outer === inner || covers(tokenize(outer), tokenize(inner));
}

/** The policy variables in a pattern, except `${*}`, `${?}` and `${$}`. */
export function variablesIn(pattern: string): string[] {
  const tokens = tokenize(pattern);
  if (typeof tokens === "string") return [];
  return Array.from(tokens).flatMap((token) => (isVariable(token) ? [token.variable] : []));
}

/**
 * Whether `outer` matches every token of `inner`. Only an equal or wider wildcard in `outer` matches a wildcard in `inner`.
 * The function uses no regular expressions, because some patterns would take hours.
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
    } else if (wanted !== undefined && matchesToken(wanted, inner[innerAt])) {
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

function matchesToken(wanted: Token, got: Token | undefined): boolean {
  if (wanted === got) return true;
  if (isVariable(wanted)) return isVariable(got) && wanted.variable === got.variable;
  return wanted === ANY_CHARACTER && typeof got === "string";
}

function isVariable(token: Token | undefined): token is Variable {
  return typeof token === "object";
}

/** Characters that IAM interprets. The references that CDKTF writes into a text are not policy variables. */
const NOT_LITERAL = /[*?]|\$(?=\{(?!TfToken\[))/g;

/**
 * A pattern that matches only `text`: the function writes `*`, `?` and the `$` of `${` as `${*}`, `${?}` and `${$}`.
 * References to other resources do not change.
 */
export function literalInPattern(text: string): string {
  return text.replace(NOT_LITERAL, (character) => `\${${character}}`);
}
