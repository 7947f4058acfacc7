import { find } from "./dom";

/**
 * Says something to those who listen instead of look. A region of its own, because what is seen changes every
 * second while the page waits, and nobody wants to hear that.
 */
export function announce(text: string): void {
  find("announcer", HTMLElement).textContent = text;
}
