/**
 * The commands of `cdktf` set this variable for the program that synthesizes
 * (https://github.com/hashicorp/terraform-cdk/blob/main/packages/@cdktf/cli-core/src/lib/synth-stack.ts).
 */
const SET_BY_CDKTF = "SYNTH_HCL_OUTPUT";

let areSilent = false;

/**
 * Prints a line that is no error and not part of the synthesis. `cdktf` shows standard error as `[ERROR]`, and passes standard output
 * on unchanged. Other commands pass standard error on, and keep standard output for their result.
 */
export function printNotice(line: string): void {
  if (areSilent) return;
  if (process.env[SET_BY_CDKTF] === undefined) console.error(line);
  else process.stdout.write(`${line}\n`);
}

/** Runs a function whose notices are not printed: each test file that synthesizes would repeat them. */
export function withoutNotices<Result>(run: () => Result): Result {
  const before = areSilent;
  areSilent = true;
  try {
    return run();
  } finally {
    areSilent = before;
  }
}
