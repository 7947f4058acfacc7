import { MAX_CONCURRENCY } from "../environment/settings/endpoint/serverless";
import { type PricedRoute, provisionedUsdPerMillion, requestPrice } from "./cost";
import type { DeployedSize } from "./deployed-size";
import type { Latencies, Measurements } from "./measurements";

/** A run of one deployed size. */
export interface SizedRun {
  readonly size: DeployedSize;
  readonly rate: number;
  readonly measurements: {
    readonly calls: Pick<Measurements["calls"], "ended" | "throttled" | "failed">;
    readonly latencyInMs: Readonly<Record<"warm" | "cold", Pick<Latencies, "mean" | "p50" | "p99">>>;
    readonly concurrency: Measurements["concurrency"];
    readonly generator: Pick<Measurements["generator"], "heldRate">;
    readonly queued: number;
  };
}

/** The concurrency that the model can have, beside the settings of its endpoint. */
export interface ConcurrencyLimits {
  /** The part of the quota of serverless endpoints that the other models of the account and region leave. */
  readonly serverless: number;
  /** The same for the reserved concurrency of functions. */
  readonly lambda: number;
  /** `reservedConcurrency` of the model's function; `undefined` without. */
  readonly reserved: number | undefined;
}

/** The proposed settings of a serverless endpoint. */
export interface ProposedSettings {
  readonly memorySizeInMb: number;
  readonly maxConcurrency: number;
  /** Absent without provisioned concurrency. */
  readonly provisionedConcurrency?: number;
}

/** A measured size, with the settings for its rate. */
export interface MeasuredSize {
  readonly memorySizeInMb: number;
  readonly warmP50InMs: number | null;
  readonly warmP99InMs: number | null;
  /** The median of the cold calls; `null` without a cold call. */
  readonly coldP50InMs: number | null;
  /** The fraction of the calls that failed, with the throttled calls. */
  readonly failed: number;
  /** The largest concurrency of the run with a reserve, at most AWS's maximum; `undefined` if one serverless endpoint cannot have it. */
  readonly maxConcurrency: number | undefined;
  /** Whether calls were throttled, so that the endpoint may need more than {@link maxConcurrency}. */
  readonly isThrottled: boolean;
  /** The provisioned concurrency that has a running instance for 99 % of the calls of the run. */
  readonly provisionedConcurrency: number;
  /** The provisioned concurrency of the endpoint during the run; 0 without. */
  readonly deployedProvisionedConcurrency: number;
  /** The largest number of calls in flight, with throttled calls: the function is occupied by all of them. */
  readonly functionConcurrency: number;
  /** Calls that waited in a pause of the stage, and which {@link maxConcurrency} therefore contains. */
  readonly queued: number;
  /** At most; `undefined` if a price of the endpoint is unknown. */
  readonly usdPerMillion: number | undefined;
  /** The same with the provisioned concurrency, at the rate of the run; `undefined` if a price is unknown. */
  readonly usdPerMillionProvisioned: number | undefined;
  /** Why the size cannot be proposed; `undefined` if it can. */
  readonly refusedBecause: string | undefined;
}

/** The settings that a measurement proposes. */
export interface Proposal {
  /** Ascending memory sizes. */
  readonly sizes: readonly MeasuredSize[];
  /** The cheapest size that can be proposed; `undefined` if no size can. */
  readonly proposed: MeasuredSize | undefined;
  /** The settings of {@link proposed}. */
  readonly settings: ProposedSettings | undefined;
  /** What the settings need beside them: larger quotas and a larger reserved concurrency, as sentences. */
  readonly needs: readonly string[];
}

/** Calls do not arrive as regularly in production as in the run. */
const RESERVE = 1.25;
/** More failed calls are a failure of the size. */
const MAX_FAILED = 0.001;

/**
 * Proposes the cheapest of the measured sizes that reaches the target. The price of a serverless endpoint is proportional to
 * memory × duration. Without a known price, this product decides.
 *
 * The proposal contains provisioned concurrency if the cold calls miss the target, or if the endpoint had provisioned concurrency
 * during the run: this run does not show the latency without it.
 *
 * @param p99InMs - the target; `undefined`: no target
 */
export function propose(
  route: PricedRoute,
  runs: readonly SizedRun[],
  p99InMs: number | undefined,
  limits: ConcurrencyLimits,
): Proposal {
  const measured = runs
    .map((run) => ({ run, size: measuredSize(route, run, p99InMs) }))
    .sort((one, other) => one.size.memorySizeInMb - other.size.memorySizeInMb);
  const [best] = measured
    .filter(({ size }) => size.refusedBecause === undefined)
    .sort((one, other) => costOf(one) - costOf(other));
  const settings = best && settingsOf(best.size, p99InMs);
  return {
    sizes: measured.map(({ size }) => size),
    proposed: best?.size,
    settings,
    needs: best === undefined || settings === undefined ? [] : needsOf(best.size, settings, limits),
  };
}

