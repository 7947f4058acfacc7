import { MAX_CONCURRENCY } from "../environment/settings/endpoint/serverless";
import { columns, count, ms, percent, plural, usd } from "./format";
import { type Latencies, type Measurements, reachesTarget } from "./measurements";
import type { MeasuredSize } from "./proposal";
import type { LoadReport } from "./report";

/** The report as text. */
export function textReport(report: LoadReport): string {
  return [
    latencyTable(report),
    ...outcomeLines(report),
    ...generatorLines(report),
    ...priceLines(report),
    ...proposalLines(report),
  ].join("\n");
}

/** The groups of successful calls: without cold starts, there is one group. */
export function groupsOf({ hasColdStarts }: Measurements): readonly ("all" | "warm" | "cold")[] {
  return hasColdStarts ? ["all", "warm", "cold"] : ["all"];
}

function latencyTable({ measurements }: LoadReport): string {
  return columns([
    ["ms", "calls", "p50", "p90", "p99", "p99.9", "max"],
    ...groupsOf(measurements).map((group) => [group, ...cellsOf(measurements.latencyInMs[group])]),
  ]);
}

/** The number of calls and the percentiles of a group, as cells of a table. */
export function cellsOf({ calls, p50, p90, p99, p999, max }: Latencies): string[] {
  return [count(calls), ...[p50, p90, p99, p999, max].map(ms)];
}

/** The lines about successful and failed calls. */
export function outcomeLines(report: LoadReport): string[] {
  const { measurements, firstCall, interruptedAfterInSeconds, resentRequests } = report;
  const { calls, queued } = measurements;
  const { planned, ended, succeeded, failures } = calls;
  const tries = firstCall.tries === 1 ? "" : `, from the first of ${firstCall.tries} requests`;
  return [
    "",
    ...(interruptedAfterInSeconds === null
      ? []
      : [
          `Interrupted after ${interruptedAfterInSeconds.toFixed(1)} s: ${count(ended)} of ${plural(planned, "call")} ended.`,
        ]),
    `First call, before the run: ${ms(firstCall.tookInMs)} ms${tries}`,
    `Succeeded: ${count(succeeded)} of ${count(ended)} (${percent(ended === 0 ? 0 : succeeded / ended)})`,
    ...failures.map(
      ({ outcome, calls: failed }) => `Failed: ${plural(failed, "call")}, ${reasonOf(outcome)}`,
    ),
    ...(resentRequests === 0
      ? []
      : [
          `Sent again: ${plural(resentRequests, "request")}, because the stage had closed the idle connection.`,
        ]),
    ...(queued === 0
      ? []
      : [
          `Queued: ${plural(queued, "warm call")}. They needed one more instance, but calls on running instances were as slow (a pause of the stage), or this machine sent them late.`,
        ]),
    concurrencyLine(measurements),
    ...targetLines(measurements),
  ];
}

function reasonOf(outcome: string): string {
  if (outcome === "429") return "429 (throttled)";
  // The first call was permitted.
  if (["401", "403"].includes(outcome)) {
    return `${outcome} (the first call was permitted: the credentials, the token or the quota of the key ended during the run)`;
  }
  return outcome;
}

function concurrencyLine({ concurrency, hasColdStarts, calls }: Measurements): string {
  const { max, maxWithThrottled, warmP99 } = concurrency;
  const throttled =
    calls.throttled === 0
      ? ""
      : `; with throttled calls ${count(maxWithThrottled)}, which occupy the function`;
  const warm = hasColdStarts && warmP99 !== null ? `; without cold starts ${count(warmP99)} (p99)` : "";
  return `Calls in flight at the same time: at most ${count(max)}${throttled}${warm}`;
}

function targetLines(measurements: Measurements): string[] {
  const { target, latencyInMs, calls, hasColdStarts } = measurements;
  if (target === null) return [];
  const p99Of = (group: "all" | "warm") => ms(latencyInMs[group].p99 ?? latencyInMs[group].max);
  const { warm, cold } = target.missed;
  const share = (missed: number, kind: string) =>
    `${plural(missed, kind)} (${percent(missed / calls.succeeded)})`;
  const missed = hasColdStarts
    ? `${share(warm, "warm call")} and ${share(cold, "cold call")}`
    : share(warm, "call");
  return [
    `Target: p99 of all calls ${p99Of("all")} ms${hasColdStarts ? `, of warm calls ${p99Of("warm")} ms` : ""}, ${reachesTarget(measurements) ? "reached" : "missed"} (at most ${count(target.p99InMs)} ms)${calls.succeeded === 0 ? "" : `; ${missed} took longer`}`,
  ];
}

/** The lines about the generator of the requests. */
export function generatorLines({ rate, measurements: { generator } }: LoadReport): string[] {
  const { sentPerSecond, lateInMs, delayedByLimit, heldRate } = generator;
  const facts = `${sentPerSecond.toFixed(1)} of ${count(rate)} requests per second sent, 99 % of them at most ${ms(lateInMs.p99)} ms late`;
  if (heldRate) return [`Rate held: ${facts}`];
  const reason =
    delayedByLimit > 0
      ? `${plural(delayedByLimit, "request")} waited, because the maximum of requests in flight was reached (--max-in-flight). The stage answers more slowly than requests arrive, or the maximum is too low.`
      : "This machine was too busy. Close other programs, or choose a lower rate.";
  return [`Rate NOT held: ${facts}. ${reason} The latencies contain this delay.`];
}

