/** What IAM takes in a policy, without control characters, which no name here needs. */
const TEXT_OF_POLICIES = /^[\u0020-\u007E\u00A0-\u00FF]$/;

/** The characters that {@link strayCharacter} leaves, in words. */
export const POLICY_TEXT_ALLOWED = "characters from U+0020 to U+00FF that are no control characters";

/** Where the rule of {@link strayCharacter} stands. */
export const POLICY_TEXT_SOURCE =
  "policies name it, and IAM takes no other character: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/** The first character of a text that no policy can hold, for messages; `undefined` where a policy can hold the text. */
export function strayCharacter(text: string): string | undefined {
  const stray = [...text].find((character) => !TEXT_OF_POLICIES.test(character));
  return stray === undefined ? undefined : describeCharacter(stray);
}

/** E.g. `"→" (U+2192)`. */
function describeCharacter(character: string): string {
  const digits = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `${JSON.stringify(character)} (U+${digits})`;
}
