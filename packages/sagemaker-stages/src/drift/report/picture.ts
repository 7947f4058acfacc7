import { escapeHtml } from "../../page/escape-html";
import type { FeatureDrift, Thresholds, Verdict } from "../compare";
import type { ModelReport } from "../model-report";
import { type Bar, barsOf } from "./histogram";
import { notesOf, samplesOf, statementOf } from "./summary";
import { figuresOf, percent, shorten } from "./table";

/** The size of a histogram, in the units of its view box. */
const WIDTH = 460;
const HEIGHT = 180;
const LEFT = 40;
const TOP = 14;
const BOTTOM = 22;
/** The space on the right of the last bar, for the half of its label. */
const RIGHT = 16;
/** The largest width of a bar. */
const MAX_STEP = 72;
/** The distance between the values and the bars apart from them, in bars. */
const GAP = 0.8;
/** Space that a label needs. */
const LABEL_WIDTH = 46;

const STYLE = `
:root { color-scheme: light dark; --text: #1c2733; --quiet: #5c6b7a; --line: #d5dde5; --card: #ffffff; --page: #f4f6f8;
  --base: #b3bfcb; --captured: #0b63c4; --drift: #b3261e; --watch: #8a5a00; --stable: #1d6b3a; }
@media (prefers-color-scheme: dark) { :root { --text: #e6ebf0; --quiet: #9dabb9; --line: #3a4653; --card: #1c242d;
  --page: #12181f; --base: #566473; --captured: #6cb2ff; --drift: #ff8a80; --watch: #f2c14e; --stable: #7fd49b; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 24px; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 20px; margin: 32px 0 4px; } h3 { font-size: 16px; margin: 0; overflow-wrap: anywhere; }
p { margin: 4px 0; } .quiet { color: var(--quiet); }
.legend span { display: inline-block; width: 12px; height: 12px; margin: 0 6px 0 0; border-radius: 2px; }
.legend .captured { margin-left: 18px; background: var(--captured); } .legend .base { background: var(--base); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 16px; margin: 16px 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; }
.head { display: flex; justify-content: space-between; gap: 12px; align-items: baseline; }
.verdict { font-weight: 600; white-space: nowrap; color: var(--quiet); }
.verdict.drift { color: var(--drift); } .verdict.watch { color: var(--watch); } .verdict.stable { color: var(--stable); }
.figures { font-size: 13px; color: var(--quiet); }
svg { width: 100%; height: auto; display: block; } svg text { font: 11px system-ui, sans-serif; fill: var(--quiet); }
.grid { stroke: var(--line); } rect.base { fill: var(--base); } rect.captured { fill: var(--captured); }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: right; padding: 4px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:nth-child(-n+3), td:nth-child(-n+3) { text-align: left; }
@media print { body { background: none; } .card { break-inside: avoid; } }
`;

/**
 * The picture of a comparison: one HTML document without scripts and without other files. It contains a table and one
 * histogram per feature, the largest change first.
 */
export function picture(
  environment: string,
  reports: readonly ModelReport[],
  thresholds: Thresholds,
): string {
  const title = `Data drift of ${environment}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<main>
<h1>${escapeHtml(title)}</h1>
<p class="legend"><span class="base"></span>baseline<span class="captured"></span>captured</p>
${reports.map((report) => section(report, thresholds)).join("\n")}
</main>
</html>
`;
}

function section(report: ModelReport, thresholds: Thresholds): string {
  const { model, features } = report.drift;
  const notes = [statementOf(model, features, thresholds).replace(`${model}: `, ""), ...notesOf(report)];
  return `<section>
<h2>${escapeHtml(model)}</h2>
${notes.map((note) => `<p>${escapeHtml(note)}</p>`).join("\n")}
<p class="quiet">${escapeHtml(samplesOf(report))}</p>
<div class="cards">
${features
  .filter(({ verdict }) => verdict !== "masked")
  .map(card)
  .join("\n")}
</div>
<div class="table"><table>
<tr><th>feature<th>type<th>verdict<th>PSI<th>KS<th>p of KS<th>missing<th>unseen</tr>
${features.map(row).join("\n")}
</table></div>
</section>`;
}

function row(drift: FeatureDrift): string {
  const cells = [shorten(drift.name), drift.type, drift.verdict, ...figuresOf(drift)];
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}`).join("")}</tr>`;
}

const CLASSES: Readonly<Record<Verdict, string>> = {
  drift: "drift",
  watch: "watch",
  stable: "stable",
  "too few rows": "few",
  masked: "masked",
};

