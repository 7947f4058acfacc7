import { UserError } from "../lib/user-error";
import type { Arguments, Source } from "./arguments";
import { NotReviewable } from "./errors";
import { planStacks } from "./planning";
import { type Plan, type PlanFile, readPlans, withConstructPaths } from "./reading/plan";
import { readText } from "./reading/plan-text";
import { readSynthesizedStacks, stackOf } from "./reading/synthesized-stack";
import { toJson } from "./rendering/json";
import { toMarkdown } from "./rendering/render";
import { reportOf } from "./report";

/** Exit status if a gate stops a plan. */
const GATE_STATUS = 3;

async function run(args: Arguments): Promise<number> {
  const files = await filesOf(args.plans);
  const stacks = readSynthesizedStacks(args.stacks);
  const plans = readPlans(files).map((plan): Plan => {
    const { paths, isProtected } = stackOf(stacks, plan.environment);
    return { ...withConstructPaths(plan, paths), isProtected };
  });
  requireDistinct(
    plans,
    files.map(({ file }) => file),
  );
  const report = reportOf(plans);
  print(args.json ? toJson(report) : toMarkdown(report, { layout: args.layout }));

  const failing = args.failOn.filter((flag) => report.environments.some(({ flags }) => flags[flag]));
  if (failing.length === 0) return 0;
  console.error(`review: ${failing.join(", ")} (--fail-on)`);
  return GATE_STATUS;
}

/** Reads files first, because planning is slow and a missing file is found at once. */
async function filesOf(sources: readonly Source[]): Promise<readonly PlanFile[]> {
  const read = new Map(
    sources.flatMap((one) =>
      "file" in one ? [[one, { file: one.file, text: readText(one.file) }] as const] : [],
    ),
  );
  const stacks = sources.flatMap((one) => ("stack" in one ? one.stack : []));
  const planned =
    stacks.length === 0
      ? []
      : await planStacks([...new Set(stacks)], (step) => console.error(`review: ${step} …`));
  return sources.flatMap((one) => {
    const found = "file" in one ? read.get(one) : planned[[...new Set(stacks)].indexOf(one.stack)];
    return found ?? [];
  });
}

/** Requires one plan per environment: only one of two plans can be applied. */
function requireDistinct(plans: readonly Plan[], files: readonly string[]): void {
  const seen = new Map<string, string>();
  plans.forEach(({ environment }, index) => {
    const file = files[index] ?? "";
    const other = seen.get(environment);
    if (other !== undefined) {
      throw new NotReviewable(
        `${other} and ${file} are both plans of ${environment}; allowed: one plan per environment`,
      );
    }
    seen.set(environment, file);
  });
}

function print(text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
}

/**
 * A line about an internal error: its name and its place. The error's message and stack are omitted, because they can
 * quote a plan, which contains secrets.
 */
function describeFault(error: unknown): string {
  const place = error instanceof Error ? /\b(review\/[\w./-]+:\d+)/.exec(error.stack ?? "")?.[1] : undefined;
  const kind = error instanceof Error ? error.name : "fault";
  return `review: this plan cannot be reviewed because of an internal error (${kind} in ${place ?? "an unknown place"}); report it with the Terraform version of the plan`;
}

/**
 * Reviews plans and prints the review.
 *
 * @returns the exit status: 0 after a review, or 3 where a gate stops a plan
 * @throws UserError where a plan cannot be reviewed
 */
export async function reviewPlans(args: Arguments): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(describeFault(error));
  }
}
