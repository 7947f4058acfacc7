import { type FormContext, h, type RequestForm, textField } from "sagemaker-stages/page";

/** Example reviews: a visitor can try the model before writing a review. */
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

/** Creates a field for a review, and buttons that fill the field with an example. */
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
      h("fieldset", { class: "examples" }, h("legend", {}, "Or use an example"), ...examples),
    ],
    read: () => {
      if (review.text.trim() !== "") return { review: review.text };
      review.setFault("Type a review, or use an example.");
      review.focus();
      return undefined;
    },
  };
}
