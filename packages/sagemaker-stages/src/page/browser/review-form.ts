import { find, h } from "./dom";
import { Exchange } from "./exchange";
import { addKeys, keyNames } from "./keys";
import { readSentiment, showVerdict } from "./verdict";

/** For those who want to see it before they write. */
const EXAMPLES: readonly (readonly [label: string, review: string])[] = [
  [
    "Delighted",
    "What a wonderful film. The acting is superb, the story is moving, and I loved every minute of it.",
  ],
  [
    "Bored",
    "Two hours of my life that I will never get back. The plot is dull, the jokes fall flat, and the ending is awful.",
  ],
  [
    "Torn",
    "The plot is weak and the dialogue is bad, but the music is beautiful and the last scene is excellent.",
  ],
];

/** Brings the form of the page's question to life. @param url - of the sentiment route */
export function startReviewForm(url: string): void {
  const form = find("review-form", HTMLFormElement);
  const review = find("review", HTMLTextAreaElement);
  const fault = find("review-fault", HTMLElement);
  const stale = h("p", { class: "fine stale", hidden: true }, "You changed the review since this answer.");
  const place = find("review-result", HTMLElement);

  const exchange = new Exchange({
    submit: find("ask", HTMLButtonElement),
    place,
    show: ({ body, elapsedInMs }) => {
      const sentiment = readSentiment(body);
      if (sentiment === undefined) return undefined;
      const { children, spoken } = showVerdict(sentiment, elapsedInMs);
      return { children: [...children, stale], spoken };
    },
  });

  const setFault = (text: string) => {
    fault.textContent = text;
    fault.hidden = text === "";
    if (text === "") review.removeAttribute("aria-invalid");
    else review.setAttribute("aria-invalid", "true");
  };

  let asked = "";
  const followChanges = () => {
    setFault("");
    stale.hidden = review.value === asked;
  };
  review.addEventListener("input", followChanges);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (exchange.isRunning) return;
    if (review.value.trim() === "") {
      exchange.clear();
      setFault("Type a review first, or take an example.");
      review.focus();
      return;
    }
    asked = review.value;
    stale.hidden = true;
    void exchange.start({ method: "POST", url, body: { review: asked } });
  });

  addKeys(form, exchange);
  find("keys", HTMLElement).replaceChildren("or press ", ...keyNames());
  find("examples", HTMLElement).append(
    ...EXAMPLES.map(([label, text]) => {
      const button = h("button", { type: "button", class: "quiet" }, label);
      button.addEventListener("click", () => {
        review.value = text;
        followChanges();
        review.focus();
      });
      return button;
    }),
  );
}
