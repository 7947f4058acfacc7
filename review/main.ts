import { readFileSync } from "node:fs";
import { UsageError } from "../command-line/words";
import { readArguments, USAGE } from "./arguments";
import { readConstructPaths } from "./construct-paths";
import { NotReviewable } from "./errors";
import { toMarkdown } from "./markdown/render";
import { type Plan, readPlans, withConstructPaths } from "./plan";
import { reportOf } from "./report";

/** Status of a gate that something did not pass. */
const GATE = 3;

function main(words: readonly string[]): number {
  const asked = readArguments(words);
  if (asked === undefined) {
    say(USAGE);
    return 0;
  }
  const files = asked.plans.map((file) => ({ file, text: readText(file) }));
  const plans = readPlans(files).map((plan) =>
    withConstructPaths(plan, readConstructPaths(asked.stacks, plan.environment)),
  );
  requireApart(plans, asked.plans);
  const report = reportOf(plans);
  say(asked.json ? JSON.stringify(report, null, 2) : toMarkdown(report));

  const failing = asked.failOn.filter((flag) => report.environments.some(({ flags }) => flags[flag]));
  if (failing.length === 0) return 0;
  console.error(`review: ${failing.join(", ")} (--fail-on)`);
  return GATE;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new NotReviewable(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
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

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof NotReviewable || error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
