import { isNonSecretValue, isSecretName } from "../../../lib/secret-names";
import { API_KEY, JSON_WEB_TOKEN, PRIVATE_KEY, TOKENS, USER_OF_ADDRESS } from "../../../lib/secret-shapes";

/** Describes the secret in a variable without its value. @returns `undefined` for a variable without a secret */
export function describeSecret(variable: string, value: string): string | undefined {
  if (value.search(PRIVATE_KEY) >= 0) return "a value with a private key";
  if (value.search(USER_OF_ADDRESS) >= 0) return "a value with a password in an address";
  if (hasToken(value)) return "a value with a token";
  return isSecretName(variable) && !isSetting(variable, value) ? "a value in clear text" : undefined;
}

function hasToken(value: string): boolean {
  return [TOKENS, API_KEY, JSON_WEB_TOKEN].some((shape) =>
    [...value.matchAll(shape)].some(([token]) => !consistsOfWords(token)),
  );
}

/** A word, or two or three words with capitals, e.g. `OpenHermes`; a date; or a part that is too short for a token. */
const WORD = /^(?:.{0,5}|\d{6,8}|(?=.{6,20}$)(?:[A-Z]?[a-z]{1,15}){1,3}\d{0,3})$/;

/** Whether a text is a name: names of models and files can start like a token, e.g. `hf_models/Llama-3.1-8B-Instruct`. */
function consistsOfWords(token: string): boolean {
  return token.split(/[^A-Za-z0-9]/).every((part) => WORD.test(part));
}

/** A file or a folder. The file can contain the secret, but the value does not. */
const FILE =
  /^(?:\/(?:etc|home|mnt|opt|root|run|tmp|usr|var)\/[\w./-]+|[\w./-]+\.(?:json|key|p12|pem|pfx|py|sh|ya?ml))$/;

/** A number of tokens of a text, or a token of a vocabulary, e.g. `</s>` and `[PAD]`. */
const TOKEN_OF_TEXT = /^(?:\d{1,9}|<[^<>]{1,40}>|\[[A-Z]{2,10}\])$/;

/** Whether a value is not a secret, although the variable has the name of a secret. */
function isSetting(variable: string, value: string): boolean {
  return (
    isNonSecretValue(value) || FILE.test(value) || (/tokens?$/i.test(variable) && TOKEN_OF_TEXT.test(value))
  );
}
