import type { ValuePlan } from "../plan/value-plan";
import { type Attributes, h } from "./dom";

/** A control of a form that has a value. */
export type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Turns off the browser's typing aids, which store the typed text and can send the text to a spelling service. */
export const PRIVATE_TYPING: Attributes = {
  autocomplete: "off",
  autocapitalize: "off",
  spellcheck: "false",
};

/** Creates a control of one line, or a list of choices, with an initial text. */
export function valueControl(
  { kind, choices, required }: ValuePlan & { readonly required: boolean },
  text: string,
  attributes: Attributes,
): Control {
  const shared = { ...attributes, "aria-required": required ? "true" : undefined };
  if (kind !== "choice") {
    const inputmode = kind === "number" ? "decimal" : undefined;
    const input = h("input", { ...shared, ...PRIVATE_TYPING, type: "text", inputmode });
    input.value = text;
    return input;
  }
  const options = required ? choices : ["", ...choices];
  const select = h("select", shared, ...options.map((value) => h("option", { value }, value || "not set")));
  // Without an example, the first choice stays selected.
  if (options.includes(text)) select.value = text;
  return select;
}
