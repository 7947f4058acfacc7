import type { Recording } from "./open-loop";

/** The latencies of a group of calls in milliseconds, from the intended start to the end of the answer. */
export interface Latencies {
  /** The number of calls. */
  readonly calls: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  /** `null` for fewer than 100 calls. */
  readonly p99: number | null;
  /** `null` for fewer than 1,000 calls. */
  readonly p999: number | null;
  readonly max: number | null;
}

/** An outcome other than success, with the number of calls. */
export interface Failures {
  /** The status, e.g. `504`, or the reason why there is no answer. */
  readonly outcome: string;
  readonly calls: number;
}

/** A part of the run, by the intended starts of the calls. */
export interface TimeSlice {
  /** The start of the slice in seconds from the start of the run. */
  readonly at: number;
  readonly succeeded: number;
  readonly throttled: number;
  readonly failed: number;
  /** Latencies of the successful calls in milliseconds; `null` without a successful call. */
  readonly p50: number | null;
  readonly max: number | null;
}

/** A point of a curve: the given fraction of the calls took at most this time. */
export interface CurvePoint {
  /** From 0 to 1. */
  readonly fraction: number;
  readonly ms: number;
}

/** What is known about the stage before its run. */
export interface MeasuredStage {
  /**
   * The number of instances of a serverless endpoint that run at the start. @default - the endpoint has no cold starts, or its
   * kind is unknown: no call counts as cold
   */
  readonly runningInstances?: number | undefined;
  /** The target for the 99th percentile of all calls in milliseconds. @default - no target */
  readonly p99TargetInMs?: number | undefined;
}

/** The results of a run. */
export interface Measurements {
  readonly calls: {
    readonly planned: number;
    /** Calls with an end: an answer or a failure. */
    readonly ended: number;
    readonly succeeded: number;
    /** Answers with the status 429. */
    readonly throttled: number;
    /** All other answers, and calls without an answer. */
    readonly failed: number;
    readonly failures: readonly Failures[];
  };
  /** Whether the endpoint starts instances for calls. If not, no call counts as cold. */
  readonly hasColdStarts: boolean;
  /**
   * Warm calls that waited: they needed one more instance, but calls on running instances were as slow, or they were sent late.
   */
  readonly queued: number;
  /** The latencies of the successful calls. Every successful call is either warm or cold. */
  readonly latencyInMs: { readonly all: Latencies; readonly warm: Latencies; readonly cold: Latencies };
  /** `null` without a target. */
  readonly target: {
    readonly p99InMs: number;
    /** The numbers of successful calls that took longer. */
    readonly missed: { readonly warm: number; readonly cold: number };
  } | null;
  /** Calls that were in flight at the same time. */
  readonly concurrency: {
    /** Without throttled calls, which occupy no instance of the endpoint. */
    readonly max: number;
    /** With throttled calls: a function repeats a request that the endpoint throttles, and is occupied in this time. */
    readonly maxWithThrottled: number;
    /**
     * The 99th percentile at the starts of the calls, as if each cold call had taken as long as the median of the warm calls;
     * `null` without a warm call. Without cold starts, the run needs this number of instances.
     */
    readonly warmP99: number | null;
  };
  /** What AWS charges for at most: every sent request, also if it failed. */
  readonly usage: {
    readonly requests: number;
    /** The sum of the times from the sending of each request to its end; without an end, to the end of the run. */
    readonly durationInMs: number;
  };
  readonly generator: {
    /** Requests that were sent per second of the run. */
    readonly sentPerSecond: number;
    /** The delay from the intended start to the sending of a request. */
    readonly lateInMs: {
      readonly p50: number | null;
      readonly p99: number | null;
      readonly max: number | null;
    };
    /** Requests that waited because the maximum of requests in flight was reached. */
    readonly delayedByLimit: number;
    /** Whether the run had the rate of the command line. */
    readonly heldRate: boolean;
  };
  readonly timeline: readonly TimeSlice[];
  readonly curves: { readonly warm: readonly CurvePoint[]; readonly cold: readonly CurvePoint[] };
}

/** If more than 1 % of the requests are sent later than this time, the run did not hold its rate. */
const MAX_LATE_IN_MS = 10;
/** The fraction of the requests that must be sent within the time of the run. */
const MIN_SENT = 0.99;

