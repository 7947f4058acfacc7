import { type FormContext, h, type RequestForm, textField } from "sagemaker-stages/page";

/** Reviews to start from: a visitor sees how the model works before writing a review. */
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

/** A field for a review, and examples that fill it. */
export function reviewForm({ id }: FormContext): RequestForm {
  const review = textField({ id: `${id}-review`, label: "Review", rows: 4 });
  const examples = EXAMPLES.map(([label, text]) => {
    const button = h("button", { type: "button", class: "quiet" }, label);
    button.addEventListener("click", () => {
      review.text = text;
      review.focus();
    });
    return button;
  });
  return {
    content: [
      review.element,
      h("fieldset", { class: "examples" }, h("legend", {}, "Or take an example"), ...examples),
    ],
    read: () => {
      if (review.text.trim() !== "") return { review: review.text };
      review.setFault("Type a review first, or take an example.");
      review.focus();
      return undefined;
    },
  };
}