/** The lines about the price. */
export function priceLines({ price, isLocal, runUsd, measurements: { usage } }: LoadReport): string[] {
  if (isLocal) return ["Price: none, a local stage answered. The latencies are those of this machine."];
  const ofRun =
    runUsd === null || runUsd === 0
      ? []
      : [`Price of this run: at most ${usd(runUsd)} for ${plural(usage.requests, "request")}`];
  if (price === null) return ofRun;
  const { usdPerMillion, parts, notCounted } = price;
  const ofParts = parts.map((part) => `${part.what} ${usd(part.usdPerMillion)}`);
  return [
    parts.length === 0
      ? "Price: unknown"
      : `Price: at most ${usd(usdPerMillion)} per million successful requests (${ofParts.join(", ")})`,
    ...ofRun,
    `Not counted: ${notCounted.join("; ")}`,
  ];
}

/** The measured sizes as rows of a table: one column for each size. The first row has the heads. */
export function sizeRows(sizes: readonly MeasuredSize[]): string[][] {
  const price = (amount: number | undefined) => (amount === undefined ? "unknown" : usd(amount));
  const row = (head: string, cell: (size: MeasuredSize) => string) => [head, ...sizes.map(cell)];
  return [
    row("memorySizeInMb", ({ memorySizeInMb }) => String(memorySizeInMb)),
    row("warm p50, ms", ({ warmP50InMs }) => ms(warmP50InMs)),
    row("warm p99, ms", ({ warmP99InMs }) => ms(warmP99InMs)),
    row("cold p50, ms", ({ coldP50InMs }) => ms(coldP50InMs)),
    row("failed", ({ failed }) => percent(failed)),
    row("maxConcurrency", ({ maxConcurrency, isThrottled }) =>
      maxConcurrency === undefined
        ? `over ${MAX_CONCURRENCY}`
        : `${isThrottled ? "at least " : ""}${maxConcurrency}`,
    ),
    row("$ per million, at most", ({ usdPerMillion }) => price(usdPerMillion)),
    row("provisionedConcurrency", ({ provisionedConcurrency }) => String(provisionedConcurrency)),
    row("$ per million with it", ({ usdPerMillionProvisioned }) => price(usdPerMillionProvisioned)),
  ];
}

/** The lines about the proposed settings. */
export function proposalLines({ proposal, rate }: LoadReport): string[] {
  if (proposal === null) return [];
  return [
    "",
    `Measured sizes, for ${plural(rate, "request")} per second:`,
    columns(sizeRows(proposal.sizes)),
    "",
    ...proposalText(proposal),
  ];
}

/** The proposal as sentences and as settings. */
export function proposalText({
  sizes,
  proposed,
  settings,
  needs,
}: NonNullable<LoadReport["proposal"]>): string[] {
  const refused = sizes.flatMap(({ memorySizeInMb, refusedBecause }) =>
    refusedBecause === undefined ? [] : [`${memorySizeInMb} MB is not proposed: ${refusedBecause}.`],
  );
  if (proposed === undefined || settings === undefined) {
    return [...refused, "No measured size can be proposed."];
  }
  const written = Object.entries(settings).map(([setting, value]) => `${setting}: ${value}`);
  return [
    ...refused,
    `Proposed: serverless: { ${written.join(", ")} }`,
    ...(proposed.usdPerMillion === undefined
      ? ["No price of the endpoint is known: the proposal has the smallest product of memory and duration."]
      : []),
    ...needs,
    ...(proposed.queued === 0
      ? []
      : [
          `maxConcurrency contains ${plural(proposed.queued, "queued call")}. Repeat the run, to see whether the pause was an exception.`,
        ]),
    ...coldLines(proposed, settings.provisionedConcurrency !== undefined),
  ];
}

function coldLines(
  {
    coldP50InMs: coldInMs,
    provisionedConcurrency: provisioned,
    deployedProvisionedConcurrency: deployed,
  }: MeasuredSize,
  isProposed: boolean,
): string[] {
  const effect = `With provisionedConcurrency: ${provisioned}, the endpoint has a running instance for 99 % of the calls of this run. The other calls, and the function, can still start cold.`;
  const cold = coldInMs === null ? "no call was cold" : `cold calls took ${ms(coldInMs)} ms (p50)`;
  if (deployed > 0) {
    return [
      `The run had provisionedConcurrency: ${deployed}, and ${cold}. It does not show the latency without provisioned concurrency. ${effect}`,
    ];
  }
  if (coldInMs === null) {
    return [
      "The run had no cold call. To measure cold calls, run the command directly after a deployment, or after a pause of the traffic.",
    ];
  }
  return [
    isProposed
      ? `Cold calls took ${ms(coldInMs)} ms (p50), more than the target. ${effect}`
      : `Cold calls took ${ms(coldInMs)} ms (p50). If callers cannot wait, add provisionedConcurrency: ${provisioned}.`,
  ];
}