const MAX_SLICES = 120;
/** The fractions of the curves: more points at the slow end. */
const CURVE = [
  ...Array.from({ length: 90 }, (_, index) => index / 100),
  ...Array.from({ length: 90 }, (_, index) => 0.9 + index / 1_000),
  ...Array.from({ length: 90 }, (_, index) => 0.99 + index / 10_000),
  ...Array.from({ length: 11 }, (_, index) => 0.999 + index / 10_000),
];

/** The status of a throttled request. */
const THROTTLED = 429;

/** The part of the calls that can take longer than a target for the 99th percentile. */
const MAX_MISSED = 0.01;

/** A cold call takes more than this number of times as long as the calls on running instances at the same time. */
const MIN_COLD_FACTOR = 2;

/**
 * Whether a run reached its target: at most 1 % of all successful calls took longer, whether cold or warm. For fewer than 100
 * calls, no call can take longer.
 */
export function reachesTarget({ target, calls }: Pick<Measurements, "target" | "calls">): boolean {
  if (target === null) return true;
  const missed = target.missed.warm + target.missed.cold;
  return calls.succeeded > 0 && missed <= MAX_MISSED * calls.succeeded;
}

/** Evaluates the recording of a run. */
export function measure(
  recording: Recording,
  { runningInstances, p99TargetInMs }: MeasuredStage = {},
): Measurements {
  const { plan, sentAt, endedAt, outcomes, interruptedAt } = recording;
  const dueAt = (index: number) => (index * 1_000) / plan.rate;
  const latencyOf = (index: number) => (endedAt[index] ?? Number.NaN) - dueAt(index);
  const endOf = (index: number) => endedAt[index] ?? Number.NaN;
  const concurrency = concurrencyAtStarts(recording, endOf);
  const { cold, queued } = coldCalls(recording, concurrency, runningInstances);
  const warmLatencies: number[] = [];
  const coldLatencies: number[] = [];
  const late: number[] = [];
  const failures = new Map<string, number>();
  // Ctrl-C can also interrupt the wait for the last answers.
  const planned = (plan.count * 1_000) / plan.rate;
  const durationInMs = Math.min(interruptedAt ?? planned, planned);
  let ended = 0;
  let throttled = 0;
  let sentInTime = 0;
  let usedInMs = 0;
  for (let index = 0; index < plan.count; index++) {
    const sent = sentAt[index] ?? Number.NaN;
    if (!Number.isNaN(sent)) {
      late.push(sent - dueAt(index));
      const end = endOf(index);
      usedInMs += Math.max(0, (Number.isNaN(end) ? (interruptedAt ?? planned) : end) - sent);
    }
    if (sent <= durationInMs) sentInTime++;
    const outcome = outcomes[index] ?? 0;
    if (outcome === 0) continue;
    ended++;
    if (isSuccess(outcome)) {
      if (cold[index] === 1) coldLatencies.push(latencyOf(index));
      else warmLatencies.push(latencyOf(index));
    } else {
      if (outcome === THROTTLED) throttled++;
      const text = outcome > 0 ? String(outcome) : (recording.reasons[-1 - outcome] ?? "no answer");
      failures.set(text, (failures.get(text) ?? 0) + 1);
    }
  }
  const succeeded = warmLatencies.length + coldLatencies.length;
  const sortedLate = sorted(late);
  const warm = sorted(warmLatencies);
  const countAbove = (latencies: readonly number[], limit: number) =>
    latencies.filter((latency) => latency > limit).length;
  const lateP99 = percentile(sortedLate, 0.99);
  const intended = Math.min(plan.count, Math.floor((durationInMs * plan.rate) / 1_000));
  return {
    calls: {
      planned: plan.count,
      ended,
      succeeded,
      throttled,
      failed: ended - succeeded - throttled,
      failures: [...failures]
        .map(([outcome, calls]) => ({ outcome, calls }))
        .sort((one, other) => other.calls - one.calls || (one.outcome < other.outcome ? -1 : 1)),
    },
    hasColdStarts: runningInstances !== undefined,
    queued,
    latencyInMs: {
      all: latenciesOf(sorted([...warmLatencies, ...coldLatencies])),
      warm: latenciesOf(warm),
      cold: latenciesOf(sorted(coldLatencies)),
    },
    target:
      p99TargetInMs === undefined
        ? null
        : {
            p99InMs: p99TargetInMs,
            missed: {
              warm: countAbove(warmLatencies, p99TargetInMs),
              cold: countAbove(coldLatencies, p99TargetInMs),
            },
          },
    concurrency: {
      max: maxOf(concurrency),
      maxWithThrottled: maxOf(concurrencyAtStarts(recording, endOf, true)),
      warmP99: warmConcurrencyP99(recording, cold, percentile(warm, 0.5)),
    },
    usage: { requests: late.length, durationInMs: usedInMs },
    generator: {
      sentPerSecond: durationInMs > 0 ? (sentInTime * 1_000) / durationInMs : 0,
      lateInMs: {
        p50: percentile(sortedLate, 0.5),
        p99: lateP99,
        max: percentile(sortedLate, 1),
      },
      delayedByLimit: recording.delayedByLimit,
      heldRate: (lateP99 ?? 0) <= MAX_LATE_IN_MS && sentInTime >= MIN_SENT * intended,
    },
    timeline: timelineOf(recording, durationInMs),
    curves: { warm: curveOf(warm), cold: curveOf(sorted(coldLatencies)) },
  };
}

