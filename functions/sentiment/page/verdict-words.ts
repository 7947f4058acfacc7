/** What the sentiment route answers. */
export interface Sentiment {
  readonly sentiment: "positive" | "negative";
  /** Probability that the review is positive, 0 to 1. */
  readonly score: number;
}

/** @returns `undefined` where `body` is no such answer */
export function readSentiment(body: unknown): Sentiment | undefined {
  const { sentiment, score }: Partial<Record<keyof Sentiment, unknown>> = Object(body);
  if (sentiment !== "positive" && sentiment !== "negative") return undefined;
  return typeof score === "number" && score >= 0 && score <= 1 ? { sentiment, score } : undefined;
}

/** An answer in words. */
export interface VerdictWords {
  /** Whether the author of the review liked it. */
  readonly verdict: string;
  /** How sure the model is. */
  readonly certainty: string;
}

/** A score at least this far from 0.5 leaves little doubt. */
const VERY_SURE = 0.4;
/** A score less than this far from 0.5 says little. */
const UNSURE = 0.15;

/** Describes an answer in words. */
export function describeVerdict({ sentiment, score }: Sentiment): VerdictWords {
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
