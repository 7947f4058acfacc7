import { describe, expect, it } from "@jest/globals";
import { measure } from "../../src/load/measurements";
import { NOT_SENT, type OpenLoopPlan, type Recording, runOpenLoop } from "../../src/load/open-loop";
import { propose } from "../../src/load/proposal";
import { isSuccess } from "../../src/load/report";
import { knownLatencies, quantile } from "./support/latency-server";
import { NO_LIMITS, routeOf } from "./support/priced-route";
import { reportOf } from "./support/report";
import { VirtualClock } from "./support/virtual-clock";

const PLAN = { maxInFlight: 500, timeoutInMs: 35_000 };

/** Runs a plan in virtual time against a stage whose latency is known. */
function run(
  plan: OpenLoopPlan,
  latencyOf: (index: number, now: number) => number,
  { clock = new VirtualClock(), signal }: { clock?: VirtualClock; signal?: AbortSignal } = {},
): Promise<Recording> {
  let index = 0;
  return clock.run(runOpenLoop(plan, () => clock.after(latencyOf(index++, clock.now()), 200), signal, clock));
}

describe("a run at a constant rate", () => {
  it.each([
    [1_000, 200],
    [3_000, 50],
    [2_500, 1_000],
  ])("recovers the known percentiles of %s calls within 0.1 %%", async (count, minInMs) => {
    // Prepare
    const latencies = knownLatencies(count, minInMs);

    // Act
    const recording = await run({ ...PLAN, rate: 50, count }, (index) => latencies[index] ?? 0);

    // Assess
    const { latencyInMs, calls, generator } = measure(recording);
    expect(calls).toMatchObject({ planned: count, succeeded: count, failed: 0 });
    for (const [name, fraction] of [
      ["p50", 0.5],
      ["p90", 0.9],
      ["p99", 0.99],
      ["p999", 0.999],
    ] as const) {
      // The nearest rank, and the middle of its quantile.
      const known = quantile((Math.ceil(fraction * count - 1e-9) - 0.5) / count, minInMs);
      expect(Math.abs((latencyInMs.all[name] ?? 0) / known - 1)).toBeLessThan(0.001);
    }
    expect(generator).toMatchObject({ heldRate: true, sentPerSecond: 50 });
  });

  it("has the percentiles of the warm calls alone, although cold calls are slow", async () => {
    // Prepare: instances start in 3 s, and then answer after a known latency.
    const count = 3_000;
    const latencies = knownLatencies(count, 100);
    const clock = new VirtualClock();
    const idle: number[] = [0];
    const latencyOf = (index: number, now: number) => {
      const warm = latencies[index] ?? 0;
      const free = idle.findIndex((since) => since <= now);
      const took = free < 0 ? 3_000 + warm : warm;
      idle[free < 0 ? idle.length : free] = now + took;
      return took;
    };

    // Act
    const { latencyInMs } = measure(await run({ ...PLAN, rate: 50, count }, latencyOf, { clock }), {
      runningInstances: 1,
    });

    // Assess: every started instance is a cold call, and no other call.
    expect(latencyInMs.cold.calls).toBe(idle.length - 1);
    expect(latencyInMs.cold.min).toBeGreaterThan(3_000);
    expect(latencyInMs.warm.max).toBeLessThan(3_000);
    expect(Math.abs((latencyInMs.warm.p50 ?? 0) / quantile(0.5, 100) - 1)).toBeLessThan(0.02);
    expect(Math.abs((latencyInMs.warm.p99 ?? 0) / quantile(0.99, 100) - 1)).toBeLessThan(0.02);
  });

  it("counts the pause of a stage in every call that was due in the pause", async () => {
    // Prepare: from 2 s to 3 s, the stage answers no call. Otherwise, it answers within 10 ms.
    const latencyOf = (_: number, now: number) => (now >= 2_000 && now < 3_000 ? 3_010 - now : 10);

    // Act
    const recording = await run({ ...PLAN, rate: 100, count: 1_000 }, latencyOf);

    // Assess: 100 of 1,000 calls were due in the pause. A closed loop would have one slow call, and a p99 of 10 ms.
    const measurements = measure(recording, { runningInstances: 1, p99TargetInMs: 500 });
    const { latencyInMs, queued } = measurements;
    expect(latencyInMs.all.p90).toBeCloseTo(10, 3);
    expect(latencyInMs.all.p99).toBeCloseTo(910, 3);
    expect(latencyInMs.all.max).toBeCloseTo(1_010, 3);
    // The pause needs more instances, but it is no cold start: the warm calls, the exit status and the proposal contain it.
    expect(latencyInMs.cold.calls).toBe(0);
    expect(latencyInMs.warm).toEqual(latencyInMs.all);
    expect(queued).toBeGreaterThan(90);
    expect(isSuccess(reportOf({ measurements }))).toBe(false);
    const size = { memorySizeInMb: 2048, maxConcurrency: 200, provisionedConcurrency: 0 };
    const { proposed, sizes } = propose(routeOf(), [{ size, rate: 100, measurements }], 500, NO_LIMITS);
    expect(proposed).toBeUndefined();
    expect(sizes[0]?.refusedBecause).toBe("p99 is 910 ms, more than 500 ms");
  });

  it("counts a partial pause in the warm calls, although other calls are fast", async () => {
    // Prepare: from 5 s to 6 s, two of three calls wait. The instances were started before.
    const latencyOf = (index: number, now: number) =>
      now >= 5_000 && now < 6_000 && index % 3 > 0 ? 6_100 - now : 100;

    // Act
    const recording = await run({ ...PLAN, rate: 50, count: 1_000 }, latencyOf);

    // Assess
    const { latencyInMs } = measure(recording, { runningInstances: 1 });
    expect(latencyInMs.all.p99).toBeCloseTo(800, 3);
    expect(latencyInMs.warm.p99).toBeCloseTo(800, 3);
  });

  it.each([1, 7, 50, 500, 1_000])("sends %s requests per second on time", async (rate) => {
    // Act
    const recording = await run({ ...PLAN, rate, count: rate * 2 }, () => 100);

    // Assess
    const late = recording.sentAt.map((sent, index) => sent - (index * 1_000) / rate);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThan(1e-6);
  });

  it("sends all requests that became due while the machine was busy, and adds the delay to their latencies", async () => {
    // Prepare: each timer is 95 ms late.
    const clock = new VirtualClock(95);

    // Act
    const recording = await run({ ...PLAN, rate: 100, count: 100 }, () => 20, { clock });

    // Assess
    const { generator, latencyInMs, calls } = measure(recording);
    expect(calls.succeeded).toBe(100);
    expect(generator.lateInMs.max).toBeCloseTo(95, 3);
    expect(generator.heldRate).toBe(false);
    expect(latencyInMs.all.max).toBeCloseTo(115, 3);
  });

  it("adds the wait for a place to the latency when the maximum in flight is reached", async () => {
    // Act: one call of 100 ms at a time, but a call each 20 ms.
    const recording = await run({ rate: 50, count: 5, maxInFlight: 1, timeoutInMs: 5_000 }, () => 100);

    // Assess
    expect(recording.delayedByLimit).toBe(4);
    expect((recording.endedAt[4] ?? 0) - 80).toBeCloseTo(420, 3);
    expect(measure(recording).generator).toMatchObject({ heldRate: false, delayedByLimit: 4 });
  });

  it("does not send a call whose time has passed while it waited for a place", async () => {
    // Act
    const recording = await run({ rate: 50, count: 3, maxInFlight: 1, timeoutInMs: 150 }, () => 200);

    // Assess
    expect(measure(recording).calls).toMatchObject({
      succeeded: 1,
      failed: 2,
      failures: [{ outcome: NOT_SENT, calls: 2 }],
    });
    expect([...recording.sentAt]).toEqual([0, Number.NaN, Number.NaN]);
  });

  it("gives each request the time that is left from its intended start", async () => {
    // Prepare
    const clock = new VirtualClock();
    const timeouts: number[] = [];

    // Act
    await clock.run(
      runOpenLoop(
        { rate: 50, count: 3, maxInFlight: 1, timeoutInMs: 1_000 },
        (timeoutInMs) => {
          timeouts.push(Math.round(timeoutInMs));
          return clock.after(100, 200);
        },
        undefined,
        clock,
      ),
    );

    // Assess: sent at 0, 100 and 200 ms, due at 0, 20 and 40 ms.
    expect(timeouts).toEqual([1_000, 920, 840]);
  });

  it("ends at once when it is interrupted, without an end for open calls", async () => {
    // Prepare
    const clock = new VirtualClock();
    const controller = new AbortController();
    clock.schedule(() => controller.abort(), 1_005);

    // Act
    const recording = await run({ ...PLAN, rate: 100, count: 1_000 }, () => 50, {
      clock,
      signal: controller.signal,
    });

    // Assess: 101 calls were sent, and the last five have no answer.
    expect(recording.interruptedAt).toBe(1_005);
    const { calls, generator, timeline } = measure(recording);
    expect(calls).toMatchObject({ planned: 1_000, ended: 96, succeeded: 96, failed: 0 });
    expect(generator.heldRate).toBe(true);
    expect(timeline).toHaveLength(2);
  });

  it("fails when the sender has a defect", async () => {
    // Prepare
    const clock = new VirtualClock();

    // Act and assess
    await expect(
      clock.run(
        runOpenLoop(
          { ...PLAN, rate: 10, count: 2 },
          () => Promise.reject(new Error("defect")),
          undefined,
          clock,
        ),
      ),
    ).rejects.toThrow("defect");
  });
});
