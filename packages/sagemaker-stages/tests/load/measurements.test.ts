import { describe, expect, it } from "@jest/globals";
import { measure, percentile, reachesTarget } from "../../src/load/measurements";
import { type RecordedCall, recordingOf, steadyCalls } from "./support/recording";

/** A serverless endpoint whose first instance runs. */
const SERVERLESS = { runningInstances: 1 };

/** Calls at 50 per second. The first one is answered after 200 ms, and the next nine calls start instances. */
function withColdCalls(count: number): RecordedCall[] {
  return steadyCalls(count, 50, 95).map((call, index) => {
    if (index === 0) return { endedAt: 200 };
    return index < 10 ? { endedAt: index * 20 + 3_000 } : call;
  });
}

describe("percentile", () => {
  it.each([
    [0.5, 500],
    [0.99, 990],
    [0.999, 999],
    [1, 1_000],
    [0.0001, 1],
  ])("is the value of the nearest rank: %s of 1 to 1,000", (fraction, expected) => {
    // Prepare
    const values = Float64Array.from({ length: 1_000 }, (_, index) => index + 1);

    // Act and assess
    expect(percentile(values, fraction)).toBe(expected);
  });

  it("is null without values", () => {
    // Act and assess
    expect(percentile(new Float64Array(), 0.5)).toBeNull();
  });
});

