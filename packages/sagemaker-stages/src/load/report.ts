import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";
import { parseJson } from "../lib/json";
import type { RequestPrice } from "./cost";
import type { DeployedSize } from "./deployed-size";
import { LoadTestError } from "./errors";
import { type Measurements, reachesTarget } from "./measurements";
import type { Proposal, SizedRun } from "./proposal";

/** The version of the format of {@link LoadReport}. A change of the format needs another version. */
const FORMAT = 1;

/** The report of a run, as its JSON file contains it. It contains no credentials, no request and no answer. */
export interface LoadReport {
  readonly format: typeof FORMAT;
  readonly environment: string;
  readonly model: string;
  /** E.g. `POST /iris`. */
  readonly route: string;
  /** Whether a local stage answered: its latencies are those of this machine. */
  readonly isLocal: boolean;
  /** The start of the run, e.g. `2026-11-30T10:00:00.000Z`. */
  readonly startedAt: string;
  /** Requests per second. */
  readonly rate: number;
  /** The intended duration in seconds. */
  readonly seconds: number;
  /** The duration until Ctrl-C in seconds; `null` for a complete run. */
  readonly interruptedAfterInSeconds: number | null;
  /** The size of the deployed serverless endpoint; `null` for another endpoint and on a local stage. */
  readonly deployedSize: DeployedSize | null;
  /** The call before the run. */
  readonly firstCall: {
    /** The time from the first try to the answer. */
    readonly tookInMs: number;
    /** The number of requests until one succeeded. */
    readonly tries: number;
  };
  /** Requests that were sent again, because the server had closed the idle connection. */
  readonly resentRequests: number;
  readonly measurements: Measurements;
  /** The price of a million successful requests, at most; `null` on a local stage and without a successful call. */
  readonly price: RequestPrice | null;
  /** The price of the run, at most, with its failed calls; `null` on a local stage. */
  readonly runUsd: number | null;
  /** The settings for the rate of the run; `null` without a measured serverless endpoint. */
  readonly proposal: Proposal | null;
}

/** The part of a report that the run defines. */
export type RunResults = Pick<
  LoadReport,
  "interruptedAfterInSeconds" | "resentRequests" | "measurements" | "price" | "runUsd" | "proposal"
>;

/** The part of a report that the command line and the environment define. */
export type RunDescription = Omit<LoadReport, "format" | keyof RunResults>;

/** Completes a report. */
export function toReport(description: RunDescription, results: RunResults): LoadReport {
  return { format: FORMAT, ...description, ...results };
}

/** Whether the run has the result that the exit status 0 promises. */
export function isSuccess({ measurements, interruptedAfterInSeconds }: LoadReport): boolean {
  const { calls, generator } = measurements;
  if (interruptedAfterInSeconds !== null || !generator.heldRate) return false;
  return calls.succeeded === calls.planned && reachesTarget(measurements);
}

/**
 * Checks that the files of a report can be written, before a run. Creates nothing that remains.
 *
 * @param folder - the folder of all reports
 * @throws LoadTestError
 */
export function requireWritable(folder: string, environment: string): void {
  let existing = resolve(folder, environment);
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    rmdirSync(mkdtempSync(join(existing, ".load-")));
  } catch (error) {
    throw new LoadTestError(
      `--folder: got ${folder}; allowed: a folder in which reports can be written (${describe(error)})`,
    );
  }
}

function describe(error: unknown): string {
  // The message begins with the code, e.g. EACCES.
  return error instanceof Error ? error.message : String(error);
}

/** The files of a report. */
export interface ReportFiles {
  readonly json: string;
  readonly html: string;
}

/**
 * Writes a report as JSON and as HTML.
 *
 * @param folder - the folder of all reports; the files are in the subfolder of the environment
 * @throws LoadTestError if a file cannot be written
 */
export function writeReport(folder: string, report: LoadReport, html: string): ReportFiles {
  const ownFolder = join(folder, report.environment);
  const name = `${report.model}-${report.startedAt.replace(/[:.]/g, "-")}`;
  const files = { json: join(ownFolder, `${name}.json`), html: join(ownFolder, `${name}.html`) };
  try {
    mkdirSync(ownFolder, { recursive: true });
    writeFileSync(files.json, `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(files.html, html);
  } catch (error) {
    throw new LoadTestError(`The files of the report cannot be written: ${describe(error)}`);
  }
  return files;
}

const maybeNumber = z.nullable(z.number());
const latencies = z.object({ mean: maybeNumber, p50: maybeNumber, p99: maybeNumber });

/** The part of a stored report that a comparison of sizes reads. */
const storedReport = z.object({
  format: z.literal(FORMAT),
  environment: z.string(),
  model: z.string(),
  startedAt: z.string(),
  rate: z.number(),
  interruptedAfterInSeconds: maybeNumber,
  deployedSize: z.object({
    memorySizeInMb: z.number(),
    maxConcurrency: z.number(),
    provisionedConcurrency: z.number(),
  }),
  measurements: z.object({
    calls: z.object({ ended: z.number(), throttled: z.number(), failed: z.number() }),
    latencyInMs: z.object({ warm: latencies, cold: latencies }),
    concurrency: z.object({ max: z.number(), maxWithThrottled: z.number(), warmP99: maybeNumber }),
    generator: z.object({ heldRate: z.boolean() }),
    queued: z.number(),
  }),
});

/** A run of a deployed size that an earlier command has stored. */
export interface StoredRun extends SizedRun {
  readonly startedAt: string;
}

/**
 * The newest complete run of each memory size at a rate, from the reports in a folder.
 *
 * @param folder - the folder of all reports
 */
export function readSizedRuns(
  folder: string,
  { environment, model, rate }: Pick<LoadReport, "environment" | "model" | "rate">,
  sizes: readonly number[],
): StoredRun[] {
  const newest = new Map<number, StoredRun>();
  for (const report of readReports(join(folder, environment), `${model}-`)) {
    const { deployedSize: size, startedAt, measurements } = report;
    const isOfRun = report.environment === environment && report.model === model && report.rate === rate;
    if (!isOfRun || report.interruptedAfterInSeconds !== null) continue;
    if (!sizes.includes(size.memorySizeInMb)) continue;
    if ((newest.get(size.memorySizeInMb)?.startedAt ?? "") < startedAt) {
      newest.set(size.memorySizeInMb, { size, rate, measurements, startedAt });
    }
  }
  return [...newest.values()];
}

function readReports(folder: string, prefix: string): z.infer<typeof storedReport>[] {
  // No run has written a report yet.
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith(".json"))
    .flatMap((name) => {
      // A file of another version of the command, and a run of another endpoint, are not comparable.
      const { data } = storedReport.safeParse(parseJson(readFileSync(join(folder, name), "utf8")));
      return data === undefined ? [] : [data];
    });
}
