import { createHash } from "node:crypto";
import { escapeHtml } from "../page/escape-html";
import { functionUrlsOf, routesOf, type ServedUrls } from "./banner";
import { ALARMS_PATH } from "./cloudwatch/alarms-page";
import { type HttpRequest, type HttpResponse, headerOf } from "./http";
import type { Deployment, StageDefinition } from "./terraform/deployment";

/**
 * Whether a browser opens the address of the local stage. API Gateway refuses the path `/`, because the path has no stage:
 * every other client receives this refusal. Browsers list `text/html` for a page
 * (https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Content_negotiation/List_of_default_Accept_values).
 */
export function wantsStartPage(request: Pick<HttpRequest, "method" | "path" | "headers">): boolean {
  const accepted = (headerOf(request, "accept") ?? "").toLowerCase().split(",");
  return (
    request.path === "/" &&
    ["GET", "HEAD"].includes(request.method) &&
    accepted.some((range) => range.split(";")[0]?.trim() === "text/html")
  );
}

/** Text of HTML. Every other value is escaped. */
class Html {
  constructor(readonly text: string) {}
}

/** HTML with values: texts are escaped, and lists are joined. */
function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly (string | Html)[])[]
): Html {
  const textOf = (value: string | Html) => (value instanceof Html ? value.text : escapeHtml(value));
  const texts = values.map((value) =>
    typeof value === "string" || value instanceof Html ? textOf(value) : value.map(textOf).join(""),
  );
  return new Html(String.raw({ raw: parts }, ...texts));
}

const STYLE = `
:root { color-scheme: light dark; --line: #dfddd5; --soft: #55605c; --well: #faf9f6; --page: #f6f5f1; --card: #fff; --accent: #14695a }
@media (prefers-color-scheme: dark) {
  :root { --line: #2f3936; --soft: #a5b1ac; --well: #141a18; --page: #121716; --card: #1b2220; --accent: #74d3bb }
}
* { box-sizing: border-box }
body { max-width: 60rem; margin: auto; padding: 2rem 1rem; background: var(--page); color: CanvasText; font: 1rem / 1.5 -apple-system, "Segoe UI", Arial, sans-serif; overflow-wrap: anywhere }
h1 { margin: 0 0 0.25rem; letter-spacing: -0.02em }
h2 { margin: 0 0 0.5rem }
h3 { margin: 1.5rem 0 0.25rem; font-size: 1rem }
p { margin: 0.25rem 0 }
section { margin-top: 1.5rem; padding: 1.25rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--card) }
a { color: var(--accent) }
nav a { display: inline-block; margin-right: 1.25rem; padding: 0.25rem 0 }
code, pre { font-family: ui-monospace, Consolas, monospace; font-size: 0.875rem }
pre { margin: 0.25rem 0 0; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--well); white-space: pre-wrap }
.soft { color: var(--soft) }
`;

/** The page has one style, and no script. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page at the address of the local stage: the environments, their routes, and links. */
export function answerStartPage(
  urls: ServedUrls,
  deployments: readonly Deployment[],
  pages: { has(stageName: string): boolean },
): HttpResponse {
  const hasAlarms = deployments.some(({ alarms = [] }) => alarms.some(({ kind }) => kind !== "unsupported"));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Local stage</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>Local stage</h1>
<p class="soft">This machine serves ${deployments.length === 1 ? "one environment" : `${deployments.length} environments`}. The keys and credentials on this page are valid nowhere else.</p>
${hasAlarms ? html`<nav aria-label="Local stage"><a href="${ALARMS_PATH}">States of the alarms</a></nav>` : ""}
${deployments.map((deployment) => environment(urls, deployment, pages))}
</main>
</body>
</html>
`;
  return {
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": POLICY,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      Vary: "Accept",
    },
    body: page.text,
  };
}

function environment(
  urls: ServedUrls,
  deployment: Deployment,
  pages: { has(stageName: string): boolean },
): Html {
  const { name, stages } = deployment;
  return html`<section aria-labelledby="environment-${name}">
<h2 id="environment-${name}">${name}</h2>
${stages.filter(({ stageName }) => pages.has(stageName)).map(links)}
${stages.flatMap((stage) =>
  routesOf(urls.url, deployment, stage).map(
    ({ method, path, title, access, commands }) => html`<h3><code>${method} ${path}</code></h3>
<p class="soft">${title === undefined ? "" : `${title} `}${access}</p>
${commands.map(command)}`,
  ),
)}
${functionUrlsOf(urls.functionUrls, deployment).map(
  ({ address, functionName, commands }) => html`<h3><code>${address}</code></h3>
<p class="soft">Function URL of ${functionName} (signed requests)</p>
${commands.map(command)}`,
)}
</section>
`;
}

function links({ stageName }: StageDefinition): Html {
  const page = `/website/${encodeURIComponent(stageName)}/`;
  return html`<nav aria-label="${stageName}"><a href="${page}">Page of ${stageName}</a> <a href="${page}openapi.json">The routes of that page as OpenAPI</a></nav>
`;
}

function command(line: string): Html {
  return html`<pre>${line}</pre>
`;
}