describe("the measurements of a run", () => {
  it("has no percentile that needs more calls than there are", () => {
    // Act
    const few = measure(recordingOf(10, steadyCalls(99, 10, 5))).latencyInMs.all;
    const many = measure(recordingOf(10, steadyCalls(100, 10, 5))).latencyInMs.all;

    // Assess
    expect(few.p99).toBeNull();
    expect(few.p90).toBeCloseTo(5, 6);
    expect(many.p99).toBeCloseTo(5, 6);
    expect(many.p999).toBeNull();
  });

  it("counts a call as cold when it needs one more instance, and is slower than the calls on running instances", () => {
    // Prepare: a call each 100 ms.
    const calls: RecordedCall[] = [
      // Runs on the instance of the first call before the run.
      { endedAt: 120 },
      // The second call at the same time starts an instance.
      { endedAt: 1_550 },
      { endedAt: 320 },
      // Runs on the instance of the first call.
      { endedAt: 420 },
      // Three at the same time again: a running instance answers, although the call is slow.
      { endedAt: 3_000 },
      { endedAt: 620 },
    ];

    // Act
    const { latencyInMs, concurrency, queued } = measure(recordingOf(10, calls), SERVERLESS);

    // Assess
    expect(latencyInMs.cold).toMatchObject({ calls: 1, max: 1_450 });
    expect(latencyInMs.warm).toMatchObject({ calls: 5, max: 2_600 });
    expect(queued).toBe(0);
    // If the cold call had taken 120 ms, as the median warm call, one instance less would have been enough.
    expect(concurrency).toEqual({ max: 3, maxWithThrottled: 3, warmP99: 2 });
  });

  it.each([
    ["the endpoint has no cold starts", {}],
    ["the instances were provisioned", { runningInstances: 10 }],
  ])("counts no call as cold when %s", (_, stage) => {
    // Prepare
    const calls = withColdCalls(500);

    // Act
    const recording = recordingOf(50, calls);
    const { latencyInMs } = measure(recording, stage);

    // Assess
    expect(measure(recording, SERVERLESS).latencyInMs.cold.calls).toBe(9);
    expect(latencyInMs.cold.calls).toBe(0);
    expect(latencyInMs.warm).toEqual(latencyInMs.all);
  });

  it("counts calls that were sent late as queued, and as warm", () => {
    // Prepare: at 2 s, this machine is busy for 500 ms, and then sends 25 requests at once. They share the running instances.
    const calls = steadyCalls(500, 50, 10).map((call, index) => {
      if (index < 100 || index >= 125) return call;
      return { sentAt: 2_500, endedAt: 2_510 + (index - 100) * 10 };
    });

    // Act
    const { latencyInMs, queued } = measure(recordingOf(50, calls), SERVERLESS);

    // Assess: the first late call needs no further instance, and the last one is on time.
    expect(latencyInMs.cold.calls).toBe(0);
    expect(queued).toBe(24);
    expect(latencyInMs.warm).toEqual(latencyInMs.all);
  });

  it("reports a target as missed when cold calls miss it, although every warm call reaches it", () => {
    // Prepare: 9 of 500 calls are cold.
    const calls = withColdCalls(500);

    // Act
    const missed = measure(recordingOf(50, calls), { ...SERVERLESS, p99TargetInMs: 300 });
    const reached = measure(recordingOf(50, withColdCalls(1_000)), { ...SERVERLESS, p99TargetInMs: 300 });

    // Assess
    expect(missed.target).toEqual({ p99InMs: 300, missed: { warm: 0, cold: 9 } });
    expect([reachesTarget(missed), reachesTarget(reached)]).toEqual([false, true]);
  });

  it("sums up the time of every sent request, with failed requests and those without an end", () => {
    // Prepare
    const calls: RecordedCall[] = [
      { endedAt: 50 },
      { sentAt: 110, endedAt: 29_110, outcome: 504 },
      { endedAt: 230, outcome: 429 },
      { outcome: 0 },
      { sentAt: Number.NaN, outcome: 0 },
    ];

    // Act
    const { usage } = measure(recordingOf(10, calls, { interruptedAt: 30_300 }));

    // Assess
    expect(usage).toEqual({ requests: 4, durationInMs: 50 + 29_000 + 30 + 30_000 });
  });

  it("has the planned duration when the wait for the last answers is interrupted", () => {
    // Prepare
    const calls = steadyCalls(500, 50, 20).map((call, index) => (index === 499 ? { outcome: 0 } : call));

    // Act
    const { generator, timeline } = measure(recordingOf(50, calls, { interruptedAt: 30_000 }));

    // Assess
    expect(generator).toMatchObject({ heldRate: true, sentPerSecond: 50 });
    expect(timeline).toHaveLength(10);
  });

  it("counts throttled calls as concurrency of the function only, because they occupy no instance of the endpoint", () => {
    // Prepare
    const calls: RecordedCall[] = [
      { endedAt: 1_000 },
      { endedAt: 900, outcome: 429 },
      { endedAt: 900, outcome: 429 },
      { endedAt: 400 },
    ];

    // Act
    const { concurrency, calls: counted } = measure(recordingOf(10, calls), SERVERLESS);

    // Assess
    expect(concurrency).toMatchObject({ max: 2, maxWithThrottled: 4 });
    expect(counted).toMatchObject({ succeeded: 2, throttled: 2, failed: 0, ended: 4 });
  });

  it("counts throttled, failed and unended calls separately, and their latencies in no percentile", () => {
    // Prepare
    const calls: RecordedCall[] = [
      { endedAt: 10 },
      { endedAt: 103, outcome: 429 },
      { endedAt: 29_200, outcome: 504 },
      { endedAt: 29_300, outcome: -1 },
      { outcome: 0 },
    ];

    // Act
    const { calls: counted, latencyInMs } = measure(
      recordingOf(10, calls, { reasons: ["connection reset"], interruptedAt: 29_400 }),
    );

    // Assess
    expect(counted).toEqual({
      planned: 5,
      ended: 4,
      succeeded: 1,
      throttled: 1,
      failed: 2,
      failures: [
        { outcome: "429", calls: 1 },
        { outcome: "504", calls: 1 },
        { outcome: "connection reset", calls: 1 },
      ],
    });
    expect(latencyInMs.all).toMatchObject({ calls: 1, max: 10 });
  });

  it.each<[what: string, sentAt: (due: number, index: number) => number, held: boolean]>([
    ["every request is on time", (due) => due, true],
    ["1 % of the requests is late", (due, index) => (index % 100 === 50 ? due + 40 : due), true],
    ["2 % of the requests are late", (due, index) => (index % 50 === 25 ? due + 40 : due), false],
    ["the generator sends at half of the rate", (due) => due * 2, false],
  ])("reports whether the rate was held when %s", (_, sentAt, held) => {
    // Prepare
    const calls = Array.from({ length: 1_000 }, (__, index) => {
      const sent = sentAt(index * 10, index);
      return { sentAt: sent, endedAt: sent + 5 };
    });

    // Act and assess
    expect(measure(recordingOf(100, calls)).generator.heldRate).toBe(held);
  });

  it("has a slice for each second, by the intended start", () => {
    // Prepare
    const calls: RecordedCall[] = [
      ...steadyCalls(20, 10, 30).slice(0, 10),
      ...Array.from({ length: 10 }, (_, index) => ({ endedAt: 3_000 + index, outcome: 504 })),
    ];

    // Act
    const { timeline } = measure(recordingOf(10, calls));

    // Assess
    expect(timeline).toEqual([
      {
        at: 0,
        succeeded: 10,
        throttled: 0,
        failed: 0,
        p50: expect.closeTo(30, 6),
        max: expect.closeTo(30, 6),
      },
      { at: 1, succeeded: 0, throttled: 0, failed: 10, p50: null, max: null },
    ]);
  });

  it("has at most 120 slices when the run is long", () => {
    // Act
    const { timeline } = measure(recordingOf(1, steadyCalls(900, 1, 30)));

    // Assess
    expect(timeline.length).toBeLessThanOrEqual(120);
    expect(timeline.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(900);
  });

  it("has curves that rise and end at the slowest call", () => {
    // Prepare
    const calls = Array.from({ length: 2_000 }, (_, index) => ({ endedAt: index * 10 + (index % 97) + 1 }));

    // Act
    const { curves } = measure(recordingOf(100, calls));

    // Assess
    const values = curves.warm.map(({ ms }) => ms);
    expect(values).toEqual([...values].sort((one, other) => one - other));
    expect(curves.warm.at(-1)).toEqual({ fraction: 1, ms: 97 });
  });
});
