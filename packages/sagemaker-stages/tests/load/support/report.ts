import { measure } from "../../../src/load/measurements";
import { type LoadReport, toReport } from "../../../src/load/report";
import { recordingOf, steadyCalls } from "./recording";

/** A report of a complete run without a failure: 50 requests per second for 10 s, on a deployed stage. */
export function reportOf(changed: Partial<LoadReport> = {}): LoadReport {
  const report = toReport(
    {
      environment: "dev",
      model: "loan-default",
      route: "POST /loan-default",
      isLocal: false,
      startedAt: "2026-11-30T10:00:00.000Z",
      rate: 50,
      seconds: 10,
      deployedSize: { memorySizeInMb: 2048, maxConcurrency: 5, provisionedConcurrency: 0 },
      firstCall: { tookInMs: 4_000, tries: 1 },
    },
    {
      interruptedAfterInSeconds: null,
      resentRequests: 0,
      measurements: measure(recordingOf(50, steadyCalls(500, 50, 100)), { runningInstances: 1 }),
      price: null,
      runUsd: null,
      proposal: null,
    },
  );
  return { ...report, ...changed };
}
