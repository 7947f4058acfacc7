import { h } from "./dom";
import type { Exchange } from "./exchange";

const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

/**
 * Whether a key belongs to the input of an input method editor, which it confirms or cancels. Safari reports the key code 229
 * (https://bugs.webkit.org/show_bug.cgi?id=165004).
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Ctrl or Cmd with Enter sends the form from any of its fields; Escape stops waiting. */
export function addKeys(form: HTMLFormElement, exchange: Exchange): void {
  form.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    if (event.key === "Escape" && exchange.isRunning) {
      event.preventDefault();
      exchange.cancel();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      // A key that stays down must not send a failing request again and again.
      if (!event.repeat) form.requestSubmit();
    }
  });
}

/** The names of the keys on this device. */
export function keyNames(): HTMLElement[] {
  return [h("kbd", {}, IS_APPLE ? "⌘" : "Ctrl"), h("kbd", {}, "Enter")];
}
