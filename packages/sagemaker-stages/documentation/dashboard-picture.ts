import type {
  AlarmProperties,
  DashboardBody,
  MetricProperties,
  MetricRow,
  RowOptions,
  Widget,
} from "../src/constructs/dashboard/widgets";
import type { StackJson } from "../src/testing/terraform";
import { type SampleRange, sampleSeries } from "./dashboard-sample";
import { evaluate, type Series } from "./metric-math";

/** The picture of the dashboard of the example `operations`. */
export const DOCUMENT = "docs/dashboard.svg";

/** The name of the example. */
const EXAMPLE = "operations";

const COLUMN_WIDTH = 60;
const ROW_HEIGHT = 46;
const GAP = 8;
const FONT = "Helvetica, Arial, sans-serif";
const INK = "#16191f";
const GREY = "#545b64";
const LINE = "#d5dbdb";

/** The sample data ends at this hour of the 31st day. */
const NOW_IN_HOURS = 30 * 24 + 18;
const DAY = { hours: 24, periodInSeconds: 900 };
const MONTH = { hours: 30 * 24, periodInSeconds: 6 * 3600 };

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Line {
  readonly label: string;
  readonly color: string;
  readonly series: Series;
  readonly onRight: boolean;
}

/** The body of the example's dashboard. @throws Error if no stack contains the example's dashboard */
export function dashboardOf(stacks: readonly StackJson[]): DashboardBody {
  const bodies = stacks.flatMap(({ name, terraform }) =>
    name === EXAMPLE
      ? Object.values(terraform.resource.aws_cloudwatch_dashboard ?? {}).map((one) => one.dashboard_body)
      : [],
  );
  const [body] = bodies;
  if (typeof body !== "string") {
    throw new Error(`got no dashboard ${EXAMPLE}; allowed: the stack of the example ${EXAMPLE}`);
  }
  return JSON.parse(body);
}

/**
 * Draws a dashboard with sample data as SVG. The picture shows the widgets, titles, metrics and expressions of the dashboard's
 * own JSON; the console of CloudWatch draws them in its own style.
 */
export function drawDashboard(body: DashboardBody): string {
  const width = 24 * COLUMN_WIDTH;
  const height = Math.max(...body.widgets.map(({ y, height: rows }) => y + rows)) * ROW_HEIGHT;
  const widgets = body.widgets.map((widget) => drawWidget(widget)).join("\n");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + GAP} ${height + GAP}" width="${width + GAP}" height="${height + GAP}" font-family="${FONT}" fill="${INK}">
<title>The dashboard of the example environment ${EXAMPLE}, with sample data</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${widgets}
</svg>
`;
}

function drawWidget(widget: Widget): string {
  const box: Box = {
    x: widget.x * COLUMN_WIDTH + GAP,
    y: widget.y * ROW_HEIGHT + GAP,
    width: widget.width * COLUMN_WIDTH - GAP,
    height: widget.height * ROW_HEIGHT - GAP,
  };
  switch (widget.type) {
    case "text":
      return drawMarkdown(widget.properties.markdown, box);
    case "alarm":
      return drawAlarms(widget.properties, box);
    case "metric":
      return widget.properties.view === "singleValue"
        ? drawNumber(widget.properties, box)
        : drawGraph(widget.properties, box);
  }
}

function frame({ x, y, width, height }: Box, title: string): string {
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="#ffffff" stroke="${LINE}"/>`,
    text(x + 12, y + 22, title, { size: 14, weight: "bold" }),
  ].join("\n");
}

interface TextStyle {
  readonly size?: number;
  readonly weight?: "bold" | "normal";
  readonly color?: string;
  readonly anchor?: "start" | "middle" | "end";
}

