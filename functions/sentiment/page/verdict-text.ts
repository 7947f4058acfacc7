/** The answer of the model. */
export interface Sentiment {
  readonly sentiment: "positive" | "negative";
  /** Probability that the review is positive, 0 to 1. */
  readonly score: number;
}

/** @returns `undefined` if `body` is not an answer of the model */
export function readSentiment(body: unknown): Sentiment | undefined {
  const { sentiment, score }: Partial<Record<keyof Sentiment, unknown>> = Object(body);
  if (sentiment !== "positive" && sentiment !== "negative") return undefined;
  return typeof score === "number" && score >= 0 && score <= 1 ? { sentiment, score } : undefined;
}

/** The description of an answer. */
export interface VerdictText {
  /** Whether the author of the review liked it. */
  readonly verdict: string;
  /** How sure the model is. */
  readonly certainty: string;
}

/** From this distance to 0.5, the model is very sure. */
const VERY_SURE = 0.4;
/** Below this distance to 0.5, the model is not sure. */
const UNSURE = 0.15;

/** Describes an answer for a visitor. */
export function describeVerdict({ sentiment, score }: Sentiment): VerdictText {
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
