import type { ModelView } from "sagemaker-stages/page";
import { reviewForm } from "./page/review-form";
import "./page/style.css";
import { showVerdict } from "./page/verdict";
import { readSentiment } from "./page/verdict-words";

/** A field for a review, and the answer as a dial. */
export default {
  introduction:
    "Type or paste a review. A model reads it and says whether it is positive, and how sure it is.",
  submitLabel: "Ask the model",
  form: reviewForm,
  show(answer) {
    const sentiment = readSentiment(answer);
    return sentiment === undefined ? undefined : showVerdict(sentiment);
  },
} satisfies ModelView;
