/**
 * A character that IAM accepts in a policy. The pattern excludes control characters, because no name needs a control
 * character.
 */
const TEXT_OF_POLICIES = /^[\u0020-\u007E\u00A0-\u00FF]$/;

/** The characters that {@link findRefusedCharacter} accepts. */
export const POLICY_TEXT_ALLOWED = "characters from U+0020 to U+00FF, except control characters";

/** The source of {@link findRefusedCharacter}. */
export const POLICY_TEXT_SOURCE =
  "policies contain the value, and IAM accepts no other character: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";

/** The first character that IAM refuses in a policy, for messages; `undefined` if a policy can contain the text. */
export function findRefusedCharacter(text: string): string | undefined {
  const stray = [...text].find((character) => !TEXT_OF_POLICIES.test(character));
  return stray === undefined ? undefined : describeCharacter(stray);
}

/** E.g. `"→" (U+2192)`. */
function describeCharacter(character: string): string {
  const digits = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `${JSON.stringify(character)} (U+${digits})`;
}
