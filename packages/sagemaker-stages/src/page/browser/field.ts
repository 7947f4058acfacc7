import { type Attributes, h } from "./dom";

/** A labelled thing to type into, with room for what is wrong with it. */
export interface Field {
  readonly element: HTMLElement;
  /** What it holds. */
  readonly text: string;
  /** Says what is wrong; `undefined` takes it away. */
  setFault(fault: string | undefined): void;
  focus(): void;
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What `control` is for, around it. @param hint - stands below the label */
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
    setFault,
    focus: () => control.focus(),
  };
}

/** Browsers that help with typing keep what is typed, and some send it away to have it checked. */
export const PRIVATE_TYPING: Attributes = {
  autocomplete: "off",
  autocapitalize: "off",
  spellcheck: "false",
};
