/** `1 second`, `10 seconds`. */
export function seconds(count: number): string {
  return count === 1 ? "1 second" : `${count} seconds`;
}

/** How long an answer took, e.g. `43 ms`, `1.2 s` or `12 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const inSeconds = milliseconds / 1_000;
  return `${inSeconds < 10 ? inSeconds.toFixed(1) : Math.round(inSeconds)} s`;
}

/** An endpoint that is awake answers well within this time. */
export const AWAKE_WITHIN_IN_MS = 2_000;
/** API Gateway gives up after 29 seconds: what takes longer is held up on its way. */
export const STAGE_ANSWERS_WITHIN_IN_MS = 32_000;

/** What the page waits for, after a while of waiting. */
export function waitingWords(elapsedInMs: number): string {
  if (elapsedInMs < AWAKE_WITHIN_IN_MS) return "Asking the model …";
  if (elapsedInMs < STAGE_ANSWERS_WITHIN_IN_MS) {
    return "The model is waking up; the first answer can take up to half a minute.";
  }
  return "This takes longer than a stage needs to answer. You can cancel and try again.";
}

/** A score in words. */
export interface VerdictWords {
  /** The answer to the page's question. */
  readonly verdict: string;
  /** How sure the model is. */
  readonly certainty: string;
}

/** Beyond it, in either direction from 0.5, the model leaves little doubt. */
const VERY_SURE = 0.4;
/** Below it, in either direction from 0.5, it might as well be the other way round. */
const UNSURE = 0.15;

/** @param score - probability that the review is positive, 0 to 1 */
export function describeVerdict(sentiment: "positive" | "negative", score: number): VerdictWords {
  const distance = Math.abs(score - 0.5);
  const liked = sentiment === "positive";
  if (distance < UNSURE) {
    return {
      verdict: liked ? "They may have liked it." : "They may have disliked it.",
      certainty: `The model is not sure: this review reads only slightly ${sentiment}.`,
    };
  }
  return {
    verdict: liked ? "They liked it." : "They disliked it.",
    certainty: `The model is ${distance >= VERY_SURE ? "very" : "fairly"} sure that this review is ${sentiment}.`,
  };
}
