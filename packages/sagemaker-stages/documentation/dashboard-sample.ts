import type { Series } from "./metric-math";

/**
 * Sample data for the picture of a dashboard: a working day with a morning and an afternoon peak, and an hour in which a model
 * fails. The data is made up, and equal in each run.
 */

/** A metric of a dashboard. */
export interface SampleMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
}

/** The time range of a graph. */
export interface SampleRange {
  /** The start of the first period, in hours from midnight of the first day. */
  readonly startInHours: number;
  readonly periodInSeconds: number;
  readonly length: number;
}

/** Requests per hour at the peak, and the latency, by a part of the model's name. */
const MODELS: readonly { readonly name: string; readonly peak: number; readonly p50: number }[] = [
  { name: "loan-default", peak: 2_400, p50: 62 },
  { name: "energy-demand", peak: 5_200, p50: 24 },
  { name: "house-price", peak: 900, p50: 95 },
];

/** The hour of the second half of the day in which the first model fails. */
const INCIDENT = { from: 14.2, to: 15.1 };

/** The values of a metric. */
export function sampleSeries(metric: SampleMetric, range: SampleRange): Series {
  const model = MODELS.find(({ name }) =>
    Object.values(metric.dimensions).some((value) => value.includes(name)),
  );
  const random = randomOf(`${metric.namespace}${metric.name}${JSON.stringify(metric.dimensions)}`);
  return Array.from({ length: range.length }, (_, index) => {
    const hour = range.startInHours + (index * range.periodInSeconds) / 3600;
    return sampleOf(
      metric,
      model ?? { name: "all", peak: 8_500, p50: 40 },
      hour,
      range.periodInSeconds,
      random,
    );
  });
}

function sampleOf(
  { name, stat }: SampleMetric,
  model: (typeof MODELS)[number],
  hour: number,
  periodInSeconds: number,
  random: () => number,
): number | undefined {
  const noise = 0.9 + 0.2 * random();
  const load = loadAt(hour);
  const requests = Math.round((model.peak * load * noise * periodInSeconds) / 3600);
  const ofDay = ((hour % 24) + 24) % 24;
  const isIncident = ofDay >= INCIDENT.from && ofDay < INCIDENT.to && hour > 24 * 29;
  const fails = model.name === "loan-default" && isIncident;
  const some = (part: number) => Math.round(requests * part * (0.6 + 0.8 * random()));
  switch (name) {
    case "Requests":
    case "Invocations":
    case "Count":
      return requests;
    case "Failures":
      return some(fails ? 0.09 : 0.0004);
    case "ModelFaults":
    case "Invocation5XXErrors":
      return some(fails ? 0.07 : 0.0002) || undefined;
    case "EndpointWakeUps":
      return some(fails ? 0.02 : 0.0002) || undefined;
    case "5XXError":
      return some(isIncident ? 0.025 : 0.0002) || undefined;
    case "4XXError":
      return some(0.009);
    case "CallerFaults":
    case "Invocation4XXErrors":
      return some(0.006);
    case "Throttles":
      return load > 0.93 && random() > 0.6 ? some(0.004) : undefined;
    case "FunctionFaults":
    case "Errors":
      return undefined;
    case "ColdStarts":
      return Math.round((1 + 3 * load) * random());
    case "TotalTime":
    case "EndpointTime":
    case "Duration":
    case "ModelLatency":
    case "Latency":
      return timeOf(name, stat, model.p50 * (fails ? 2.1 : 1) * (0.9 + 0.25 * load), requests, noise);
    case "ConcurrentExecutions":
      return Math.max(1, Math.round(model.peak * load * noise * 0.0045));
    case "ServerlessConcurrentExecutionsUtilization":
      return Math.min(1, load * noise * 0.62 + (fails ? 0.3 : 0));
    case "CPUUtilization":
      return 12 + 70 * load * noise;
    default:
      throw new Error(`sample data: got the metric ${name}; allowed: a metric with sample data`);
  }
}

function timeOf(name: string, stat: string, p50: number, requests: number, noise: number): number {
  const factor = { p50: 1, p90: 1.7, p99: 3.4 }[stat] ?? 1;
  const isEndpoint = name === "EndpointTime" || name === "ModelLatency";
  const milliseconds = p50 * factor * (0.93 + 0.14 * (noise - 0.9) * 5) * (isEndpoint ? 0.86 : 1);
  const inUnits = name === "ModelLatency" ? milliseconds * 1000 : milliseconds;
  return stat === "Sum" ? inUnits * requests : inUnits;
}

/** The part of the peak at an hour: low at night, with a peak in the morning and a peak in the afternoon. */
function loadAt(hour: number): number {
  const ofDay = ((hour % 24) + 24) % 24;
  const peakAt = (at: number, width: number) => Math.exp(-(((ofDay - at) / width) ** 2));
  return 0.06 + 0.9 * Math.min(1, peakAt(10.5, 2.6) + 0.85 * peakAt(15.5, 2.8)) + 0.08 * peakAt(20, 2);
}

/** Numbers from 0 to 1, equal for an equal seed (mulberry32). */
function randomOf(seed: string): () => number {
  let state = [...seed].reduce(
    (hash, character) => Math.imul(hash ^ character.charCodeAt(0), 16_777_619),
    2_166_136_261,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
