import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { htmlReport } from "../../src/load/html-report";
import { measure } from "../../src/load/measurements";
import { propose } from "../../src/load/proposal";
import {
  isSuccess,
  type LoadReport,
  readSizedRuns,
  requireWritable,
  writeReport,
} from "../../src/load/report";
import { textReport } from "../../src/load/text-report";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { NO_LIMITS, routeOf } from "./support/priced-route";
import { recordingOf, steadyCalls } from "./support/recording";
import { reportOf } from "./support/report";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) removeFolder(folder);
});

function newFolder(): string {
  const folder = makeTempFolder();
  folders.push(folder);
  return folder;
}

const sized = (memorySizeInMb: number, startedAt: string, changed: Partial<LoadReport> = {}) =>
  reportOf({
    deployedSize: { memorySizeInMb, maxConcurrency: 5, provisionedConcurrency: 0 },
    startedAt,
    ...changed,
  });

describe("the recorded runs of several sizes", () => {
  it("are the newest complete run of each size with the same environment, model and rate", () => {
    // Prepare
    const folder = newFolder();
    const wanted = [sized(1024, "2026-11-30T10:00:00.000Z"), sized(2048, "2026-11-30T12:00:00.000Z")];
    const others = [
      sized(2048, "2026-11-30T11:00:00.000Z"),
      sized(2048, "2026-11-30T13:00:00.000Z", { interruptedAfterInSeconds: 3 }),
      sized(2048, "2026-11-30T14:00:00.000Z", { rate: 51 }),
      sized(2048, "2026-11-30T15:00:00.000Z", { model: "loan-default-2" }),
      sized(2048, "2026-11-30T16:00:00.000Z", { environment: "staging" }),
      sized(3072, "2026-11-30T17:00:00.000Z"),
      reportOf({ startedAt: "2026-11-30T18:00:00.000Z", deployedSize: null }),
    ];
    for (const report of [...wanted, ...others]) writeReport(folder, report, "");
    writeFileSync(join(folder, "dev", "loan-default-x.json"), '{"format": 0}');
    // The format is right, but a number is missing: the file was changed.
    const { generator, ...rest } = reportOf().measurements;
    const changed = { ...sized(4096, "2026-11-30T10:00:00.000Z"), measurements: rest };
    writeFileSync(join(folder, "dev", "loan-default-y.json"), JSON.stringify(changed));

    // Act
    const runs = readSizedRuns(folder, reportOf(), [1024, 2048, 4096]);

    // Assess
    expect(runs.map(({ size, startedAt }) => [size.memorySizeInMb, startedAt]).sort()).toEqual([
      [1024, "2026-11-30T10:00:00.000Z"],
      [2048, "2026-11-30T12:00:00.000Z"],
    ]);
    expect(runs[0]?.measurements.latencyInMs.warm.p50).toBeCloseTo(100, 6);
  });

  it("are none when no run was recorded", () => {
    // Act and assess
    expect(readSizedRuns(join(newFolder(), "absent"), reportOf(), [1024, 2048])).toEqual([]);
  });

  it("reports a folder that cannot be read", () => {
    // Prepare: a file in place of the folder.
    const folder = newFolder();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "dev"), "");

    // Act and assess
    expect(() => readSizedRuns(folder, reportOf(), [1024, 2048])).toThrow("ENOTDIR");
  });
});