/**
 * The value of which the given fraction of the values is at most as large (nearest rank). No interpolation: each percentile
 * is the latency of a call.
 *
 * @param values - ascending
 * @param fraction - above 0, at most 1
 * @returns `null` without a value
 */
export function percentile(values: Float64Array, fraction: number): number | null {
  // Without the small number, 0.999 × 1000 would round up to 1000 because of errors of floating-point numbers.
  const rank = Math.max(1, Math.ceil(fraction * values.length - 1e-9));
  return values[rank - 1] ?? null;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function warmConcurrencyP99(recording: Recording, cold: Uint8Array, warmP50: number | null): number | null {
  if (warmP50 === null) return null;
  const { sentAt, endedAt } = recording;
  const counts = concurrencyAtStarts(recording, (index) =>
    cold[index] === 1 ? (sentAt[index] ?? 0) + warmP50 : (endedAt[index] ?? Number.NaN),
  );
  return percentile(sorted([...counts].filter((count) => count > 0)), 0.99);
}

function maxOf(counts: Int32Array): number {
  return counts.reduce((max, value) => Math.max(max, value), 0);
}

/**
 * The number of calls in flight at the start of each call, including this call; 0 for an unsent call.
 *
 * @param endOf - the end of a call; `NaN` without an end
 * @param withThrottled - whether throttled calls count. They occupy no instance of the endpoint; otherwise their number is 0
 */
function concurrencyAtStarts(
  { plan, sentAt, outcomes }: Recording,
  endOf: (index: number) => number,
  withThrottled = false,
): Int32Array {
  const occupies = (index: number) =>
    !Number.isNaN(sentAt[index] ?? Number.NaN) && (withThrottled || outcomes[index] !== THROTTLED);
  const ends: number[] = [];
  for (let index = 0; index < plan.count; index++) {
    const end = endOf(index);
    if (occupies(index) && !Number.isNaN(end)) ends.push(end);
  }
  const sortedEnds = sorted(ends);
  const counts = new Int32Array(plan.count);
  let started = 0;
  let ended = 0;
  // Requests are sent in their order.
  for (let index = 0; index < plan.count; index++) {
    if (!occupies(index)) continue;
    started++;
    while (ended < sortedEnds.length && (sortedEnds[ended] ?? 0) <= (sentAt[index] ?? 0)) ended++;
    counts[index] = started - ended;
  }
  return counts;
}

/**
 * The calls that started an instance, as far as their times show it. Such a call
 *
 * - needed one more instance than were running,
 * - was sent on time, because a burst of late requests needs instances that the rate does not need,
 * - took more than twice as long as the calls that were in flight on running instances (their median).
 *
 * In a pause of the stage, the calls in flight also need more instances. But the calls on running instances are then as slow:
 * the calls that are due in the pause are queued, and count as warm. Otherwise, the pause would be missing from the percentiles
 * of the warm calls.
 *
 * @param concurrency - the calls in flight at the start of each call
 * @param runningInstances - the instances at the start; `undefined`: the endpoint has no cold starts
 */
function coldCalls(
  { plan, sentAt, endedAt, outcomes }: Recording,
  concurrency: Int32Array,
  runningInstances: number | undefined,
): { readonly cold: Uint8Array; readonly queued: number } {
  const cold = new Uint8Array(plan.count);
  if (runningInstances === undefined) return { cold, queued: 0 };
  const sent = (index: number) => sentAt[index] ?? Number.NaN;
  // A call without an end is slower than every other call.
  const tookOf = (index: number) => {
    const took = (endedAt[index] ?? Number.NaN) - sent(index);
    return Number.isNaN(took) ? Number.POSITIVE_INFINITY : took;
  };
  const succeeded = Array.from(outcomes.keys()).filter((index) => isSuccess(outcomes[index] ?? 0));
  const typical = percentile(sorted(succeeded.map(tookOf)), 0.5) ?? 0;
  let instances = runningInstances;
  let queued = 0;
  /** Calls on running instances, with calls that have ended since the list was last filtered. */
  let running: number[] = [];
  for (let index = 0; index < plan.count; index++) {
    const count = concurrency[index] ?? 0;
    // Throttled and unsent calls occupy no instance.
    if (count === 0) continue;
    if (count > instances) {
      running = running.filter((other) => sent(other) + tookOf(other) > sent(index));
      const isLate = sent(index) - (index * 1_000) / plan.rate > MAX_LATE_IN_MS;
      const took = tookOf(index);
      const faster = running.filter((other) => took > MIN_COLD_FACTOR * tookOf(other)).length;
      const isSlow = took > MIN_COLD_FACTOR * typical;
      const isSlower = running.length === 0 ? isSlow : faster >= running.length / 2;
      if (!isLate && isSlower) cold[index] = 1;
      // A queued call is no evidence of an instance. A fast call is: the instance was already running.
      if (cold[index] === 1 || !(isLate || isSlow)) instances = count;
      else if (isSuccess(outcomes[index] ?? 0)) queued++;
    }
    if (cold[index] === 0) running.push(index);
  }
  return { cold, queued };
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function latenciesOf(values: Float64Array): Latencies {
  const calls = values.length;
  const sum = values.reduce((total, value) => total + value, 0);
  return {
    calls,
    mean: calls === 0 ? null : sum / calls,
    min: values[0] ?? null,
    p50: percentile(values, 0.5),
    p90: percentile(values, 0.9),
    p99: calls < 100 ? null : percentile(values, 0.99),
    p999: calls < 1_000 ? null : percentile(values, 0.999),
    max: percentile(values, 1),
  };
}

function curveOf(values: Float64Array): CurvePoint[] {
  return CURVE.flatMap((fraction) => {
    // A fraction that needs more calls than there are would repeat the slowest call.
    if (values.length * (1 - fraction) < 1 && fraction < 1) return [];
    const ms = percentile(values, Math.max(fraction, 1e-6));
    return ms === null ? [] : [{ fraction: Number(fraction.toFixed(4)), ms }];
  });
}

function timelineOf({ plan, endedAt, outcomes }: Recording, durationInMs: number): TimeSlice[] {
  const secondsPerSlice = Math.max(1, Math.ceil(durationInMs / 1_000 / MAX_SLICES));
  const perSlice = secondsPerSlice * plan.rate;
  return Array.from({ length: Math.ceil(durationInMs / 1_000 / secondsPerSlice) }, (_, slice) => {
    const latencies: number[] = [];
    let throttled = 0;
    let failed = 0;
    const last = Math.min(plan.count, (slice + 1) * perSlice);
    for (let index = slice * perSlice; index < last; index++) {
      const outcome = outcomes[index] ?? 0;
      if (isSuccess(outcome)) latencies.push((endedAt[index] ?? 0) - (index * 1_000) / plan.rate);
      else if (outcome === THROTTLED) throttled++;
      else if (outcome !== 0) failed++;
    }
    const values = sorted(latencies);
    return {
      at: slice * secondsPerSlice,
      succeeded: values.length,
      throttled,
      failed,
      p50: percentile(values, 0.5),
      max: percentile(values, 1),
    };
  });
}
