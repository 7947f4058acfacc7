import { h, type ModelView } from "sagemaker-stages/page";

/** A view that presents the answers of a chat, that cannot show every answer, and that fails for an answer. */
export default {
  introduction: "Speak with the model.",
  submitLabel: "Speak",
  show(answer, sent) {
    if (answer === "!") throw new Error("the view fails");
    if (typeof answer !== "string" || answer === "?") return undefined;
    const { messages } = sent as { readonly messages: readonly unknown[] };
    return {
      content: [
        h("p", { class: "loud" }, answer.toUpperCase()),
        h("button", { type: "button", class: "stop" }, `Copy ${messages.length}`),
      ],
      spoken: `Loud: ${answer}`,
    };
  },
} satisfies ModelView;
