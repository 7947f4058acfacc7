import { h } from "./dom";
import { Exchange } from "./exchange";
import { type Field, field, PRIVATE_TYPING } from "./field";
import { type FieldPlan, planOwnRequest, planRequest, type RoutePlan, type Target } from "./form-plan";
import { jsonText, MAX_LINE_LENGTH } from "./json-text";
import { addKeys, keyNames } from "./keys";
import type { ModelView, RequestForm, ShownAnswer } from "./view";
import { duration } from "./words";

/** Longer texts get more than one line. */
const ONE_LINE_IN_CHARACTERS = 48;
const MIN_ROWS = 4;
const MAX_ROWS = 12;

/** Where a form sends its requests. */
export interface Destination {
  /** The stage's URL, without a slash at the end. */
  readonly stageUrl: string;
}

/** The controls of a form, and the request that they make. */
interface Controls {
  readonly content: RequestForm["content"];
  /** @returns `undefined` where the controls hold no request; they then show the reason */
  plan(): Target | undefined;
}

/** The form of a route, with the place for its answers. @param view - the model's own view */
export function modelForm(
  route: RoutePlan,
  { stageUrl }: Destination,
  view: ModelView = {},
): HTMLFormElement {
  const controls =
    view.form === undefined ? fieldControls(route) : ownControls(route, view.form({ id: route.id }));
  const submit = h("button", { type: "submit", "aria-keyshortcuts": "Control+Enter Meta+Enter" });
  submit.append(view.submitLabel ?? "Send");
  const place = h("div", { class: "result", hidden: true });
  const form = h(
    "form",
    { novalidate: true, autocomplete: "off", "aria-label": route.title },
    ...controls.content,
    h("div", { class: "actions" }, submit, h("span", { class: "keys" }, "or press ", ...keyNames())),
    place,
  );

  const changed = h("p", { class: "fine stale", hidden: true }, "You changed the input since this answer.");
  const exchange = new Exchange({
    submit,
    place,
    show: ({ status, body, elapsedInMs }) => {
      const { content, spoken } = showAnswer(body, view);
      const took = h("p", { class: "fine" }, `Answered with ${status} in ${duration(elapsedInMs)}`);
      return { content: [...content, took, changed], spoken };
    },
  });
  addKeys(form, exchange);

  let sent = "";
  form.addEventListener("input", () => {
    changed.hidden = valuesOf(form) === sent;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (exchange.isRunning) return;
    const planned = controls.plan();
    if (planned === undefined) return exchange.clear();
    sent = valuesOf(form);
    changed.hidden = true;
    const { target, ...rest } = planned;
    void exchange.start({ method: route.method, url: `${stageUrl}${target}`, ...rest });
  });
  return form;
}

function valuesOf(form: HTMLFormElement): string {
  const controls = form.querySelectorAll<HTMLInputElement>("input, textarea, select");
  return JSON.stringify(
    [...controls].map(({ type, value, checked }) => (/^(checkbox|radio)$/.test(type) ? checked : value)),
  );
}

function showAnswer(body: unknown, view: ModelView): ShownAnswer {
  try {
    const shown = view.show?.(body);
    if (shown !== undefined) return shown;
  } catch (error) {
    // For the view's author, in the console. The visitor still gets the answer.
    reportError(error);
  }
  const text = jsonText(body);
  return {
    content: [h("pre", { tabindex: "0", role: "region", "aria-label": "Answer" }, h("code", {}, text))],
    spoken: `Answered: ${text}`,
  };
}

function ownControls(route: RoutePlan, { content, read }: RequestForm): Controls {
  return {
    content,
    plan: () => {
      const request = read();
      return request === undefined ? undefined : planOwnRequest(route, request);
    },
  };
}

/** One field for each part of the request. */
function fieldControls(route: RoutePlan): Controls {
  const fields = new Map(
    route.fields.map((plan) => [plan, createField(plan, `${route.id}-${plan.name || "body"}`)]),
  );
  return {
    content: [...fields.values()].map(({ element }) => element),
    plan: () => {
      const planned = planRequest(route, new Map([...fields].map(([plan, { text }]) => [plan, text])));
      if (!("faults" in planned)) return planned;
      showFaults(planned.faults, fields);
      return undefined;
    },
  };
}

function showFaults(faults: ReadonlyMap<FieldPlan, string>, fields: ReadonlyMap<FieldPlan, Field>): void {
  for (const [plan, { setFault }] of fields) setFault(faults.get(plan));
  const [first] = faults.keys();
  if (first !== undefined) fields.get(first)?.focus();
}

function createField(plan: FieldPlan, id: string): Field {
  const asides = [plan.kind === "json" ? "JSON" : "", plan.required ? "" : "optional"].filter(Boolean);
  const label = h(
    "label",
    { for: id },
    plan.name || "Body",
    // A screen reader needs the space.
    ...asides.flatMap((text) => [" ", h("span", { class: "aside" }, text)]),
  );
  return field(createControl(plan, id), label, plan.description);
}

function createControl(
  plan: FieldPlan,
  id: string,
): HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  const { kind, name, required, example, choices } = plan;
  const attributes = { id, name, "aria-required": required ? "true" : undefined, ...PRIVATE_TYPING };
  if (kind === "choice") {
    const options = required ? choices : ["", ...choices];
    const select = h(
      "select",
      { id, name, "aria-required": attributes["aria-required"] },
      ...options.map((choice) => h("option", { value: choice }, choice || "not set")),
    );
    select.value = example;
    return select;
  }
  if (kind === "json" || example.length > ONE_LINE_IN_CHARACTERS) {
    const rows = Math.min(MAX_ROWS, Math.max(MIN_ROWS, rowsOf(example)));
    const area = h("textarea", {
      ...attributes,
      rows: `${rows}`,
      class: kind === "json" ? "code" : undefined,
    });
    area.value = example;
    return area;
  }
  const input = h("input", {
    ...attributes,
    type: "text",
    inputmode: kind === "number" ? "decimal" : undefined,
  });
  input.value = example;
  return input;
}

/** The lines that a text fills in a field on a desktop. */
function rowsOf(text: string): number {
  return text
    .split("\n")
    .reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / MAX_LINE_LENGTH)), 0);
}
