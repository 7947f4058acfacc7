import { describe, expect, it } from "@jest/globals";
import { type Quota, QuotaUsage } from "../../src/local/rest-api/quota";

/** A clock that stands still until the test sets it. */
class Clock {
  constructor(public time: string) {}

  readonly now = (): number => Date.parse(this.time);
}

/** Whether each of `count` requests is within the quota. */
function take(usage: QuotaUsage, quota: Quota, count: number, key = "key"): boolean[] {
  return Array.from({ length: count }, () => usage.take(key, quota));
}

describe("the usage of a quota", () => {
  it("is counted for each key separately", () => {
    // Prepare
    const usage = new QuotaUsage(new Clock("2026-11-29T12:00:00Z").now);
    const quota: Quota = { limit: 2, period: "DAY" };

    // Act
    const first = take(usage, quota, 3, "first");
    const second = take(usage, quota, 3, "second");

    // Assess
    expect(first).toEqual([true, true, false]);
    expect(second).toEqual([true, true, false]);
  });

  it.each<{ period: Quota["period"]; last: string; next: string }>([
    { period: "DAY", last: "2026-11-29T23:59:59.999Z", next: "2026-11-30T00:00:00Z" },
    // 2026-11-28 is a Saturday.
    { period: "WEEK", last: "2026-11-28T23:59:59.999Z", next: "2026-11-29T00:00:00Z" },
    { period: "MONTH", last: "2026-11-30T23:59:59.999Z", next: "2026-12-01T00:00:00Z" },
    { period: "MONTH", last: "2027-02-28T23:59:59.999Z", next: "2027-03-01T00:00:00Z" },
    { period: "MONTH", last: "2026-12-31T23:59:59.999Z", next: "2027-01-01T00:00:00Z" },
  ])("begins again at $next for a quota per $period, and not before", ({ period, last, next }) => {
    // Prepare
    const clock = new Clock(last);
    const usage = new QuotaUsage(clock.now);
    const quota: Quota = { limit: 1, period };

    // Act
    const before = take(usage, quota, 2);
    clock.time = next;
    const after = take(usage, quota, 2);

    // Assess
    expect(before).toEqual([true, false]);
    expect(after).toEqual([true, false]);
  });

  it.each<{ period: Quota["period"]; first: string; last: string }>([
    { period: "DAY", first: "2026-11-29T00:00:00Z", last: "2026-11-29T23:59:59.999Z" },
    { period: "WEEK", first: "2026-11-29T00:00:00Z", last: "2026-12-05T23:59:59.999Z" },
    { period: "MONTH", first: "2026-12-01T00:00:00Z", last: "2026-12-31T23:59:59.999Z" },
  ])("does not begin again from $first to $last for a quota per $period", ({ period, first, last }) => {
    // Prepare
    const clock = new Clock(first);
    const usage = new QuotaUsage(clock.now);
    const quota: Quota = { limit: 1, period };
    take(usage, quota, 1);

    // Act
    clock.time = last;
    const within = take(usage, quota, 1);

    // Assess
    expect(within).toEqual([false]);
  });

  it("stays when the limit is raised: only further requests are within the quota", () => {
    // Prepare
    const usage = new QuotaUsage(new Clock("2026-11-29T12:00:00Z").now);
    take(usage, { limit: 2, period: "DAY" }, 2);

    // Act
    const raised = take(usage, { limit: 3, period: "DAY" }, 2);

    // Assess
    expect(raised).toEqual([true, false]);
  });

  it("does not count refused requests", () => {
    // Prepare
    const usage = new QuotaUsage(new Clock("2026-11-29T12:00:00Z").now);
    take(usage, { limit: 1, period: "DAY" }, 5);

    // Act
    const raised = take(usage, { limit: 2, period: "DAY" }, 2);

    // Assess
    expect(raised).toEqual([true, false]);
  });
});
