/** The three dates of the end of a runtime, as `YYYY-MM-DD`. */
export interface RuntimeEnd {
  /** Deprecation: from this day, AWS may stop security updates, and gives no technical support. */
  readonly deprecation: string;
  /** From this day, Lambda refuses new functions. */
  readonly blockCreate: string;
  /** From this day, Lambda refuses updates of functions: a fix of the handler cannot be deployed. */
  readonly blockUpdate: string;
}

/** The source of every date. AWS can postpone a date. */
export const RUNTIMES_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html";

/** The runtime of handlers in TypeScript. */
export const NODE_RUNTIME = "nodejs22.x";

/** The default runtime of handlers in Python. */
export const DEFAULT_PYTHON_RUNTIME = "python3.13";

/**
 * The runtimes for handlers in Python: Lambda supports these runtimes at the time of this release, and every version of
 * Terraform's AWS provider that the stacks allow accepts these runtimes. The provider checks the runtime during a plan:
 * version 5.100 refuses `python3.14`.
 */
export const PYTHON_RUNTIMES = ["python3.11", "python3.12", "python3.13"] as const;

/** A runtime for handlers in Python. */
export type PythonRuntime = (typeof PYTHON_RUNTIMES)[number];

/** The dates of the runtimes that stacks use or used ({@link RUNTIMES_SOURCE}). */
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

/** The dates of the end of a runtime; `undefined` for an unknown runtime. */
export function endOfRuntime(runtime: string): RuntimeEnd | undefined {
  return Object.hasOwn(ENDS, runtime) ? ENDS[runtime] : undefined;
}

/** The number of days before a deprecation when AWS sends the first notice (https://docs.aws.amazon.com/lambda/latest/dg/runtime-support-policy.html). */
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
 * The state of a runtime. A synthesis must not call this function, because the result depends on the clock.
 *
 * @returns `undefined` for an unknown runtime, and for a runtime that is supported for more than 180 days
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
    ? { state: "ended", text: `AWS ended the support of ${runtime} on ${deprecation}; ${steps}` }
    : { state: "ends soon", text: `AWS supports ${runtime} until ${deprecation}; ${steps}` };
}
