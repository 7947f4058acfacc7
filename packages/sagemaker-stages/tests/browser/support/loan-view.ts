import { type FormContext, h, type ModelView, type RequestForm, textField } from "sagemaker-stages/page";

/** Fields for two of the three numbers of a row. */
function loanForm({ id }: FormContext): RequestForm {
  const income = textField({ id: `${id}-income`, label: "Income" });
  const amount = textField({ id: `${id}-amount`, label: "Amount", hint: "Of the loan." });
  return {
    content: [income.element, amount.element],
    read: () => {
      if (income.text !== "") return { data: `${income.text},${amount.text},36` };
      income.setFault("Enter an income.");
      income.focus();
      return undefined;
    },
  };
}

/** A view with a custom form. It shows the answer "repaid", cannot show a list, and throws for "defaulted". */
export default {
  introduction: "Will this loan be repaid?",
  submitLabel: "Decide",
  form: loanForm,
  show(answer) {
    if (answer === "defaulted") throw new Error("the view fails");
    if (answer !== "repaid") return undefined;
    return { content: [h("h3", { class: "repaid" }, "Repaid.")], spoken: "The loan is repaid." };
  },
} satisfies ModelView;
