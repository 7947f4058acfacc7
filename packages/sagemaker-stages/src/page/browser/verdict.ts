import { h, svg } from "./dom";
import type { Shown } from "./exchange";
import { describeVerdict, duration } from "./words";

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

/** An answer: in words, as a dial and as the number. */
export function showVerdict({ sentiment, score }: Sentiment, elapsedInMs: number): Shown {
  const { verdict, certainty } = describeVerdict(sentiment, score);
  const number = score.toFixed(2);
  return {
    children: [
      h(
        "div",
        { class: `verdict ${sentiment}` },
        dial(score),
        h(
          "div",
          {},
          h("h2", {}, verdict),
          h("p", {}, certainty),
          h(
            "p",
            { class: "fine" },
            "Score ",
            h("strong", {}, number),
            ` · 0 is negative, 1 positive · ${duration(elapsedInMs)}`,
          ),
        ),
      ),
    ],
    spoken: `${verdict} ${certainty} Score ${number} of 1.`,
  };
}

const MIDDLE = { x: 60, y: 60 };
const RADIUS = 50;

/** A half-circle from negative on the left to positive on the right. The words beside it say the same. */
function dial(score: number): SVGElement {
  const needle = svg("path", { class: "needle", d: `M${MIDDLE.x} ${MIDDLE.y} V24` });
  // The needle stands in the middle until it is drawn once: then it swings, for those who like motion.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => needle.style.setProperty("--turn", `${Math.round((score - 0.5) * 180)}deg`)),
  );
  return svg(
    "svg",
    { class: "dial", viewBox: "0 0 120 70", "aria-hidden": "true" },
    svg("path", { class: "track", d: arc(0, 1) }),
    svg("path", { class: "part", d: arc(0.5, score) }),
    needle,
    svg("circle", { class: "hub", cx: `${MIDDLE.x}`, cy: `${MIDDLE.y}`, r: "5" }),
  );
}

function arc(from: number, to: number): string {
  const clockwise = to > from ? 1 : 0;
  return `M${pointAt(from)} A${RADIUS} ${RADIUS} 0 0 ${clockwise} ${pointAt(to)}`;
}

function pointAt(score: number): string {
  const angle = Math.PI * (1 - score);
  const x = MIDDLE.x + RADIUS * Math.cos(angle);
  const y = MIDDLE.y - RADIUS * Math.sin(angle);
  return `${x.toFixed(2)} ${y.toFixed(2)}`;
}
