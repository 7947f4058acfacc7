/** The gates of `review --fail-on`, and of the pipeline's variable `REVIEW_GATES`. */
export const GATES = ["destroy", "widen", "public", "outage"] as const;

/** A gate that a plan's changes can stop. */
export type Gate = (typeof GATES)[number];
