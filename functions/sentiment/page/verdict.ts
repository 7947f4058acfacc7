import { h, type ShownAnswer, svg } from "sagemaker-stages/page";
import { describeVerdict, type Sentiment } from "./verdict-words";

/** An answer: in words, as a dial and as the number. */
export function showVerdict(answer: Sentiment): ShownAnswer {
  const { sentiment, score } = answer;
  const { verdict, certainty } = describeVerdict(answer);
  const number = score.toFixed(2);
  return {
    content: [
      h(
        "div",
        { class: `verdict ${sentiment}` },
        dial(score),
        h(
          "div",
          {},
          h("h3", {}, verdict),
          h("p", {}, certainty),
          h("p", { class: "fine" }, "Score ", h("strong", {}, number), " · 0 is negative, 1 positive"),
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
