import { h, type ShownAnswer, svg } from "sagemaker-stages/page";
import { describeVerdict, type Sentiment } from "./verdict-text";

/** Shows an answer as a text, as a dial, and as a number. */
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

/** A half-circle from negative (left) to positive (right). Screen readers skip the dial, because the text is equivalent. */
function dial(score: number): SVGElement {
  const pointer = svg("path", { class: "pointer", d: `M${MIDDLE.x} ${MIDDLE.y} V24` });
  // The first frame shows the pointer in the middle. Then the pointer swings, unless the visitor prefers reduced motion.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => pointer.style.setProperty("--turn", `${Math.round((score - 0.5) * 180)}deg`)),
  );
  return svg(
    "svg",
    { class: "dial", viewBox: "0 0 120 70", "aria-hidden": "true" },
    svg("path", { class: "track", d: arc(0, 1) }),
    svg("path", { class: "part", d: arc(0.5, score) }),
    pointer,
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