function settingsOf(
  {
    memorySizeInMb,
    maxConcurrency = 1,
    provisionedConcurrency,
    coldP50InMs,
    deployedProvisionedConcurrency,
  }: MeasuredSize,
  p99InMs: number | undefined,
): ProposedSettings {
  const coldMisses = p99InMs !== undefined && coldP50InMs !== null && coldP50InMs > p99InMs;
  if (!coldMisses && deployedProvisionedConcurrency === 0) return { memorySizeInMb, maxConcurrency };
  return {
    memorySizeInMb,
    maxConcurrency: Math.max(maxConcurrency, provisionedConcurrency),
    provisionedConcurrency,
  };
}

function needsOf(
  { functionConcurrency }: MeasuredSize,
  { maxConcurrency }: ProposedSettings,
  { serverless, lambda, reserved }: ConcurrencyLimits,
): string[] {
  const needs: string[] = [];
  if (maxConcurrency > serverless) {
    needs.push(
      `maxConcurrency: ${maxConcurrency} is more than the ${serverless} that the other serverless endpoints of the account and region leave. Request an increase of their quota in Service Quotas, and then set quotas.serverlessConcurrency.`,
    );
  }
  // An invocation waits before it returns the endpoint's throttling: the function needs more than the endpoint.
  const needed = Math.max(maxConcurrency + 1, Math.ceil(functionConcurrency * RESERVE));
  if (reserved !== undefined && reserved < needed) {
    needs.push(
      `function.reservedConcurrency: ${reserved} is too small for maxConcurrency: ${maxConcurrency}. Set at least ${needed}.${needed > lambda ? ` The other functions of the account and region leave ${lambda}: also request an increase of Lambda's quota "Concurrent executions", and then set quotas.lambdaConcurrency.` : ""}`,
    );
  }
  return needs;
}

function costOf({ run, size }: { readonly run: SizedRun; readonly size: MeasuredSize }): number {
  return size.usdPerMillion ?? size.memorySizeInMb * (run.measurements.latencyInMs.warm.mean ?? 0);
}

function measuredSize(
  route: PricedRoute,
  { size, rate, measurements }: SizedRun,
  p99InMs: number | undefined,
): MeasuredSize {
  const { calls, latencyInMs, concurrency, queued } = measurements;
  const { memorySizeInMb } = size;
  const { warm, cold } = latencyInMs;
  const failed = calls.ended === 0 ? 1 : (calls.failed + calls.throttled) / calls.ended;
  const needed = Math.max(1, concurrency.max);
  const maxConcurrency =
    needed > MAX_CONCURRENCY ? undefined : Math.min(Math.ceil(needed * RESERVE), MAX_CONCURRENCY);
  const provisionedConcurrency = Math.min(Math.max(1, concurrency.warmP99 ?? 1), MAX_CONCURRENCY);
  const onDemand = { ...route, size: { ...size, provisionedConcurrency: 0 } };
  const price = warm.mean === null ? undefined : requestPrice(onDemand, warm.mean);
  const isPriced = price?.parts.some(({ what }) => what === "serverless endpoint") === true;
  return {
    memorySizeInMb,
    warmP50InMs: warm.p50,
    warmP99InMs: warm.p99,
    coldP50InMs: cold.p50,
    failed,
    maxConcurrency,
    isThrottled: calls.throttled > 0,
    provisionedConcurrency,
    deployedProvisionedConcurrency: size.provisionedConcurrency,
    functionConcurrency: concurrency.maxWithThrottled,
    queued,
    usdPerMillion: isPriced ? price.usdPerMillion : undefined,
    usdPerMillionProvisioned:
      warm.mean === null
        ? undefined
        : provisionedUsdPerMillion(route, size, provisionedConcurrency, rate, warm.mean),
    refusedBecause: refusalOf(measurements, failed, maxConcurrency, p99InMs),
  };
}

function refusalOf(
  { latencyInMs: { warm }, generator }: SizedRun["measurements"],
  failed: number,
  maxConcurrency: number | undefined,
  p99InMs: number | undefined,
): string | undefined {
  if (!generator.heldRate) return "the run did not hold its rate";
  if (failed > MAX_FAILED) return `${(failed * 100).toFixed(1)} % of the calls failed or were throttled`;
  if (maxConcurrency === undefined) {
    return `the concurrency exceeds the maximum of a serverless endpoint, ${MAX_CONCURRENCY}`;
  }
  if (warm.p99 === null) return "fewer than 100 warm calls";
  if (p99InMs !== undefined && warm.p99 > p99InMs) {
    return `p99 is ${Math.round(warm.p99)} ms, more than ${p99InMs} ms`;
  }
  return undefined;
}
