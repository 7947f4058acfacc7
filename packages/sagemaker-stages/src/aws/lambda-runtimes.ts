/** The three dates of the end of a runtime, as `YYYY-MM-DD`. AWS names days without a time zone: days are compared in UTC. */
export interface RuntimeEnd {
  /** Deprecation: from this day, AWS may stop security updates, and gives no technical support. */
  readonly deprecation: string;
  /** From this day, Lambda refuses new functions. */
  readonly blockCreate: string;
  /** From this day, Lambda refuses updates of functions: a fix of the handler cannot be deployed. */
  readonly blockUpdate: string;
}

/** A runtime of Lambda. */
interface LambdaRuntime extends RuntimeEnd {
  /**
   * The first version of Terraform's AWS provider that accepts the runtime. The provider compares the runtime with its own
   * list during a plan.
   *
   * @default - every version that the stacks allow
   */
  readonly provider?: string;
}

/** The source of every date. AWS can postpone a date. */
export const RUNTIMES_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html";

/** The source of {@link LambdaRuntime.provider}. */
export const PROVIDER_SOURCE = "https://github.com/hashicorp/terraform-provider-aws/blob/main/CHANGELOG.md";

/**
 * The runtimes for handlers in TypeScript, from old to new. `nodejs26.x` is missing: in October 2026, Lambda offered it as a
 * public preview, "not for production", without dates of its end ({@link RUNTIMES_SOURCE}).
 */
export const NODE_RUNTIMES = ["nodejs22.x", "nodejs24.x"] as const;

/** The runtimes for handlers in Python, from old to new. `python3.15` is missing for the reason of `nodejs26.x`. */
export const PYTHON_RUNTIMES = ["python3.11", "python3.12", "python3.13", "python3.14"] as const;

/** A runtime for handlers in TypeScript. */
export type NodeRuntime = (typeof NODE_RUNTIMES)[number];

/** A runtime for handlers in Python. */
export type PythonRuntime = (typeof PYTHON_RUNTIMES)[number];

/** The default runtime of handlers in TypeScript: the newest that every allowed version of the provider accepts. */
export const DEFAULT_NODE_RUNTIME = "nodejs22.x" satisfies NodeRuntime;

/** The default runtime of handlers in Python: the newest that every allowed version of the provider accepts. */
export const DEFAULT_PYTHON_RUNTIME = "python3.13" satisfies PythonRuntime;

/**
 * The days on which Lambda blocks the runtimes that ended before 2026-11. AWS postponed these days several times, and then
 * set the same days for all of these runtimes. These texts quote the days from AWS's page ({@link RUNTIMES_SOURCE}):
 *
 * - https://github.com/aws-cloudformation/cfn-lint/pull/4532 of 2026-06-02: AWS's linter takes over the days; `python3.8`
 * - https://github.com/aws-cloudformation/cfn-lint/issues/4531 of 2026-06-02: `nodejs20.x`
 * - https://github.com/aws/aws-rfdk/pull/1703 of 2026-07-08: `nodejs18.x`
 * - https://github.com/binxio/cfn-secret-provider/issues/78, the comment of 2026-09-15: `python3.9`
 * - https://github.com/aws-samples/iam-identity-center-team/issues/535 of 2026-05-25, AWS's notification: `python3.10`
 */
const POSTPONED = { blockCreate: "2027-02-01", blockUpdate: "2027-03-03" } as const;

/**
 * The first version of the provider whose changelog names `nodejs24.x` and `python3.14`: 6.21.0 of 2025-11-13
 * ({@link PROVIDER_SOURCE}). https://github.com/hashicorp/terraform-provider-aws/pull/45024 reports that 6.19.0 accepts
 * `nodejs24.x` and that 6.20.0 accepts `python3.14`. 5.100.0 refuses both.
 */
const PROVIDER_OF_2025_11 = "6.21.0";

/** The runtimes that stacks use or used ({@link RUNTIMES_SOURCE}). */
const RUNTIMES: Readonly<Record<string, LambdaRuntime>> = {
  "nodejs18.x": { deprecation: "2025-09-01", ...POSTPONED },
  "nodejs20.x": { deprecation: "2026-04-30", ...POSTPONED },
  "nodejs22.x": { deprecation: "2027-04-30", blockCreate: "2027-06-01", blockUpdate: "2027-07-01" },
  "nodejs24.x": {
    deprecation: "2028-04-30",
    blockCreate: "2028-06-01",
    blockUpdate: "2028-07-01",
    provider: PROVIDER_OF_2025_11,
  },
  "python3.8": { deprecation: "2024-10-14", ...POSTPONED },
  "python3.9": { deprecation: "2025-12-15", ...POSTPONED },
  "python3.10": { deprecation: "2026-10-31", ...POSTPONED },
  "python3.11": { deprecation: "2027-06-30", blockCreate: "2027-07-31", blockUpdate: "2027-08-31" },
  "python3.12": { deprecation: "2028-10-31", blockCreate: "2028-11-30", blockUpdate: "2029-01-10" },
  "python3.13": { deprecation: "2029-06-30", blockCreate: "2029-07-31", blockUpdate: "2029-08-31" },
  "python3.14": {
    deprecation: "2029-06-30",
    blockCreate: "2029-07-31",
    blockUpdate: "2029-08-31",
    provider: PROVIDER_OF_2025_11,
  },
};

