import { find } from "./dom";

/**
 * Lets a screen reader announce a text. The announcements have a separate region, because the visible text changes every
 * second while the page waits.
 */
export function announce(text: string): void {
  find("announcer", HTMLElement).textContent = text;
}