function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, weight = "normal", color = INK, anchor = "start" } = style;
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${color}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Paragraphs and headings. Emphasis, code and links become plain text. */
function drawMarkdown(markdown: string, { x, y, width }: Box): string {
  let at = y + 4;
  const lines: string[] = [];
  for (const paragraph of markdown.split("\n").filter((line) => line !== "")) {
    const [, hashes = "", content = ""] = /^(#*)\s*(.*)$/.exec(paragraph) ?? [];
    const size = { 0: 13, 1: 22, 2: 17, 3: 15 }[hashes.length] ?? 13;
    const plain = content.replace(/\*\*|`/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    for (const line of wrapped(plain, Math.floor(width / (size * 0.51)))) {
      at += size * 1.4;
      lines.push(text(x + 4, at, line, { size, weight: hashes === "" ? "normal" : "bold" }));
    }
    at += 4;
  }
  return lines.join("\n");
}

function wrapped(content: string, characters: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of content.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > characters) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function drawAlarms({ title, alarms }: AlarmProperties, box: Box): string {
  const width = (box.width - 24) / 4;
  const cells = alarms.map((arn, index) => {
    const x = box.x + 12 + (index % 4) * width;
    const y = box.y + 32 + Math.floor(index / 4) * ROW_HEIGHT;
    return [
      `<rect x="${x}" y="${y}" width="${width - 8}" height="36" rx="3" fill="#e9f7ec" stroke="#1d8102"/>`,
      `<circle cx="${x + 16}" cy="${y + 18}" r="6" fill="#1d8102"/>`,
      text(x + 30, y + 23, arn.slice(arn.indexOf(":alarm:") + 7), { size: 13 }),
      text(x + width - 18, y + 23, "OK", { size: 13, weight: "bold", color: "#1d8102", anchor: "end" }),
    ].join("\n");
  });
  return [frame(box, title), ...cells].join("\n");
}

function drawNumber(properties: MetricProperties, box: Box): string {
  const [shown] = linesOf(properties, rangeOf(properties));
  if (shown === undefined) return frame(box, properties.title);
  const { hours } = DAY;
  // CloudWatch calculates the number with one period of the whole time range, or shows the last value.
  const whole = linesOf(properties, {
    startInHours: NOW_IN_HOURS - hours,
    periodInSeconds: hours * 3600,
    length: 1,
    samples: DAY,
  });
  const number = properties.setPeriodToTimeRange === true ? whole[0]?.series[0] : shown.series.at(-1);
  const points = polyline(
    shown.series,
    { x: box.x + 12, y: box.y + box.height - 52, width: box.width - 24, height: 40 },
    Math.max(...present(shown.series), 0),
    Math.min(...present(shown.series), Number.MAX_VALUE),
  );
  return [
    frame(box, properties.title),
    text(box.x + 12, box.y + 76, shortNumber(number ?? 0), { size: 34, weight: "bold" }),
    text(box.x + 12, box.y + 98, shown.label, { size: 12, color: GREY }),
    `<polyline points="${points}" fill="none" stroke="${shown.color}" stroke-width="1.5"/>`,
  ].join("\n");
}

function drawGraph(properties: MetricProperties, box: Box): string {
  const range = rangeOf(properties);
  const lines = linesOf(properties, range);
  const right = lines.filter(({ onRight }) => onRight);
  const left = lines.filter(({ onRight }) => !onRight);
  const legend = legendOf(lines, box);
  const plot: Box = {
    x: box.x + 56,
    y: box.y + 48,
    width: box.width - 56 - (right.length > 0 ? 52 : 20),
    height: box.height - 48 - 30 - legend.height,
  };
  const [leftMax, rightMax] = [
    niceMax(maxOf(left, properties.stacked === true)),
    niceMax(Math.max(maxOf(right, false), ...annotationsOf(properties).map(({ value }) => value))),
  ];
  return [
    frame(box, properties.title),
    ...grid(plot),
    ...(left.length > 0 ? axis(plot, leftMax, properties.yAxis?.left?.label, "left") : []),
    ...(right.length > 0 ? axis(plot, rightMax, properties.yAxis?.right?.label, "right") : []),
    ...timeAxis(plot, range),
    ...(properties.stacked === true ? stackedAreas(left, plot, leftMax) : drawLines(left, plot, leftMax)),
    ...drawLines(right, plot, rightMax),
    ...annotationsOf(properties).map(({ label, value, color = INK }) => {
      const y = round(plot.y + plot.height * (1 - value / rightMax));
      return `<line x1="${plot.x}" x2="${plot.x + plot.width}" y1="${y}" y2="${y}" stroke="${color}" stroke-dasharray="5 4"/>${text(plot.x + plot.width - 4, y - 4, label, { size: 11, color, anchor: "end" })}`;
    }),
    ...legend.parts,
  ].join("\n");
}

function annotationsOf({ annotations }: MetricProperties) {
  return annotations?.horizontal ?? [];
}

/** The range, with the hours and the period of the samples from which one number is calculated. */
type Range = SampleRange & { readonly samples: { readonly hours: number; readonly periodInSeconds: number } };

function rangeOf({ start }: MetricProperties): Range {
  const samples = start === "-P1M" ? MONTH : DAY;
  return {
    startInHours: NOW_IN_HOURS - samples.hours,
    periodInSeconds: samples.periodInSeconds,
    length: (samples.hours * 3600) / samples.periodInSeconds,
    samples,
  };
}

/** The visible rows of a widget with their values. */
function linesOf({ metrics }: MetricProperties, range: Range): Line[] {
  const rows = new Map(metrics.map((row) => [optionsOf(row).id, row]));
  const known = new Map<string, Series>();
  const seriesOf = (id: string): Series => {
    const series = known.get(id) ?? valuesOf(id);
    known.set(id, series);
    return series;
  };
  const valuesOf = (id: string): Series => {
    const row = rows.get(id);
    if (row === undefined) throw new Error(`dashboard: got the id ${id}; allowed: an id of the same widget`);
    const { expression, stat = "Sum" } = optionsOf(row);
    const { periodInSeconds, length } = range;
    if (expression !== undefined) return evaluate(expression, { seriesOf, periodInSeconds, length });
    return measured(row, stat, range);
  };
  return metrics.flatMap((row) => {
    const { id, visible, label = id, color = INK, yAxis } = optionsOf(row);
    return visible === false ? [] : [{ label, color, series: seriesOf(id), onRight: yAxis === "right" }];
  });
}

/** The samples of a metric. One long period summarizes the samples of short periods. */
function measured(row: MetricRow, stat: string, range: Range): Series {
  const [namespace = "", name = "", ...dimensions] = row.filter((part) => typeof part === "string");
  const metric = {
    namespace,
    name,
    stat,
    dimensions: Object.fromEntries(
      Array.from({ length: dimensions.length / 2 }, (_, index) => dimensions.slice(2 * index, 2 * index + 2)),
    ) as Record<string, string>,
  };
  if (range.length > 1) return sampleSeries(metric, range);
  const { periodInSeconds, hours } = range.samples;
  const values = present(
    sampleSeries(metric, { ...range, periodInSeconds, length: (hours * 3600) / periodInSeconds }),
  );
  if (values.length === 0) return [undefined];
  const sum = values.reduce((total, value) => total + value, 0);
  return [stat === "Sum" ? sum : sum / values.length];
}

function optionsOf(row: MetricRow): RowOptions {
  const options = row.at(-1);
  if (options === undefined || typeof options === "string") {
    throw new Error("dashboard: got a metric without options; allowed: a metric with an id");
  }
  return options;
}

function present(series: Series): number[] {
  return series.filter((value): value is number => value !== undefined && Number.isFinite(value));
}

function maxOf(lines: readonly Line[], stacked: boolean): number {
  if (!stacked) return Math.max(1e-9, ...lines.flatMap(({ series }) => present(series)));
  const length = Math.max(0, ...lines.map(({ series }) => series.length));
  const sums = Array.from({ length }, (_, index) =>
    lines.reduce((sum, { series }) => sum + (series[index] ?? 0), 0),
  );
  return Math.max(1e-9, ...sums);
}

/** The next round number: 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 times a power of ten. */
function niceMax(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= max) ?? 10) * power;
}

/** The parts of an axis. */
const STEPS = [0, 0.25, 0.5, 0.75, 1];

function grid({ x, y, width, height }: Box): string[] {
  return STEPS.map((step) => {
    const at = round(y + height * (1 - step));
    return `<line x1="${x}" x2="${x + width}" y1="${at}" y2="${at}" stroke="#eaeded"/>`;
  });
}

function axis(plot: Box, max: number, label: string | undefined, side: "left" | "right"): string[] {
  const x = side === "left" ? plot.x - 8 : plot.x + plot.width + 8;
  const anchor = side === "left" ? "end" : "start";
  return [
    ...STEPS.map((step) =>
      text(x, round(plot.y + plot.height * (1 - step)) + 4, shortNumber(step * max), {
        size: 11,
        color: GREY,
        anchor,
      }),
    ),
    ...(label === undefined
      ? []
      : [
          text(side === "left" ? plot.x - 44 : plot.x + plot.width + 44, plot.y - 10, label, {
            size: 11,
            color: GREY,
            anchor: side === "left" ? "start" : "end",
          }),
        ]),
  ];
}

function timeAxis(plot: Box, { startInHours, periodInSeconds, length }: SampleRange): string[] {
  const hours = (periodInSeconds * length) / 3600;
  const step = hours > 48 ? 5 * 24 : 4;
  const first = Math.ceil(startInHours / step) * step;
  const ticks = Array.from(
    { length: Math.floor((startInHours + hours - first) / step) + 1 },
    (_, index) => first + index * step,
  );
  return ticks
    .filter((hour) => hour < startInHours + hours - step / 8)
    .map((hour) => {
      const x = plot.x + (plot.width * (hour - startInHours)) / hours;
      const label =
        hours > 48
          ? `11-${String(Math.floor(hour / 24)).padStart(2, "0")}`
          : `${String(hour % 24).padStart(2, "0")}:00`;
      return text(x, plot.y + plot.height + 17, label, { size: 11, color: GREY, anchor: "middle" });
    });
}

function polyline(series: Series, box: Box, max: number, min = 0): string {
  const range = max - min || 1;
  return series
    .map((value, index) => {
      const x = box.x + (box.width * index) / Math.max(1, series.length - 1);
      return `${round(x)},${round(box.y + box.height * (1 - ((value ?? min) - min) / range))}`;
    })
    .join(" ");
}

function drawLines(lines: readonly Line[], plot: Box, max: number): string[] {
  return lines.map(
    ({ series, color }) =>
      `<polyline points="${polyline(series, plot, max)}" fill="none" stroke="${color}" stroke-width="1.6"/>`,
  );
}

function stackedAreas(lines: readonly Line[], plot: Box, max: number): string[] {
  let below: number[] = [];
  return lines.map(({ series, color }) => {
    const bottom = series.map((_, index) => below[index] ?? 0);
    const top = series.map((value, index) => (value ?? 0) + (bottom[index] ?? 0));
    below = top;
    const outline = [polyline(top, plot, max), ...polyline(bottom, plot, max).split(" ").reverse()].join(" ");
    return `<polygon points="${outline}" fill="${color}" fill-opacity="0.75" stroke="${color}"/>`;
  });
}

/** The names of the lines below a graph, in as many rows as they need. */
function legendOf(lines: readonly Line[], box: Box): { readonly height: number; readonly parts: string[] } {
  const rows: Line[][] = [[]];
  let used = 0;
  for (const line of lines) {
    const width = 30 + line.label.length * 6.3;
    if (used > 0 && used + width > box.width - 24) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(line);
    used += width;
  }
  const height = rows.length * 18;
  const parts = rows.flatMap((row, index) => {
    let x = box.x + 14;
    const y = box.y + box.height - height + index * 18 + 6;
    return row.map(({ label, color }) => {
      const part = `<rect x="${round(x)}" y="${y - 9}" width="10" height="10" fill="${color}"/>${text(x + 15, y, label, { size: 12 })}`;
      x += 30 + label.length * 6.3;
      return part;
    });
  });
  return { height, parts };
}

function shortNumber(value: number): string {
  if (value >= 10_000) return `${round(value / 1000)}K`;
  if (value >= 1_000) return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
  return String(Number(value.toPrecision(value >= 100 ? 4 : 3)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
