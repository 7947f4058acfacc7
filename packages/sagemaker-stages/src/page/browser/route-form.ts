import { h } from "./dom";
import { Exchange } from "./exchange";
import { type Field, field, PRIVATE_TYPING } from "./field";
import { type FieldPlan, planRequest, type RoutePlan } from "./form-plan";
import { addKeys } from "./keys";
import { duration } from "./words";

/** Longer texts get more than one line. */
const ONE_LINE_IN_CHARACTERS = 48;

/** A route as a form that can be opened. @param stageUrl - without a slash at the end */
export function routeForm(route: RoutePlan, stageUrl: string, isOpen: boolean): HTMLElement {
  const id = `${route.method}${route.path}`.replace(/[^a-z0-9]+/gi, "-").toLowerCase();
  const fields = new Map(route.fields.map((plan) => [plan, createField(plan, `${id}-${plan.name}`)]));
  const submit = h("button", { type: "submit" }, "Send");
  const place = h("div", { class: "result", hidden: true });
  const form = h(
    "form",
    { novalidate: true, autocomplete: "off", "aria-label": route.title },
    ...[...fields.values()].map(({ element }) => element),
    h("div", { class: "actions" }, submit),
    place,
  );

  const exchange = new Exchange({
    submit,
    place,
    show: ({ status, body, elapsedInMs }) => {
      const text = JSON.stringify(body, null, 2);
      return {
        children: [
          h("p", { class: "fine" }, `Answered with ${status} in ${duration(elapsedInMs)}`),
          h("pre", { tabindex: "0", role: "region", "aria-label": "Answer" }, h("code", {}, text)),
        ],
        spoken: `Answered: ${text}`,
      };
    },
  });
  addKeys(form, exchange);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const texts = new Map([...fields].map(([plan, { text }]) => [plan, text]));
    const planned = planRequest(route, texts);
    if ("faults" in planned) return showFaults(planned.faults, fields);
    const { target, ...rest } = planned;
    void exchange.start({ method: route.method, url: `${stageUrl}${target}`, ...rest });
  });

  return h(
    "details",
    { class: "card route", id, open: isOpen },
    h(
      "summary",
      {},
      h("span", { class: "title" }, route.title),
      h("code", {}, `${route.method} ${route.path}`),
    ),
    ...(route.description === undefined ? [] : [h("p", {}, route.description)]),
    form,
  );
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
    // The space is for those who hear the label.
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
    const area = h("textarea", { ...attributes, rows: "4", class: kind === "json" ? "code" : undefined });
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
