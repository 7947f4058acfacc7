/**
 * The time between two announcements. A screen reader drops an announcement that the next one replaces, so that each part of
 * the answer must not be an announcement.
 */
const PAUSE_IN_MS = 5_000;

/** The end of a sentence or of a line, before the next word. */
const SENTENCE_END = /[.!?…:]["”’)\]]*\s|\n/g;

/**
 * Chooses the announcements of an answer that arrives in parts: whole sentences after every few seconds, and at last the rest.
 * A visitor with a screen reader hears a long answer while it arrives, and hears no sentence twice.
 */
export class SpokenParts {
  private spokenLength = 0;
  private lastInMs: number | undefined;

  /**
   * The sentences to announce now.
   *
   * @param text - the whole text so far
   * @param nowInMs - the time of a clock
   * @returns `undefined` if it is not yet time, or if no sentence is complete
   */
  push(text: string, nowInMs: number): string | undefined {
    this.lastInMs ??= nowInMs;
    if (nowInMs - this.lastInMs < PAUSE_IN_MS) return undefined;
    const rest = text.slice(this.spokenLength);
    const ends = [...rest.matchAll(SENTENCE_END)].map(({ index, 0: { length } }) => index + length);
    const end = ends.at(-1);
    if (end === undefined) return undefined;
    this.spokenLength += end;
    this.lastInMs = nowInMs;
    return rest.slice(0, end).trim();
  }

  /**
   * The announcement at the end: the text that no announcement has contained.
   *
   * @param whole - the announcement of an answer that was not announced before
   */
  end(text: string, whole: string): string {
    if (this.spokenLength === 0) return whole;
    return `${text.slice(this.spokenLength).trim()} The answer is complete.`.trim();
  }
}
