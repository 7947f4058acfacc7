import type { ModelView } from "sagemaker-stages/page";
import { reviewForm } from "./page/review-form";
import "./page/style.css";
import { showVerdict } from "./page/verdict";
import { readSentiment } from "./page/verdict-text";

/** The view of the model: a field for a review, and the answer as a dial. */
export default {
  introduction:
    "Type or paste a review. The model predicts whether the review is positive, and shows its confidence.",
  submitLabel: "Classify the review",
  form: reviewForm,
  show(answer) {
    const sentiment = readSentiment(answer);
    return sentiment === undefined ? undefined : showVerdict(sentiment);
  },
} satisfies ModelView;
