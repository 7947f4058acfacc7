import { UserError } from "../lib/user-error";
import type { Arguments, Source } from "./arguments";
import { readConstructPaths } from "./construct-paths";
import { NotReviewable } from "./errors";
import { toMarkdown } from "./markdown/render";
import { type Plan, type PlanFile, readPlans, withConstructPaths } from "./plan";
import { readText } from "./plan-text";
import { planStacks } from "./planning";
import { reportOf } from "./report";

/** Status of a gate that something did not pass. */
const GATE = 3;

async function run(asked: Arguments): Promise<number> {
  const files = await filesOf(asked.plans);
  const plans = readPlans(files).map((plan) =>
    withConstructPaths(plan, readConstructPaths(asked.stacks, plan.environment)),
  );
  requireApart(
    plans,
    files.map(({ file }) => file),
  );
  const report = reportOf(plans);
  say(asked.json ? JSON.stringify(report, null, 2) : toMarkdown(report));

  const failing = asked.failOn.filter((flag) => report.environments.some(({ flags }) => flags[flag]));
  if (failing.length === 0) return 0;
  console.error(`review: ${failing.join(", ")} (--fail-on)`);
  return GATE;
}

/** Reads what is in files first, for that is quick, and plans the rest. */
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

/** Two plans of one environment could both be right, and only one of them be applied. */
function requireApart(plans: readonly Plan[], files: readonly string[]): void {
  const seen = new Map<string, string>();
  plans.forEach(({ environment }, index) => {
    const file = files[index] ?? "";
    const other = seen.get(environment);
    if (other !== undefined) {
      throw new NotReviewable(
        `${other} and ${file} are both plans of ${environment}; give one an environment`,
      );
    }
    seen.set(environment, file);
  });
}

function say(text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
}

/**
 * A line for a fault of the review itself: its kind and its place. Its message and its stack can quote a plan, which
 * holds secrets.
 */
function describeFault(error: unknown): string {
  const place = error instanceof Error ? /\b(review\/[\w./-]+:\d+)/.exec(error.stack ?? "")?.[1] : undefined;
  const kind = error instanceof Error ? error.name : "fault";
  return `review: this plan cannot be reviewed because of a fault of the review (${kind} in ${place ?? "an unknown place"}); report it with the Terraform version of the plan`;
}

/**
 * Reviews plans, and prints the review.
 *
 * @returns the exit status: 0 after a review, or 3 where a gate stops a plan
 * @throws UserError where a plan cannot be reviewed
 */
export async function reviewPlans(asked: Arguments): Promise<number> {
  try {
    return await run(asked);
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(describeFault(error));
  }
}
