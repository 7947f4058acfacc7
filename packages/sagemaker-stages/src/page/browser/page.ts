import { type Documents, readDocuments } from "./documents";
import { find, h } from "./dom";
import { planRoutes, type RoutePlan } from "./form-plan";
import { type Destination, modelForm } from "./model-form";
import type { ModelView } from "./view";

/** The app's own views by the name of the model, which is the `operationId` of the model's route. */
export type Views = Readonly<Record<string, ModelView>>;

/** Reads the stage's documents and shows a form for each route. */
export function startPage(views: Views): void {
  readDocuments().then((documents) => show(documents, new Map(Object.entries(views))), showStartFailure);
}

function show({ config, openApi }: Documents, views: ReadonlyMap<string, ModelView>): void {
  const stageUrl = config.stageUrl.replace(/\/$/, "");
  const routes = planRoutes(openApi);
  const withView = routes.filter(({ model }) => views.has(model));
  const others = routes.filter(({ model }) => !views.has(model));

  const stage = find("stage", HTMLElement);
  stage.append(h("b", {}, new URL(stageUrl).pathname.split("/").at(-1) || new URL(stageUrl).host));
  find("stage-url", HTMLElement).textContent = stageUrl;
  find("views", HTMLElement).append(
    ...withView.map((route) => viewCard(route, { stageUrl }, views.get(route.model) ?? {})),
  );
  find("no-routes", HTMLElement).hidden = routes.length > 0;
  find("others", HTMLElement).hidden = others.length === 0;
  // Beside a view, the other forms are one section of several.
  find("others-title", HTMLElement).hidden = withView.length === 0;
  const isOnlyKind = withView.length === 0;
  find("routes", HTMLElement).append(
    ...others.map((route, index) =>
      routeCard(route, { stageUrl }, { isOpen: isOnlyKind && index === 0, isOnlyKind }),
    ),
  );
  for (const element of [stage, find("footer", HTMLElement)]) element.hidden = false;
}

/** A model with its own view: always open. */
function viewCard(route: RoutePlan, destination: Destination, view: ModelView): HTMLElement {
  const introduction = view.introduction ?? route.description;
  const titleId = `${route.id}-title`;
  return h(
    "section",
    { class: "card view", id: route.id, "aria-labelledby": titleId },
    h("h2", { id: titleId }, route.title),
    ...(introduction === undefined ? [] : [h("p", { class: "lead" }, introduction)]),
    modelForm(route, destination, view),
  );
}

/** A model without a view of its own: a form that opens and closes. */
function routeCard(
  route: RoutePlan,
  destination: Destination,
  { isOpen, isOnlyKind }: { readonly isOpen: boolean; readonly isOnlyKind: boolean },
): HTMLElement {
  return h(
    "details",
    { class: "card route", id: route.id, open: isOpen },
    h(
      "summary",
      {},
      h(isOnlyKind ? "h2" : "h3", {}, route.title),
      h("code", {}, `${route.method} ${route.path}`),
    ),
    ...(route.description === undefined ? [] : [h("p", {}, route.description)]),
    modelForm(route, destination),
  );
}

function showStartFailure(error: unknown): void {
  find("notice", HTMLElement).append(
    h(
      "div",
      { class: "result failure" },
      h("h2", {}, "This page could not be set up"),
      h("p", {}, `${error instanceof Error ? error.message : error} Reload the page to try again.`),
    ),
  );
}
