import { planOwnRequest, type RoutePlan, type Target } from "../plan/form-plan";
import { showAnswer } from "./answer-view";
import type { Destination } from "./destination";
import { type Controls, documentControls } from "./document-controls";
import { h } from "./dom";
import { FORM_FAILED } from "./failure";
import { addKeys, keyNames } from "./keys";
import { createExchange, parts } from "./parts";
import { duration } from "./time-text";
import type { ModelView, RequestForm } from "./view";

/** Creates the form of a route, with the element for its answers. @param view - the model's own view */
export function modelForm(route: RoutePlan, destination: Destination, view: ModelView = {}): HTMLFormElement {
  const chat = parts.chatForm?.(route, destination, view);
  if (chat) return chat;
  const { stageUrl, caveats } = destination;
  const controls =
    view.form === undefined ? documentControls(route) : ownControls(route, view.form({ id: route.id }));
  const submit = h("button", { type: "submit", "aria-keyshortcuts": "Control+Enter Meta+Enter" });
  submit.append(view.submitLabel ?? "Send");
  const caveat = caveats.get(route.model);
  const place = h("div", { class: "result", hidden: true });
  const form = h(
    "form",
    { novalidate: true, autocomplete: "off", "aria-label": route.title },
    ...(caveat === undefined ? [] : [h("p", { class: "note" }, `Answers are not predictions: ${caveat}`)]),
    ...controls.content,
    h("div", { class: "actions" }, submit, h("span", { class: "keys" }, "or press ", ...keyNames())),
    place,
  );

  const changed = h("p", { class: "fine stale", hidden: true }, "You changed the input since this answer.");
  const exchange = createExchange({
    submit,
    place,
    show: ({ status, body, elapsedInMs }) => {
      const { content, ...rest } = showAnswer(body, view, { model: route.model, sent: request?.body });
      const took = h("p", { class: "fine" }, `Answered with ${status} in ${duration(elapsedInMs)}`);
      return { content: [...content, took, changed], ...rest };
    },
  });
  addKeys(form, exchange);

  let request: Target | undefined;
  let sent = "";
  form.addEventListener("input", () => {
    changed.hidden = valuesOf(form) === sent;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (exchange.isRunning) return;
    try {
      request = controls.plan();
    } catch (error) {
      // The console shows the error to the view's author. The page reports to the visitor that nothing was sent.
      reportError(error);
      return exchange.fail(FORM_FAILED);
    }
    if (request === undefined) return exchange.clear();
    sent = valuesOf(form);
    changed.hidden = true;
    const { target, ...rest } = request;
    const { method, answerTypes } = route;
    void exchange.start({ method, url: `${stageUrl}${target}`, answerTypes, ...rest });
  });
  return form;
}

function valuesOf(form: HTMLFormElement): string {
  const controls = form.querySelectorAll<HTMLInputElement>("input, textarea, select");
  return JSON.stringify(
    [...controls].map(({ type, value, checked }) => (/^(checkbox|radio)$/.test(type) ? checked : value)),
  );
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
