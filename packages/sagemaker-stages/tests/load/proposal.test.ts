import { describe, expect, it } from "@jest/globals";
import { provisionedUsdPerMillion, requestPrice, runUsd } from "../../src/load/cost";
import { measure } from "../../src/load/measurements";
import { type ConcurrencyLimits, propose as proposeWithin, type SizedRun } from "../../src/load/proposal";
import { NO_LIMITS, routeOf } from "./support/priced-route";
import { type RecordedCall, recordingOf, steadyCalls } from "./support/recording";

const RATE = 50;
const COUNT = 1_000;

const size = (memorySizeInMb: number, provisionedConcurrency = 0) => ({
  memorySizeInMb,
  maxConcurrency: 20,
  provisionedConcurrency,
});

const propose = (
  route: Parameters<typeof proposeWithin>[0],
  runs: readonly SizedRun[],
  p99InMs: number | undefined,
  limits: Partial<ConcurrencyLimits> = {},
) => proposeWithin(route, runs, p99InMs, { ...NO_LIMITS, ...limits });

/** A run of a deployed size, whose calls take `warmInMs`. */
function runOf(
  memorySizeInMb: number,
  warmInMs: number,
  calls = steadyCalls(COUNT, RATE, warmInMs),
): SizedRun {
  const measurements = measure(recordingOf(RATE, calls), { runningInstances: 1 });
  return { size: size(memorySizeInMb), rate: RATE, measurements };
}

/** Calls of which nine start instances, after the first one. */
function withCold(warmInMs: number, coldInMs: number): RecordedCall[] {
  return steadyCalls(COUNT, RATE, warmInMs).map((call, index) =>
    index > 0 && index < 10 ? { endedAt: index * 20 + coldInMs } : call,
  );
}

describe("the price of a million requests", () => {
  it("is the sum of API Gateway, Lambda and the serverless endpoint", () => {
    // Act
    const price = requestPrice(routeOf(), 200);

    // Assess: 200,000 s with 0.25 GB at $0.0000133334, and with 2 GB at $0.00002.
    expect(price.parts.map(({ what, usdPerMillion }) => [what, Number(usdPerMillion.toFixed(4))])).toEqual([
      ["API Gateway", 3.5],
      ["Lambda requests", 0.2],
      ["Lambda duration", 0.6667],
      ["serverless endpoint", 8],
    ]);
    expect(price.usdPerMillion).toBeCloseTo(12.3667, 4);
    expect(price.notCounted).toEqual([
      "data that the endpoint processes",
      "traces (X-Ray), logs, metrics, data transfer and taxes",
    ]);
  });

  it("contains Lambda's ephemeral storage above 512 MB", () => {
    // Prepare
    const { settings } = routeOf();
    if (settings.function === undefined) throw new Error("no function");

    // Act
    const price = requestPrice(
      routeOf({ function: { ...settings.function, ephemeralStorageInMb: 1_536 } }),
      200,
    );

    // Assess: 200,000 s with 1 GB at $0.0000000309.
    const part = price.parts.find(({ what }) => what === "Lambda ephemeral storage");
    expect(part?.usdPerMillion).toBeCloseTo(0.00618, 6);
  });

  it("of a run counts the time of every sent request", () => {
    // Act: 1,000 requests in 200,000 s, as a million requests of 200 ms.
    const usd = runUsd(routeOf(), { requests: 1_000, durationInMs: 200_000_000 });

    // Assess: the charges by duration are those of a million requests, and the others those of a thousand.
    expect(usd).toBeCloseTo(8.6667 + 0.0037, 3);
    expect(runUsd(routeOf(), { requests: 0, durationInMs: 0 })).toBe(0);
  });

  it("has no charge of Lambda when API Gateway invokes the endpoint", () => {
    // Act
    const price = requestPrice(routeOf({ via: "gateway" }), 200);

    // Assess
    expect(price.parts.map(({ what }) => what)).toEqual(["API Gateway", "serverless endpoint"]);
  });

  it("names each charge without a known price, and counts none of them", () => {
    // Act
    const price = requestPrice(routeOf({ region: "eu-north-1" }), 200);

    // Assess
    expect(price.usdPerMillion).toBe(0);
    expect(price.notCounted).toEqual([
      "API Gateway: no price is known for eu-north-1",
      "Lambda requests: no price is known for eu-north-1",
      "Lambda duration: no price is known for eu-north-1",
      "serverless endpoint: no price is known for eu-north-1",
      "data that the endpoint processes",
      "traces (X-Ray), logs, metrics, data transfer and taxes",
    ]);
  });

  it("names the existing function, the firewall and the authorizer", () => {
    // Act
    const price = requestPrice(
      { ...routeOf({ existingFunction: "scoring" }), hasFirewall: true, hasAuthorizer: true },
      200,
    );

    // Assess
    expect(price.parts.map(({ what }) => what)).toEqual(["API Gateway", "AWS WAF", "serverless endpoint"]);
    expect(price.notCounted).toEqual([
      "Lambda: the memory size of the existing function is unknown",
      "the authorizer function",
      "data that the endpoint processes",
      "traces (X-Ray), logs, metrics, data transfer and taxes",
    ]);
  });

  it("with provisioned concurrency contains the capacity at the rate of the run", () => {
    // Act: 10 units of 2 GB at $0.0000233 per second serve 50 requests per second.
    const usd = provisionedUsdPerMillion(routeOf(), size(2048), 10, RATE, 200);

    // Assess: $3.50 + $0.20 + $0.67, 200,000 s at $0.00001, and $4.66.
    expect(usd).toBeCloseTo(3.5 + 0.2 + 0.6667 + 2 + 4.66, 3);
    expect(provisionedUsdPerMillion(routeOf(), size(4096), 10, RATE, 200)).toBeUndefined();
  });
});

