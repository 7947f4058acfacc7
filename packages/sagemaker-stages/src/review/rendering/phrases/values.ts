import { MASK } from "../../masking/masking";
import { isEmptyValue, isValues, MASKED, MASKED_CHANGED, UNKNOWN, type Value } from "../../reading/values";
import { inDigits } from "./formats";

/** A value that is not set. */
export const NONE = "(none)";

/** A value that Terraform shows after the apply only. */
export const KNOWN_AFTER_APPLY = "known after apply";

/** A value that is set, and whose text is not known. */
export const EXISTS = "exists";

/** A longer text is shown by its length. */
const MAX_TEXT_CHARACTERS = 100;

/** A value as a text without secrets. */
export function valueText(value: Value | undefined): string {
  if (isEmptyValue(value)) return NONE;
  if (value === UNKNOWN) return KNOWN_AFTER_APPLY;
  if (value === MASKED) return MASK;
  if (value === MASKED_CHANGED) return `${MASK}, another value`;
  if (typeof value === "string") return shortText(value);
  if (Array.isArray(value)) {
    const items = value.map(valueText).join(", ");
    return items.length <= MAX_TEXT_CHARACTERS ? items : `${value.length} values`;
  }
  if (isValues(value)) return `{ ${Object.keys(value).join(", ")} }`;
  return String(value);
}

/** The texts of a changed value, which always differ. */
export function changedValueTexts(
  before: Value | undefined,
  after: Value | undefined,
): { readonly before: string; readonly after: string } {
  const texts = { before: valueText(before), after: valueText(after) };
  if (texts.before !== texts.after) return texts;
  // Both values are long or masked.
  return { before: texts.before, after: `another: ${texts.after}` };
}

function shortText(text: string): string {
  if (/^[0-9a-f]{40,}$/.test(text)) return `${text.slice(0, 8)}…`;
  // Other sections compare policies and API documents by their meaning.
  if (/^\s*[{[]/.test(text)) return `JSON of ${inDigits(text.length)} characters`;
  return text.length <= MAX_TEXT_CHARACTERS ? text : `${inDigits(text.length)} characters`;
}
