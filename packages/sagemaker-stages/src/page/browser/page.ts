import { type Documents, readDocuments } from "./documents";
import { find, h } from "./dom";
import { planRoutes, type RoutePlan } from "./form-plan";
import { type Destination, modelForm } from "./model-form";
import type { ModelView } from "./view";

/** The app's own views by the name of the model, which is the `operationId` of the model's route. */
export type Views = Readonly<Record<string, ModelView>>;

let views: ReadonlyMap<string, ModelView> = new Map();

/** Uses the app's own views for the forms that are shown once the stage's documents are read. */
export function useViews(own: Views): void {
  views = new Map(Object.entries(own));
}

// Starts before the script of any view: where a view's script throws, every model still has its form.
readDocuments().then(show, showStartFailure);

/** Shows a form for each route. */
function show({ config, openApi }: Documents): void {
  const stageUrl = config.stageUrl.replace(/\/$/, "");
  const routes = planRoutes(openApi);
  // The only model of a stage is always open, too: there is nothing to choose from.
  const isCard = ({ model }: RoutePlan) => views.has(model) || routes.length === 1;
  const cards = routes.filter(isCard);
  const others = routes.filter((route) => !isCard(route));

  const stage = find("stage", HTMLElement);
  stage.append(h("b", {}, new URL(stageUrl).pathname.split("/").at(-1) || new URL(stageUrl).host));
  find("stage-url", HTMLElement).textContent = stageUrl;
  find("views", HTMLElement).append(
    ...cards.map((route) => viewCard(route, { stageUrl }, views.get(route.model))),
  );
  find("no-routes", HTMLElement).hidden = routes.length > 0;
  find("others", HTMLElement).hidden = others.length === 0;
  // Below a card, the other forms are one section of several.
  const isOnlyKind = cards.length === 0;
  find("others-title", HTMLElement).hidden = isOnlyKind;
  find("routes", HTMLElement).append(
    ...others.map((route, index) =>
      routeCard(route, { stageUrl }, { isOpen: isOnlyKind && index === 0, isOnlyKind }),
    ),
  );
  for (const element of [stage, find("footer", HTMLElement)]) element.hidden = false;
}

/** The card of a view. Where the view throws, the model has the card of a model without a view. */
function viewCard(route: RoutePlan, destination: Destination, view: ModelView | undefined): HTMLElement {
  try {
    return modelCard(route, destination, view);
  } catch (error) {
    // For the view's author, in the console.
    reportError(error);
    return modelCard(route, destination);
  }
}

/** A form that is always open. */
function modelCard(route: RoutePlan, destination: Destination, view: ModelView = {}): HTMLElement {
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

/** A model without a view of its own among other models: a form that opens and closes. */
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
