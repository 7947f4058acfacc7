import { jsonText } from "../plan/json-text";
import { type AnswerPlan, type Bar, planAnswer, type Table } from "./answer-plan";
import { type Child, h } from "./dom";
import { partOf, parts } from "./parts";
import type { PlacedAnswer } from "./placed-answer";
import type { ModelView, ShownAnswer } from "./view";

/** The part of a request that its answer's presentation needs. */
export interface AnsweredRequest {
  readonly model: string;
  /** The body of the request. */
  readonly sent: unknown;
}

/** Shows an answer with the model's view, or else as a table, bars, a text, an image, or JSON. */
export function showAnswer(answer: unknown, view: ModelView, { model, sent }: AnsweredRequest): PlacedAnswer {
  try {
    const shown = view.show?.(answer, sent);
    if (shown !== undefined) return shown;
  } catch (error) {
    // The console shows the error to the view's author. The visitor still sees the answer.
    reportError(error);
  }
  return answer instanceof Blob ? partOf("showBytes")(answer, model) : showJson(answer, sent);
}

function showJson(answer: unknown, sent: unknown): PlacedAnswer {
  const json = jsonText(answer);
  const plan = planAnswer(answer, sent);
  const pre = h("pre", { tabindex: "0", role: "region", "aria-label": "Answer" }, h("code", {}, json));
  if (plan.kind === "json") return { content: [pre], spoken: `Answered: ${json}` };
  const { content, spoken } = showPlan(plan);
  const boxes = parts.showBoxes?.(sent, answer);
  const details = h("details", { class: "json" }, h("summary", {}, "JSON"), pre);
  return { ...boxes, content: [boxes?.element ?? "", ...content, details], spoken };
}

function showPlan(plan: Exclude<AnswerPlan, { kind: "json" }>): ShownAnswer {
  switch (plan.kind) {
    case "text":
      return { content: [h("p", { class: "text" }, plan.text)], spoken: `Answered: ${plan.text}` };
    case "bars":
      return showBars(plan.groups);
    case "table":
      return showTable(plan.table);
    case "members": {
      const parts = plan.members.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]);
      return {
        content: [h("dl", {}, ...parts)],
        spoken: `Answered: ${plan.members.map(([name, text]) => `${name}: ${text}`).join(", ")}`,
      };
    }
  }
}

/** A model can have a thousand labels. */
const SHOWN_BARS = 10;

const FIGURE = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

function showBars(groups: Extract<AnswerPlan, { kind: "bars" }>["groups"]): ShownAnswer {
  const content = groups.flatMap(({ heading, bars }): Child[] => {
    const rest = bars.slice(SHOWN_BARS);
    return [
      heading === undefined ? "" : h("h3", {}, heading),
      barList(bars.slice(0, SHOWN_BARS)),
      rest.length === 0
        ? ""
        : h("details", { class: "more" }, h("summary", {}, `${rest.length} more`), barList(rest)),
    ];
  });
  const spoken = groups.map(({ heading, bars: [best] }) => {
    const of = heading === undefined ? "" : `${heading}: `;
    return best === undefined ? "" : `${of}${best.label}, ${FIGURE.format(best.score)}`;
  });
  return { content, spoken: `Highest score: ${spoken.join("; ")}.` };
}

function barList(bars: readonly Bar[]): HTMLElement {
  return h(
    "ul",
    { class: "bars" },
    ...bars.map(({ label, score }) => {
      const bar = h("span", { class: "bar", "aria-hidden": "true" });
      bar.style.setProperty("--share", `${score}`);
      // A screen reader needs the space.
      return h("li", {}, h("span", {}, label), " ", h("b", {}, FIGURE.format(score)), bar);
    }),
  );
}

/** More rows make the page slow. The JSON contains all rows. */
const SHOWN_ROWS = 200;

function showTable({ headings, rows }: Table): ShownAnswer {
  const shown = rows.slice(0, SHOWN_ROWS);
  const table = h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...headings.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...shown.map((row) => h("tr", {}, ...row.map((text) => h("td", {}, text))))),
  );
  return {
    content: [
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" }, table),
      rows.length > shown.length
        ? h("p", { class: "fine" }, `The first ${shown.length} of ${rows.length} rows. The JSON has all.`)
        : "",
    ],
    spoken:
      rows.length === 1
        ? `Answered: ${headings.map((name, index) => `${name}: ${rows[0]?.[index]}`).join(", ")}`
        : `Answered with a table of ${rows.length} rows.`,
  };
}