describe("the proposal", () => {
  it("is the cheapest measured size without a target", () => {
    // Act: 1024 MB × 300 ms is more than 2048 MB × 100 ms.
    const { proposed, sizes } = propose(
      routeOf(),
      [runOf(4096, 90), runOf(1024, 300), runOf(2048, 100)],
      undefined,
    );

    // Assess
    expect(sizes.map(({ memorySizeInMb }) => memorySizeInMb)).toEqual([1024, 2048, 4096]);
    expect(proposed?.memorySizeInMb).toBe(2048);
  });

  it("decides by memory and duration when no price is known", () => {
    // Act
    const { proposed } = propose(
      routeOf({ region: "eu-north-1" }),
      [runOf(4096, 90), runOf(1024, 300), runOf(2048, 100)],
      undefined,
    );

    // Assess
    expect(proposed).toMatchObject({ memorySizeInMb: 2048, usdPerMillion: undefined });
  });

  it("reaches the target, although a smaller size is cheaper", () => {
    // Act
    const { proposed, sizes } = propose(routeOf(), [runOf(1024, 150), runOf(2048, 100)], 120);

    // Assess
    expect(sizes[0]?.usdPerMillion ?? 0).toBeLessThan(sizes[1]?.usdPerMillion ?? 0);
    expect(sizes[0]?.refusedBecause).toBe("p99 is 150 ms, more than 120 ms");
    expect(proposed?.memorySizeInMb).toBe(2048);
  });

  it("has the concurrency of the run with a reserve, and the busy instances as provisioned concurrency", () => {
    // Act: 50 requests per second of 200 ms keep 10 instances busy.
    const { proposed } = propose(routeOf(), [runOf(2048, 199)], undefined);

    // Assess
    expect(proposed).toMatchObject({ provisionedConcurrency: 10, maxConcurrency: 13, isThrottled: false });
  });

  it("has at most the maximum of a serverless endpoint as maxConcurrency, without the whole reserve", () => {
    // Act: 50 requests per second of 3.6 s keep 180 instances busy.
    const { proposed } = propose(routeOf(), [runOf(2048, 3_599)], undefined);

    // Assess
    expect(proposed).toMatchObject({ provisionedConcurrency: 180, maxConcurrency: 200 });
  });

  it.each([
    [500, true],
    [5_000, false],
    [undefined, false],
  ])("contains provisioned concurrency only if cold calls miss the target: %s ms", (target, needs) => {
    // Act
    const proposal = propose(routeOf(), [runOf(2048, 100, withCold(100, 3_000))], target);

    // Assess
    expect(proposal.proposed?.coldP50InMs).toBe(3_000);
    expect(proposal.settings?.provisionedConcurrency !== undefined).toBe(needs);
  });

  it("keeps provisioned concurrency when the endpoint had it during the run", () => {
    // Prepare
    const run = { ...runOf(2048, 199), size: size(2048, 12) };

    // Act
    const { settings, proposed } = propose(routeOf(), [run], undefined);

    // Assess
    expect(settings).toEqual({ memorySizeInMb: 2048, maxConcurrency: 13, provisionedConcurrency: 10 });
    expect(proposed?.deployedProvisionedConcurrency).toBe(12);
  });

  it.each<[what: string, limits: Partial<ConcurrencyLimits>, needs: readonly string[]]>([
    ["nothing", { reserved: 14, serverless: 13 }, []],
    [
      "a larger quota of serverless endpoints",
      { serverless: 12 },
      [
        "maxConcurrency: 13 is more than the 12 that the other serverless endpoints of the account and region leave. Request an increase of their quota in Service Quotas, and then set quotas.serverlessConcurrency.",
      ],
    ],
    [
      "a larger reserved concurrency",
      { reserved: 13 },
      ["function.reservedConcurrency: 13 is too small for maxConcurrency: 13. Set at least 14."],
    ],
    [
      "a larger quota of Lambda",
      { reserved: 5, lambda: 5 },
      [
        'function.reservedConcurrency: 5 is too small for maxConcurrency: 13. Set at least 14. The other functions of the account and region leave 5: also request an increase of Lambda\'s quota "Concurrent executions", and then set quotas.lambdaConcurrency.',
      ],
    ],
  ])("names what the settings need: %s", (_, limits, needs) => {
    // Act: the proposal is maxConcurrency: 13.
    const proposal = propose(routeOf(), [runOf(2048, 199)], undefined, limits);

    // Assess
    expect(proposal.needs).toEqual(needs);
  });

  it.each<[what: string, run: SizedRun, reason: RegExp]>([
    [
      "calls were throttled",
      runOf(
        2048,
        100,
        steadyCalls(COUNT, RATE, 100).map((call, index) =>
          index % 50 === 9 ? { ...call, outcome: 429 } : call,
        ),
      ),
      /^2\.0 % of the calls failed or were throttled$/,
    ],
    [
      "the run did not hold its rate",
      runOf(
        2048,
        100,
        steadyCalls(COUNT, RATE, 100).map((call, index) => ({ ...call, sentAt: index * 20 + 50 })),
      ),
      /^the run did not hold its rate$/,
    ],
    [
      "one endpoint cannot have the concurrency",
      runOf(2048, 4_100),
      /^the concurrency exceeds the maximum of a serverless endpoint, 200$/,
    ],
    ["there are too few calls", runOf(2048, 100, steadyCalls(50, RATE, 100)), /^fewer than 100 warm calls$/],
  ])("proposes no size when %s", (_, run, reason) => {
    // Act
    const { proposed, sizes } = propose(routeOf(), [run], undefined);

    // Assess
    expect(proposed).toBeUndefined();
    expect(sizes[0]?.refusedBecause).toMatch(reason);
  });
});
