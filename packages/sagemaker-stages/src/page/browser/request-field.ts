import type { FieldInput, FieldPlan } from "../plan/form-plan";
import { MAX_LINE_LENGTH } from "../plan/json-text";
import { type Control, PRIVATE_TYPING, valueControl } from "./control";
import { h } from "./dom";
import { field } from "./field";

/** A field of a form, created from the document. */
export interface RequestField {
  readonly element: HTMLElement;
  read(): FieldInput;
  /** Shows the reason why the input is refused. `undefined` removes the reason. */
  setFault(fault: string | undefined): void;
  /** Moves the focus to the control, or to the first control with a fault. */
  focus(): void;
}

/** The maximum length of a text in a control of one line. A longer text has a text area. */
const ONE_LINE_IN_CHARACTERS = 48;
const MIN_ROWS = 4;
const MAX_ROWS = 12;

/** Creates a field for one text. */
export function textRequestField(plan: FieldPlan, id: string): RequestField {
  const asides = [plan.kind === "json" ? "JSON" : "", plan.required ? "" : "optional"].filter(Boolean);
  const label = h(
    "label",
    { for: id },
    plan.name || "Body",
    // A screen reader needs the space.
    ...asides.flatMap((text) => [" ", h("span", { class: "aside" }, text)]),
  );
  const text = field(createControl(plan, id), label, plan.description);
  return { element: text.element, read: () => text.text, setFault: text.setFault, focus: text.focus };
}

function createControl(plan: FieldPlan, id: string): Control {
  const { kind, name, required, example, placeholder, isMain = false } = plan;
  const isLong = kind === "json" || (kind === "text" && isMain) || example.length > ONE_LINE_IN_CHARACTERS;
  if (kind === "choice" || !isLong) return valueControl(plan, example, { id, name });
  const area = h("textarea", {
    id,
    name,
    placeholder,
    "aria-required": required ? "true" : undefined,
    ...PRIVATE_TYPING,
    rows: `${Math.min(MAX_ROWS, Math.max(MIN_ROWS, rowsOf(example)))}`,
    class: kind === "json" ? "code" : undefined,
  });
  area.value = example;
  return area;
}

/** The number of lines of a text in a field on a desktop. */
function rowsOf(text: string): number {
  return text
    .split("\n")
    .reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / MAX_LINE_LENGTH)), 0);
}
