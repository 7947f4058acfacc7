import { escapeHtml } from "../page/escape-html";
import { percentileChart, timelineChart } from "./charts";
import { count, plural } from "./format";
import type { LoadReport } from "./report";
import {
  cellsOf,
  generatorLines,
  groupsOf,
  outcomeLines,
  priceLines,
  proposalText,
  sizeRows,
} from "./text-report";

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --back: #ffffff; --panel: #f6f8fa; --warm: #0969da; --cold: #bc4c00; --p50: #1a7f37; --max: #6e7781; --failed: #a40e26; --throttled: #8250df; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --back: #0d1117; --panel: #151b23; --warm: #58a6ff; --cold: #f0883e; --p50: #3fb950; --max: #9198a1; --failed: #ff7b72; --throttled: #bc8cff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
p { margin: 0.25rem 0; }
.soft { color: var(--soft); }
.warning { border-left: 4px solid var(--failed); padding: 0.5rem 0.75rem; background: var(--panel); margin: 1rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 0.3rem 0.7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.25rem; padding: 0; margin: 0.25rem 0; list-style: none; color: var(--soft); }
.legend li::before { content: ""; display: inline-block; width: 0.75em; height: 0.75em; margin-right: 0.45em; border-radius: 2px; background: var(--key); }
svg { display: block; width: 100%; height: auto; }
svg .tick { fill: var(--soft); font-size: 13px; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg polyline { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
svg .p50 { stroke: var(--p50); }
svg .max { fill: var(--max); }
svg .curve-warm { stroke: var(--warm); }
svg .curve-cold { stroke: var(--cold); }
svg .dot-warm { fill: var(--warm); }
svg .dot-cold { fill: var(--cold); }
svg .failed { fill: var(--failed); }
svg .throttled { fill: var(--throttled); }
code { font-family: ui-monospace, monospace; font-size: 0.95em; overflow-wrap: anywhere; }
@media (max-width: 40rem) { svg .tick { font-size: 24px; } svg polyline { stroke-width: 4; } svg circle { r: 5px; } table { font-size: 0.85rem; } th, td { padding: 0.3rem 0.2rem; } }
@media (max-width: 22rem) { body { padding-inline: 0.6rem; } table { font-size: 0.75rem; } th, td { padding: 0.3rem 0.15rem; } }
`;

/**
 * The report as an HTML page. The page loads nothing, and contains no script, so that it can be attached to a pull request or
 * an e-mail.
 */
export function htmlReport(report: LoadReport): string {
  const { environment, model, route, rate, seconds, startedAt, measurements, deployedSize } = report;
  const { timeline, latencyInMs, generator, hasColdStarts } = measurements;
  const size =
    deployedSize === null
      ? ""
      : `, ${count(deployedSize.memorySizeInMb)} MB, maxConcurrency ${deployedSize.maxConcurrency}${deployedSize.provisionedConcurrency > 0 ? `, provisionedConcurrency ${deployedSize.provisionedConcurrency}` : ""}`;
  const generatorText = paragraphs(generatorLines(report));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(`Load of ${model} in ${environment}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(`Load of ${model} in ${environment}`)}</h1>
<p class="soft">${escapeHtml(`${route}, ${plural(rate, "request")} per second for ${seconds} s${size}, started ${startedAt}`)}</p>
${generator.heldRate ? "" : `<div class="warning">${generatorText}</div>`}
<h2>Latency in milliseconds</h2>
${table(
  ["ms", "calls", "p50", "p90", "p99", "p99.9", "max"],
  groupsOf(measurements).map((group) => [group, ...cellsOf(latencyInMs[group])]),
)}
<p class="soft">${hasColdStarts ? "A cold call probably started an instance: it needed one more instance than were running, and was much slower than the calls on running instances. All other calls are warm. " : ""}The latency counts from the time at which the call was due to the end of its answer. Only successful calls have a latency. “–”: too few calls for the percentile.</p>
${figure(
  "Percentiles",
  [
    ["warm", hasColdStarts ? "warm calls" : "all calls"],
    ...(hasColdStarts ? [["cold", "cold calls"] as const] : []),
  ],
  percentileChart(measurements),
)}${figure(
  "During the run",
  [
    ["p50", "p50"],
    ["max", "slowest call"],
    ["throttled", "throttled"],
    ["failed", "failed"],
  ],
  timelineChart(timeline),
)}<h2>Calls</h2>
${paragraphs([...outcomeLines(report), ...(generator.heldRate ? generatorLines(report) : [])])}
<h2>Price</h2>
${paragraphs(priceLines(report))}
${proposalSection(report)}
</main>
</body>
</html>
`;
}

function proposalSection({ proposal, rate }: LoadReport): string {
  if (proposal === null) return "";
  const [heads = [], ...rows] = sizeRows(proposal.sizes);
  return `<h2>Settings for ${escapeHtml(plural(rate, "request"))} per second</h2>
${table(heads, rows)}
${paragraphs(proposalText(proposal))}`;
}

function paragraphs(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== "")
    .map((line) => `<p>${escapeHtml(line)}</p>`)
    .join("\n");
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table>
<thead>${row("th", heads)}</thead>
<tbody>
${rows.map((cells) => row("td", cells)).join("\n")}
</tbody>
</table></div>`;
}

/** A picture with its heading and its legend; nothing without a picture. */
function figure(heading: string, entries: Parameters<typeof legend>[0], chart: string): string {
  return chart === "" ? "" : `<h2>${heading}</h2>\n${legend(entries)}\n${chart}\n`;
}

/** @param entries - the name of a colour of the style sheet, and its meaning */
function legend(entries: readonly (readonly [colour: string, meaning: string])[]): string {
  return `<ul class="legend">${entries
    .map(([colour, meaning]) => `<li style="--key: var(--${colour})">${escapeHtml(meaning)}</li>`)
    .join("")}</ul>`;
}
