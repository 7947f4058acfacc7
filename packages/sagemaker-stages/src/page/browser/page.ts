import { type Documents, readDocuments } from "./documents";
import { find, h } from "./dom";
import { planRoutes } from "./form-plan";
import { startReviewForm } from "./review-form";
import { routeForm } from "./route-form";

/** The route that the page's question is put to. */
const SENTIMENT = { method: "POST", path: "/sentiment" };

function show({ config, openApi }: Documents): void {
  const stageUrl = config.stageUrl.replace(/\/$/, "");
  const routes = planRoutes(openApi);
  const isSentiment = ({ method, path }: typeof SENTIMENT) =>
    method === SENTIMENT.method && path === SENTIMENT.path;
  const others = routes.filter((route) => !isSentiment(route));

  const stage = find("stage", HTMLElement);
  stage.append(h("b", {}, new URL(stageUrl).pathname.split("/").at(-1) || new URL(stageUrl).host));
  find("stage-url", HTMLElement).textContent = stageUrl;
  if (routes.some(isSentiment)) {
    startReviewForm(`${stageUrl}${SENTIMENT.path}`);
    find("sentiment", HTMLElement).hidden = false;
  } else {
    find("no-sentiment", HTMLElement).hidden = false;
  }
  find("routes", HTMLElement).append(
    ...others.map((route) => routeForm(route, stageUrl, others.length === 1)),
  );
  find("others", HTMLElement).hidden = others.length === 0;
  for (const element of [stage, find("footer", HTMLElement)]) element.hidden = false;
}

readDocuments().then(show, (error: unknown) => {
  find("notice", HTMLElement).append(
    h(
      "div",
      { class: "result failure" },
      h("h2", {}, "This page could not be set up"),
      h("p", {}, `${error instanceof Error ? error.message : error} Reload the page to try again.`),
    ),
  );
});