describe("the files of a report", () => {
  it("leave nothing behind when the folder is checked, and are refused in a file", () => {
    // Prepare
    const folder = newFolder();
    writeFileSync(join(folder, "file"), "");

    // Act and assess
    expect(() => requireWritable(join(folder, "a/b"), "dev")).not.toThrow();
    expect(readdirSync(folder)).toEqual(["file"]);
    expect(() => requireWritable(join(folder, "file"), "dev")).toThrow(
      /^--folder: got .*file; allowed: a folder in which reports can be written \((?:Error: )?ENOTDIR/,
    );
  });

  it("are reported when they cannot be written", () => {
    // Prepare
    const folder = newFolder();
    writeFileSync(join(folder, "dev"), "");

    // Act and assess
    expect(() => writeReport(folder, reportOf(), "")).toThrow(
      /^The files of the report cannot be written: (?:Error: )?EEXIST/,
    );
  });

  it("are named after the model and the start, without characters that a file system refuses", () => {
    // Act
    const { json, html } = writeReport(newFolder(), reportOf(), "<p>");

    // Assess
    expect(json).toMatch(/dev[/\\]loan-default-2026-11-30T10-00-00-000Z\.json$/);
    expect([json, html].map((file) => existsSync(file))).toEqual([true, true]);
  });
});

describe("the exit status", () => {
  const late = steadyCalls(500, 50, 100).map((call, index) => ({ ...call, sentAt: index * 20 + 50 }));
  const failed = steadyCalls(500, 50, 100).map((call, index) =>
    index === 7 ? { ...call, outcome: 504 } : call,
  );

  const steady = recordingOf(50, steadyCalls(500, 50, 100));
  const withTarget = (p99TargetInMs: number) => ({
    measurements: measure(steady, { runningInstances: 1, p99TargetInMs }),
  });

  it.each<[what: string, changed: Partial<LoadReport>, expected: boolean]>([
    ["every call succeeded", {}, true],
    ["the target is reached", withTarget(101), true],
    ["the target is missed", withTarget(99), false],
    ["a call failed", { measurements: measure(recordingOf(50, failed)) }, false],
    ["the rate was not held", { measurements: measure(recordingOf(50, late)) }, false],
    ["the run was interrupted", { interruptedAfterInSeconds: 5 }, false],
  ])("is a success only if it should be: %s", (_, changed, expected) => {
    // Act and assess
    expect(isSuccess(reportOf(changed))).toBe(expected);
  });
});

describe("the report", () => {
  const failing = measure(
    recordingOf(
      50,
      [
        ...steadyCalls(498, 50, 100),
        { endedAt: 10_000, outcome: 429 },
        { sentAt: 9_980, endedAt: 45_000, outcome: -1 },
      ],
      { reasons: ["no answer in time"] },
    ),
    { runningInstances: 1, p99TargetInMs: 50 },
  );

  it("names percentiles, failures, the target and the price as text", () => {
    // Act
    const text = textReport(
      reportOf({
        measurements: failing,
        firstCall: { tookInMs: 4_000, tries: 3 },
        resentRequests: 2,
        runUsd: 0.0062,
        price: {
          usdPerMillion: 12.3667,
          parts: [{ what: "API Gateway", usdPerMillion: 3.5 }],
          notCounted: ["taxes"],
        },
      }),
    );

    // Assess
    expect(text.split("\n")).toEqual([
      "ms    calls  p50  p90  p99  p99.9  max",
      "all     498  100  100  100      –  100",
      "warm    498  100  100  100      –  100",
      "cold      0    –    –    –      –    –",
      "",
      "First call, before the run: 4,000 ms, from the first of 3 requests",
      "Succeeded: 498 of 500 (99.6 %)",
      "Failed: 1 call, 429 (throttled)",
      "Failed: 1 call, no answer in time",
      "Sent again: 2 requests, because the stage had closed the idle connection.",
      "Calls in flight at the same time: at most 5; with throttled calls 5, which occupy the function; without cold starts 5 (p99)",
      "Target: p99 of all calls 100 ms, of warm calls 100 ms, missed (at most 50 ms); 498 warm calls (100 %) and 0 cold calls (0 %) took longer",
      "Rate held: 50.0 of 50 requests per second sent, 99 % of them at most 0 ms late",
      "Price: at most $12.37 per million successful requests (API Gateway $3.50)",
      "Price of this run: at most $0.0062 for 500 requests",
      "Not counted: taxes",
    ]);
  });

  it("warns about a rate that was not held, with the cause", () => {
    // Prepare
    const late = steadyCalls(500, 50, 100).map((call, index) => ({ ...call, sentAt: index * 20 + 50 }));

    // Act
    const busy = textReport(reportOf({ measurements: measure(recordingOf(50, late)) }));
    const limited = textReport(
      reportOf({ measurements: measure(recordingOf(50, late, { delayedByLimit: 7 })) }),
    );

    // Assess
    expect(busy).toContain(
      "Rate NOT held: 49.8 of 50 requests per second sent, 99 % of them at most 50 ms late",
    );
    expect(busy).toContain("This machine was too busy.");
    expect(limited).toContain("7 requests waited, because the maximum of requests in flight was reached");
  });

  it.each([
    [
      300,
      "Proposed: serverless: { memorySizeInMb: 2048, maxConcurrency: 18, provisionedConcurrency: 5 }",
      "Cold calls took 3,000 ms (p50), more than the target. With provisionedConcurrency: 5, the endpoint has a running instance for 99 % of the calls of this run. The other calls, and the function, can still start cold.",
    ],
    [
      undefined,
      "Proposed: serverless: { memorySizeInMb: 2048, maxConcurrency: 18 }",
      "Cold calls took 3,000 ms (p50). If callers cannot wait, add provisionedConcurrency: 5.",
    ],
  ])("proposes settings with and without a target: %s", (p99InMs, proposed, cold) => {
    // Prepare: the first call runs on the instance of the call before the run, and the next nine calls start instances.
    const calls = [
      { endedAt: 200 },
      ...Array.from({ length: 9 }, (_, index) => ({ endedAt: (index + 1) * 20 + 3_000 })),
      ...steadyCalls(2_000, 50, 95).slice(10),
    ];
    const size = { memorySizeInMb: 2048, maxConcurrency: 20, provisionedConcurrency: 0 };
    const runs = [{ size, rate: 50, measurements: measure(recordingOf(50, calls), { runningInstances: 1 }) }];

    // Act
    const text = textReport(reportOf({ proposal: propose(routeOf(), runs, p99InMs, NO_LIMITS) }));

    // Assess
    const lines = text.slice(text.indexOf("Measured sizes")).split("\n");
    expect(lines).toContain(proposed);
    expect(lines).toContain(cold);
    expect(lines).toContain("memorySizeInMb           2048");
    expect(lines).toContain("provisionedConcurrency      5");
  });

  it("is one HTML file that loads nothing and runs no script", () => {
    // Act
    const html = htmlReport(reportOf({ measurements: failing }));

    // Assess
    expect(html).not.toMatch(/<script|<link|<img|url\(|@import|https?:\/\//);
    expect(html).toContain("default-src 'none'");
    expect(html.match(/<svg /g)).toHaveLength(2);
    expect(html).toContain('class="throttled"');
    expect(html).toContain('class="failed"');
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("escapes names in HTML", () => {
    // Act
    const html = htmlReport(reportOf({ route: 'POST /<b>"&' }));

    // Assess
    expect(html).toContain("POST /&lt;b&gt;&quot;&amp;");
  });

  it("has one group when the endpoint has no cold starts", () => {
    // Prepare
    const report = reportOf({
      measurements: measure(recordingOf(50, steadyCalls(500, 50, 100)), { p99TargetInMs: 150 }),
    });

    // Act
    const text = textReport(report);

    // Assess
    expect(text).not.toMatch(/warm|cold/);
    expect(text).toContain(
      "Target: p99 of all calls 100 ms, reached (at most 150 ms); 0 calls (0 %) took longer",
    );
    expect(htmlReport(report)).not.toMatch(/(?:warm|cold) call/);
  });

  it("names the queued calls of a pause", () => {
    // Prepare: from 5 s to 6 s, the stage answers no call.
    const calls = steadyCalls(500, 50, 100).map((call, index) =>
      index >= 250 && index < 300 ? { endedAt: 6_100 } : call,
    );

    // Act
    const text = textReport(
      reportOf({ measurements: measure(recordingOf(50, calls), { runningInstances: 1 }) }),
    );

    // Assess
    expect(text).toMatch(/\nQueued: \d+ warm calls\. They needed one more instance, but/);
  });

  it("names the end of credentials as a possible cause", () => {
    // Prepare
    const calls = steadyCalls(500, 50, 100).map((call, index) =>
      index > 400 ? { ...call, outcome: 403 } : call,
    );

    // Act
    const text = textReport(reportOf({ measurements: measure(recordingOf(50, calls)) }));

    // Assess
    expect(text).toContain("Failed: 99 calls, 403 (the first call was permitted: the credentials,");
  });

  it("shows the failed calls, and no empty legend, when no call succeeded", () => {
    // Prepare
    const recording = recordingOf(
      50,
      steadyCalls(500, 50, 100).map((call) => ({ ...call, outcome: 503 })),
    );

    // Act
    const report = reportOf({ measurements: measure(recording, { p99TargetInMs: 50 }) });
    const html = htmlReport(report);

    // Assess
    expect(html.match(/<svg /g)).toHaveLength(1);
    expect(html.match(/<rect class="failed"/g)).toHaveLength(10);
    expect(html).not.toContain("<h2>Percentiles");
    expect(html).not.toMatch(/NaN|Infinity|polyline class/);
    expect(textReport(report)).toContain("Target: p99 of all calls – ms, missed");
    expect(isSuccess(report)).toBe(false);
  });
});