function card(drift: FeatureDrift): string {
  const { name, type, verdict, psi, ks, missing, unseen } = drift;
  const figures = [
    `PSI ${psi.toFixed(3)}`,
    ...(ks === undefined ? [] : [`KS ${ks.statistic.toFixed(3)}`]),
    `missing ${percent(missing.base)} → ${percent(missing.captured)}`,
    `unseen ${percent(unseen)}`,
  ];
  return `<article class="card">
<div class="head"><h3>${escapeHtml(shorten(name))}</h3><span class="verdict ${CLASSES[verdict]}">${verdict}</span></div>
<p class="figures">${figures.join(" · ")}</p>
${histogram(shorten(name), barsOf(drift))}
${unitOf(type)}
</article>`;
}

/** What the histogram of a type shows, if the histogram does not show the values. */
function unitOf(type: FeatureDrift["type"]): string {
  const units: Partial<Record<FeatureDrift["type"], string>> = {
    text: "numbers of characters",
    age: "days from the date to the request",
    date: "only missing values are compared",
  };
  const unit = units[type];
  return unit === undefined ? "" : `<p class="figures">${unit}</p>`;
}

/** The share of a bar's place that the bars of the two samples cover. The captured bar is in front of the baseline's. */
const BASE_WIDTH = 0.92;
const CAPTURED_WIDTH = 0.46;

function histogram(name: string, bars: readonly Bar[]): string {
  const places = placesOf(bars);
  const step = Math.min(MAX_STEP, (WIDTH - LEFT - RIGHT) / places.total);
  const max = Math.max(...bars.map(({ base, captured }) => Math.max(base, captured)), 1e-9);
  const bottom = HEIGHT - BOTTOM;
  const y = (share: number) => bottom - (share / max) * (bottom - TOP);
  const x = (index: number) => LEFT + ((places.starts[index] ?? 0) + 0.5) * step;
  const rect = (kind: "base" | "captured", index: number, share: number, width: number) =>
    `<rect class="${kind}" x="${round(x(index) - (width * step) / 2)}" y="${round(y(share))}" width="${round(width * step)}" height="${round(bottom - y(share))}"/>`;
  const grid = [0, max / 2, max].map(
    (share) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${round(y(share))}" y2="${round(y(share))}"/><text x="${LEFT - 6}" y="${round(y(share) + 4)}" text-anchor="end">${percent(share)}</text>`,
  );
  const drawn = bars.map(
    ({ label, base, captured }, index) =>
      `<g><title>${escapeHtml(label)}: baseline ${percent(base)}, captured ${percent(captured)}</title>${rect("base", index, base, BASE_WIDTH)}${rect("captured", index, captured, CAPTURED_WIDTH)}</g>`,
  );
  const labels = labelled(bars, step).map(
    (index) =>
      `<text x="${round(x(index))}" y="${bottom + 16}" text-anchor="middle">${escapeHtml(cut(bars[index]?.label ?? "", step, bars, index))}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${name}: shares of baseline and captured rows`)}">${[...grid, ...drawn, ...labels].join("")}</svg>`;
}

/** The place of each bar, in bars. Bars apart from the values have a gap. */
function placesOf(bars: readonly Bar[]): { readonly starts: readonly number[]; readonly total: number } {
  let at = 0;
  const starts = bars.map(({ isApart }, index) => {
    const previous = bars[index - 1];
    if (previous !== undefined && (isApart || previous.isApart)) at += GAP;
    const start = at;
    at += 1;
    return start;
  });
  return { starts, total: Math.max(at, 1) };
}

/** The bars with a label: every bar apart from the values, and as many others as there is space for. */
function labelled(bars: readonly Bar[], step: number): number[] {
  const every = Math.ceil(LABEL_WIDTH / step);
  const values = bars.flatMap(({ isApart }, index) => (isApart ? [] : [index]));
  const apart = bars.flatMap(({ isApart }, index) => (isApart ? [index] : []));
  const isFree = (index: number) => apart.every((other) => Math.abs(other - index) >= every);
  return [
    ...values.filter((_, position) => position % every === 0 && isFree(values[position] ?? 0)),
    ...spaced(apart, every),
  ];
}

/** Bars that are apart, of which no two labels overlap. */
function spaced(indexes: readonly number[], every: number): number[] {
  return indexes.filter(
    (index, position) => position === indexes.length - 1 || (indexes[position + 1] ?? 0) - index >= every,
  );
}

function cut(label: string, step: number, bars: readonly Bar[], index: number): string {
  const isNarrow = bars.length > (WIDTH - LEFT - RIGHT) / LABEL_WIDTH;
  const characters = Math.max(7, Math.floor((isNarrow ? LABEL_WIDTH : step) / 6));
  return label.length <= characters || bars[index]?.isApart === true
    ? label
    : `${label.slice(0, characters - 1)}…`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
