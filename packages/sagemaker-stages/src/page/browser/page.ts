import { planRoutes, type RoutePlan } from "../plan/form-plan";
import type { Destination } from "./destination";
import { type Documents, readDocuments } from "./documents";
import { find, h } from "./dom";
import { modelForm } from "./model-form";
import type { ModelView } from "./view";

/** The app's own views by the name of the model, which is the `operationId` of the model's route. */
export type Views = Readonly<Record<string, ModelView>>;

let views: ReadonlyMap<string, ModelView> = new Map();

/** Sets the app's own views. The page creates the forms later, when it has read the stage's documents. */
export function useViews(own: Views): void {
  views = new Map(Object.entries(own));
}

// Starts before the views' scripts: if a view's script throws, every model still has its form.
readDocuments().then(show, showStartFailure);

/** Shows a form for each route. */
function show({ config, openApi }: Documents): void {
  const destination = {
    openApi,
    stageUrl: config.stageUrl.replace(/\/$/, ""),
    caveats: new Map(Object.entries(config.caveats ?? {})),
  };
  const { stageUrl } = destination;
  const routes = planRoutes(openApi);
  // The only model of a stage is always open, because there is no choice.
  const isCard = ({ model }: RoutePlan) => views.has(model) || routes.length === 1;
  const cards = routes.filter(isCard);
  const others = routes.filter((route) => !isCard(route));

  const stage = find("stage", HTMLElement);
  stage.append(h("b", {}, new URL(stageUrl).pathname.split("/").at(-1) || new URL(stageUrl).host));
  showCount(routes.length, stageUrl);
  find("views", HTMLElement).append(
    ...cards.map((route) => viewCard(route, destination, views.get(route.model))),
  );
  find("no-routes", HTMLElement).hidden = routes.length > 0;
  find("others", HTMLElement).hidden = others.length === 0;
  // If the page has cards, the other forms are one of several sections.
  const isOnlyKind = cards.length === 0;
  find("others-title", HTMLElement).hidden = isOnlyKind;
  find("routes", HTMLElement).append(
    ...others.map((route, index) =>
      routeCard(route, destination, { isOpen: isOnlyKind && index === 0, isOnlyKind }),
    ),
  );
  for (const element of [stage, find("footer", HTMLElement)]) element.hidden = false;
}

/** The default of `website.title`. */
const DEFAULT_TITLE = "Try the models";

/**
 * Texts that depend on the models. `index.html` has the texts of several public models.
 *
 * @param count - the models of the page
 */
function showCount(count: number, stageUrl: string): void {
  const address = find("stage-url", HTMLElement);
  address.textContent = stageUrl;
  if (count > 1) return;
  const heading = document.querySelector("h1");
  if (heading?.textContent === DEFAULT_TITLE) {
    document.title = count === 1 ? "Try the model" : "Models of this stage";
    heading.textContent = document.title;
  }
  if (count === 0) address.parentElement?.replaceChildren("This page sends nothing to ", address, ".");
}

/** Creates the card of a view. If the view throws, the model has the card of a model without a view. */
function viewCard(route: RoutePlan, destination: Destination, view: ModelView | undefined): HTMLElement {
  try {
    return modelCard(route, destination, view);
  } catch (error) {
    // The console shows the error to the view's author.
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

/** A form that opens and closes, for a model without a view among other models. */
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
      h("h2", {}, "This page could not start"),
      h("p", {}, `${error instanceof Error ? error.message : error} Reload the page to try again.`),
    ),
  );
}
