import { TOKEN_PREFIXES } from "./token-prefixes";

/*
 * Patterns of credentials. The repetitions are bounded, so that no text makes a pattern slow. All patterns have the flags `d`
 * and `g`: use `matchAll` or `search`, which keep no state. The group `secret` is the credential, if it is not the whole match.
 */

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

const ANY_OF_TOKENS = "\\w.~+/=-";

/** The pattern of a token. The last character is not a character that ends a sentence. */
const tokenPattern = ([
  prefix,
  length,
  characters = ANY_OF_TOKENS,
]: (typeof TOKEN_PREFIXES)[number]): string => `${escaped(prefix)}[${characters}]{${length},500}(?<![./~])`;

/** Tokens of well-known services, by their prefixes. */
export const TOKENS = new RegExp(`(?<![A-Za-z0-9])(?:${TOKEN_PREFIXES.map(tokenPattern).join("|")})`, "dg");

/** Keys of OpenAI and others. A name can have the same prefix, but contains no digit. */
export const API_KEY = /(?<![A-Za-z0-9-])sk-(?=[A-Za-z_-]{0,200}\d)[\w-]{20,500}/dg;

export const JSON_WEB_TOKEN = /\beyJ[\w-]{8,4000}\.[\w-]{8,4000}(?:\.[\w-]{0,4000})?/dg;

/** A private key in PEM, whole or without its end. */
export const PRIVATE_KEY =
  /-----? ?BEGIN[ +][A-Z0-9 +]{0,40}PRIVATE[ +]KEY(?: BLOCK)? ?----[\s\S]*?(?:----?-? ?END[ +][A-Z0-9 +]{0,40}PRIVATE[ +]KEY(?: BLOCK)? ?-----?|$)/dg;

/** User and password in an address. A number with a slash after the colon is a port with a path, not a password. */
export const USER_OF_ADDRESS =
  /:\/\/(?<secret>[^\s/?#@"':]{0,200}:(?!\d{1,5}[/?])[^\s"'<>]{1,200})@(?=[\w.[-])/dg;
