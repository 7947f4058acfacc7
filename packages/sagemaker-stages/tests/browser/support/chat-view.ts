import { h, type ModelView } from "sagemaker-stages/page";

/** A view that presents the answers of a chat, and that cannot show every answer. */
export default {
  introduction: "Speak with the model.",
  submitLabel: "Speak",
  show(answer) {
    if (typeof answer !== "string" || answer === "?") return undefined;
    return { content: [h("p", { class: "loud" }, answer.toUpperCase())], spoken: `Loud: ${answer}` };
  },
} satisfies ModelView;
