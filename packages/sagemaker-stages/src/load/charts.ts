import { count, ms } from "./format";
import type { CurvePoint, Measurements, TimeSlice } from "./measurements";

/** The drawing area in units of the picture. On a phone, the style sheet enlarges the texts, so that the margins are wide. */
const WIDTH = 720;
const HEIGHT = 320;
const MARGIN = { left: 96, right: 36, top: 44, bottom: 44 };
const RIGHT = WIDTH - MARGIN.right;
const BOTTOM = HEIGHT - MARGIN.bottom;

/** The height of the lane of failed calls in the picture of the run. */
const LANE_HEIGHT = 44;

/** A scale of latencies: the position of a value, and the labelled values. */
interface Scale {
  position(value: number): number;
  readonly ticks: readonly number[];
}

/** The picture of the latency during the run, with the failed calls below, as SVG. */
export function timelineChart(timeline: readonly TimeSlice[]): string {
  const hasFailures = timeline.some(({ throttled, failed }) => throttled + failed > 0);
  const bottom = hasFailures ? BOTTOM - LANE_HEIGHT : BOTTOM;
  const latencies = timeline.flatMap(({ p50, max }) => (p50 === null || max === null ? [] : [p50, max]));
  if (latencies.length === 0 && !hasFailures) return "";
  const y = latencyScale(latencies, bottom);
  const first = timeline[0]?.at ?? 0;
  const width = (timeline[1]?.at ?? first + 1) - first;
  const end = (timeline.at(-1)?.at ?? first) + width;
  const x = (seconds: number) => MARGIN.left + ((seconds - first) / (end - first)) * (RIGHT - MARGIN.left);
  const middle = (slice: TimeSlice) => x(slice.at + width / 2);
  const answered = timeline.filter(({ p50 }) => p50 !== null);
  const points = answered.map((slice) => `${unit(middle(slice))},${unit(y.position(slice.p50 ?? 0))}`);
  const dots = answered.map(
    (slice) =>
      `<circle class="max" cx="${unit(middle(slice))}" cy="${unit(y.position(slice.max ?? 0))}" r="3"><title>${slice.at} s: slowest call ${ms(slice.max)} ms, p50 ${ms(slice.p50)} ms</title></circle>`,
  );
  return svg("Latency of the calls during the run", [
    // If every call failed, the picture shows the failures only.
    ...(latencies.length === 0 ? [] : latencyAxis(y)),
    ...timeTicks(end).map(
      (tick) =>
        `<text class="tick" x="${unit(x(tick))}" y="${BOTTOM + 26}" text-anchor="middle">${count(tick)} s</text>`,
    ),
    ...(points.length === 0 ? [] : [`<polyline class="p50" points="${points.join(" ")}"/>`]),
    ...dots,
    ...(hasFailures ? failureLane(timeline, x, width) : []),
  ]);
}

/** The picture of the percentiles of warm and cold calls, as SVG. */
export function percentileChart({ curves, latencyInMs }: Measurements): string {
  const groups = (["warm", "cold"] as const).flatMap((group) =>
    latencyInMs[group].calls === 0 ? [] : [{ group, curve: curves[group] }],
  );
  const latencies = groups.flatMap(({ curve }) => curve.map((point) => point.ms));
  if (latencies.length === 0) return "";
  const y = latencyScale(latencies, BOTTOM);
  const calls = Math.max(latencyInMs.warm.calls, latencyInMs.cold.calls);
  // The position is the number of nines: 90 %, 99 % and 99.9 % have equal distances. 100 % is one call of all calls.
  const nines = (fraction: number) => -Math.log10(Math.max(1 - fraction, 1 / (2 * calls)));
  const last = Math.max(1, nines(1));
  const x = (fraction: number) => MARGIN.left + (nines(fraction) / last) * (RIGHT - MARGIN.left);
  const ticks = [0.5, 0.9, 0.99, 0.999, 0.9999].filter((fraction) => nines(fraction) < last - 0.1);
  return svg("Percentiles of the latency", [
    ...latencyAxis(y),
    ...ticks.map(
      (fraction) =>
        `<line class="grid" x1="${unit(x(fraction))}" x2="${unit(x(fraction))}" y1="${MARGIN.top}" y2="${BOTTOM}"/><text class="tick" x="${unit(x(fraction))}" y="${BOTTOM + 26}" text-anchor="middle">${Number((fraction * 100).toFixed(2))} %</text>`,
    ),
    ...groups.map(({ group, curve }) => curveLine(group, curve, x, y)),
  ]);
}

