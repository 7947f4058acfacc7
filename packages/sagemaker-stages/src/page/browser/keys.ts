import { h } from "./dom";
import type { Exchange } from "./exchange";

const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Ctrl or Cmd with Enter sends the form from any of its fields; Escape stops waiting. */
export function addKeys(form: HTMLFormElement, exchange: Exchange): void {
  form.addEventListener("keydown", (event) => {
    // Enter that confirms the input of an input method editor does not send the form.
    if (event.isComposing) return;
    if (event.key === "Escape" && exchange.isRunning) {
      event.preventDefault();
      exchange.cancel();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

/** The names of the keys on this device. */
export function keyNames(): HTMLElement[] {
  return [h("kbd", {}, IS_APPLE ? "⌘" : "Ctrl"), h("kbd", {}, "Enter")];
}
