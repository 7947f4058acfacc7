/** `1 second`, `10 seconds`. */
export function seconds(count: number): string {
  return count === 1 ? "1 second" : `${count} seconds`;
}

/** The duration of a request, e.g. `43 ms`, `1.2 s` or `12 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const inSeconds = milliseconds / 1_000;
  return `${inSeconds < 10 ? inSeconds.toFixed(1) : Math.round(inSeconds)} s`;
}

/** A running endpoint answers in less than this time. */
export const AWAKE_WITHIN_IN_MS = 2_000;
/** API Gateway waits 29 seconds by default. Some routes wait longer, and a request can be delayed on the network. */
export const STAGE_ANSWERS_WITHIN_IN_MS = 32_000;

/** Explains why the page waits, depending on the elapsed time. */
export function waitingText(elapsedInMs: number): string {
  if (elapsedInMs < AWAKE_WITHIN_IN_MS) return "Waiting for the model …";
  if (elapsedInMs < STAGE_ANSWERS_WITHIN_IN_MS) {
    return "The model is starting. The first answer can take up to half a minute.";
  }
  return "The answer takes longer than half a minute. You can wait, or cancel and try again.";
}
