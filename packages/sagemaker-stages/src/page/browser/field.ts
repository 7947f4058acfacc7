import { type Control, PRIVATE_TYPING } from "./control";
import { type Child, h } from "./dom";

/** A control with its label, its hint, and an element for the fault of its value. */
export interface Field {
  /** The field with all its parts. */
  readonly element: HTMLElement;
  /** The control's value. Setting the value has the same effect as typing. */
  text: string;
  /** Shows the reason why the value is refused. `undefined` removes the reason. Typing also removes the reason. */
  setFault(fault: string | undefined): void;
  /** Moves the focus to the control. */
  focus(): void;
}

/** Creates a field from a control, its label and its texts. @param hint - the text below the label */
export function field(control: Control, label: HTMLElement, hint: string | undefined): Field {
  const { id } = control;
  const fault = h("p", { class: "fault", id: `${id}-fault`, hidden: true });
  const hintElement = hint === undefined ? [] : [h("p", { class: "hint", id: `${id}-hint` }, hint)];
  const described = [...hintElement.map((element) => element.id), fault.id];
  control.setAttribute("aria-describedby", described.join(" "));
  const setFault = (text: string | undefined) => {
    fault.hidden = text === undefined;
    fault.textContent = text ?? "";
    if (text === undefined) control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
  };
  control.addEventListener("input", () => setFault(undefined));
  return {
    element: h("div", { class: "field" }, label, ...hintElement, control, fault),
    get text() {
      return control.value;
    },
    set text(text) {
      control.value = text;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    },
    setFault,
    focus: () => control.focus(),
  };
}

/** Props of {@link textField}. */
export interface TextFieldProps {
  /** The id of the control, unique in the page. */
  readonly id: string;
  /** The visible label. */
  readonly label: Child;
  /** The text below the label. @default - none */
  readonly hint?: string;
  /** The lines of a text area. @default - a field of one line */
  readonly rows?: number;
  /** Whether an empty field is refused. Assistive technology announces a required field. @default true */
  readonly required?: boolean;
  /** The initial text. @default "" */
  readonly value?: string;
}

/**
 * Creates a labelled field for a text.
 *
 * @example textField({ id: `${id}-review`, label: "Review", rows: 4 })
 */
export function textField({ id, label, hint, rows, required = true, value = "" }: TextFieldProps): Field {
  const attributes = { id, name: id, "aria-required": required ? "true" : undefined, ...PRIVATE_TYPING };
  const control =
    rows === undefined
      ? h("input", { ...attributes, type: "text" })
      : h("textarea", { ...attributes, rows: `${rows}` });
  control.value = value;
  return field(control, h("label", { for: id }, label), hint);
}