function curveLine(
  group: string,
  curve: readonly CurvePoint[],
  x: (fraction: number) => number,
  y: Scale,
): string {
  const points = curve.map(({ fraction, ms: value }) => `${unit(x(fraction))},${unit(y.position(value))}`);
  const [point = ""] = points;
  const [cx, cy] = point.split(",");
  // A line of one point is invisible.
  if (points.length === 1) return `<circle class="dot-${group}" cx="${cx}" cy="${cy}" r="5"/>`;
  return `<polyline class="curve-${group}" points="${points.join(" ")}"/>`;
}

function failureLane(
  timeline: readonly TimeSlice[],
  x: (seconds: number) => number,
  width: number,
): string[] {
  const most = Math.max(...timeline.map(({ throttled, failed }) => throttled + failed));
  const height = LANE_HEIGHT - 12;
  return timeline.flatMap(({ at, throttled, failed }) => {
    if (throttled + failed === 0) return [];
    const title = `<title>${at} s: ${count(throttled)} throttled, ${count(failed)} failed</title>`;
    const bar = (kind: string, from: number, number: number) =>
      `<rect class="${kind}" x="${unit(x(at))}" width="${unit(Math.max(2, x(at + width) - x(at) - 1))}" y="${unit(BOTTOM - ((from + number) / most) * height)}" height="${unit((number / most) * height)}">${title}</rect>`;
    return [
      ...(failed > 0 ? [bar("failed", 0, failed)] : []),
      ...(throttled > 0 ? [bar("throttled", failed, throttled)] : []),
    ];
  });
}

/** A logarithmic scale if the values differ by more than a factor of 20; otherwise a linear scale from 0. */
function latencyScale(values: readonly number[], bottom: number): Scale {
  const max = Math.max(...values, 1);
  const min = Math.max(Math.min(...values), 0.1);
  // Without a value, the scale is not drawn.
  if (values.length === 0 || max / min <= 20) {
    const step = niceStep(max / 4);
    const top = Math.ceil(max / step) * step;
    return {
      position: (value) => bottom - (value / top) * (bottom - MARGIN.top),
      ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step),
    };
  }
  const low = Math.floor(Math.log10(min));
  const high = Math.ceil(Math.log10(max));
  return {
    position: (value) =>
      bottom - ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * (bottom - MARGIN.top),
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
  };
}

function latencyAxis({ ticks, position }: Scale): string[] {
  return [
    ...ticks.map((tick) => {
      const y = unit(position(tick));
      return `<line class="grid" x1="${MARGIN.left}" x2="${RIGHT}" y1="${y}" y2="${y}"/><text class="tick" x="${MARGIN.left - 10}" y="${y}" dy="0.35em" text-anchor="end">${ms(tick)}</text>`;
    }),
    `<text class="tick" x="${MARGIN.left - 10}" y="18" text-anchor="end">ms</text>`,
  ];
}

function timeTicks(end: number): number[] {
  const step = Math.max(1, niceStep(end / 5));
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}

/** 1, 2 or 5 times a power of 10, at least `value`. */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value - 1e-9) ?? 10) * power;
}

function svg(label: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">\n${parts.join("\n")}\n</svg>`;
}

/** A coordinate with one decimal, so that the file stays small. */
function unit(value: number): string {
  return String(Math.round(value * 10) / 10);
}