/** The runtimes whose dates this release knows, including runtimes that it no longer sets. */
export const RUNTIMES_WITH_DATES: readonly string[] = Object.keys(RUNTIMES);

function lambdaRuntime(runtime: string): LambdaRuntime | undefined {
  return Object.hasOwn(RUNTIMES, runtime) ? RUNTIMES[runtime] : undefined;
}

/** The dates of the end of a runtime; `undefined` for an unknown runtime. */
export function endOfRuntime(runtime: string): RuntimeEnd | undefined {
  return lambdaRuntime(runtime);
}

/**
 * The first version of Terraform's AWS provider that accepts a runtime.
 *
 * @returns `undefined` for a runtime that every allowed version accepts, and for an unknown runtime
 */
export function providerOfRuntime(runtime: string): string | undefined {
  return lambdaRuntime(runtime)?.provider;
}

/**
 * The runtime of the same language that AWS supports longest on a day.
 *
 * @returns `undefined` if AWS does not support another runtime longer than `runtime`
 */
export function successorOf(runtime: string, now: Date): NodeRuntime | PythonRuntime | undefined {
  const supportEnds = (candidate: string) => endOfRuntime(candidate)?.deprecation ?? "";
  const candidates: readonly (NodeRuntime | PythonRuntime)[] = runtime.startsWith("python")
    ? PYTHON_RUNTIMES
    : NODE_RUNTIMES;
  let longest: NodeRuntime | PythonRuntime | undefined;
  for (const candidate of candidates) {
    // Of two runtimes with the same date, the older runtime needs no newer provider.
    if (supportEnds(candidate) > supportEnds(longest ?? runtime)) longest = candidate;
  }
  return longest !== undefined && supportEnds(longest) > dayOf(now) ? longest : undefined;
}

/** The time before the end of a runtime from which the end is reported. */
export type Notice =
  /** AWS sends the first notice then (https://docs.aws.amazon.com/lambda/latest/dg/runtime-support-policy.html). */
  | "180 days"
  /** The same day of the year before. */
  | "one year";

const DAY_IN_MS = 24 * 60 * 60 * 1000;

/** The state of a runtime on a day. */
export interface RuntimeState {
  /** `ended`: deprecated on that day; `ends soon`: within the notice before. */
  readonly state: "ended" | "ends soon";
  /** Whether Lambda refuses new functions on that day. */
  readonly refusesNewFunctions: boolean;
  /** The state in one sentence, with the dates. */
  readonly text: string;
}

/**
 * The state of a runtime. The synthesized Terraform must not depend on the result, because the result depends on the clock.
 *
 * @returns `undefined` for an unknown runtime, and for a runtime whose support ends after the notice
 */
export function stateOfRuntime(
  runtime: string,
  now: Date,
  notice: Notice = "180 days",
): RuntimeState | undefined {
  const end = endOfRuntime(runtime);
  if (end === undefined || !isWithin(notice, end, now)) return undefined;
  const { deprecation, blockCreate, blockUpdate } = end;
  const today = dayOf(now);
  const step = (day: string, what: string) =>
    `${today >= day ? `since ${day}` : `from ${day} on`} Lambda ${today >= day ? "refuses" : "will refuse"} ${what}`;
  const steps = `${step(blockCreate, "new functions")}, ${step(blockUpdate, "updates of functions")}`;
  const refusesNewFunctions = today >= blockCreate;
  return today >= deprecation
    ? {
        state: "ended",
        refusesNewFunctions,
        text: `AWS ended the support of ${runtime} on ${deprecation}; ${steps}`,
      }
    : {
        state: "ends soon",
        refusesNewFunctions,
        text: `AWS supports ${runtime} until ${deprecation}; ${steps}`,
      };
}

function isWithin(notice: Notice, { deprecation }: RuntimeEnd, now: Date): boolean {
  if (notice === "180 days") return Math.ceil((Date.parse(deprecation) - now.getTime()) / DAY_IN_MS) <= 180;
  const [year, monthAndDay] = [Number(deprecation.slice(0, 4)), deprecation.slice(4)];
  return dayOf(now) >= `${year - 1}${monthAndDay}`;
}

/** The day in UTC, so that the result does not depend on the machine's time zone. */
function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}
