/** The end of a runtime in its three steps, each a day as `YYYY-MM-DD`. */
export interface RuntimeEnd {
  /** Deprecation: AWS may stop security updates, and gives no technical support. */
  readonly deprecation: string;
  /** Lambda refuses new functions. */
  readonly blockCreate: string;
  /** Lambda refuses updates of functions: a fix of the handler can no longer be deployed. */
  readonly blockUpdate: string;
}

/** The source of every date. AWS can postpone a date. */
export const RUNTIMES_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html";

/** The runtime of handlers in TypeScript. */
export const NODE_RUNTIME = "nodejs22.x";

/** The runtime of handlers in Python where the environment names none. */
export const DEFAULT_PYTHON_RUNTIME = "python3.13";

/**
 * The runtimes for handlers in Python: supported by Lambda at this release, and accepted by every version of Terraform's
 * AWS provider that the stacks allow. The provider checks the runtime at plan: 5.100 does not know `python3.14`.
 */
export const PYTHON_RUNTIMES = ["python3.11", "python3.12", "python3.13"] as const;

/** A runtime for handlers in Python. */
export type PythonRuntime = (typeof PYTHON_RUNTIMES)[number];

/** The ends of the runtimes that stacks use or used ({@link RUNTIMES_SOURCE}). */
const ENDS: Readonly<Record<string, RuntimeEnd>> = {
  "nodejs18.x": { deprecation: "2025-09-01", blockCreate: "2026-08-31", blockUpdate: "2026-09-30" },
  "nodejs20.x": { deprecation: "2026-04-30", blockCreate: "2026-06-01", blockUpdate: "2026-07-01" },
  "nodejs22.x": { deprecation: "2027-04-30", blockCreate: "2027-06-01", blockUpdate: "2027-07-01" },
  "nodejs24.x": { deprecation: "2028-04-30", blockCreate: "2028-06-01", blockUpdate: "2028-07-01" },
  "python3.8": { deprecation: "2024-10-14", blockCreate: "2026-08-31", blockUpdate: "2026-09-30" },
  "python3.9": { deprecation: "2025-12-15", blockCreate: "2026-08-31", blockUpdate: "2026-09-30" },
  "python3.10": { deprecation: "2026-10-31", blockCreate: "2026-11-30", blockUpdate: "2027-01-15" },
  "python3.11": { deprecation: "2027-06-30", blockCreate: "2027-07-31", blockUpdate: "2027-08-31" },
  "python3.12": { deprecation: "2028-10-31", blockCreate: "2028-11-30", blockUpdate: "2029-01-10" },
  "python3.13": { deprecation: "2029-06-30", blockCreate: "2029-07-31", blockUpdate: "2029-08-31" },
  "python3.14": { deprecation: "2029-06-30", blockCreate: "2029-07-31", blockUpdate: "2029-08-31" },
};

/** The end of a runtime; `undefined` where this release does not know the runtime. */
export function endOfRuntime(runtime: string): RuntimeEnd | undefined {
  return Object.hasOwn(ENDS, runtime) ? ENDS[runtime] : undefined;
}

/** Days before the deprecation from which AWS sends notices (https://docs.aws.amazon.com/lambda/latest/dg/runtime-support-policy.html). */
const NOTICE_IN_DAYS = 180;

const DAY_IN_MS = 24 * 60 * 60 * 1000;

/** The state of a runtime on a day. */
export interface RuntimeState {
  /** `ended`: deprecated on that day; `ends soon`: within the 180 days before. */
  readonly state: "ended" | "ends soon";
  /** The state in one sentence, with the dates. */
  readonly text: string;
}

/**
 * The state of a runtime. A synthesis must not call this function: its result depends on the clock.
 *
 * @returns `undefined` where the runtime is supported for at least 180 days more, or is not known
 */
export function stateOfRuntime(runtime: string, now: Date): RuntimeState | undefined {
  const end = endOfRuntime(runtime);
  if (end === undefined) return undefined;
  const { deprecation, blockCreate, blockUpdate } = end;
  const daysLeft = Math.ceil((Date.parse(deprecation) - now.getTime()) / DAY_IN_MS);
  if (daysLeft > NOTICE_IN_DAYS) return undefined;
  const today = now.toISOString().slice(0, 10);
  const step = (day: string, what: string) =>
    `${today >= day ? `since ${day}` : `from ${day} on`} Lambda ${today >= day ? "refuses" : "will refuse"} ${what}`;
  const steps = `${step(blockCreate, "new functions")}, ${step(blockUpdate, "updates of functions")}`;
  return today >= deprecation
    ? { state: "ended", text: `AWS supports ${runtime} no longer since ${deprecation}; ${steps}` }
    : { state: "ends soon", text: `AWS supports ${runtime} until ${deprecation}; ${steps}` };
}
