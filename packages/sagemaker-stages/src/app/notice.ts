import { createHash } from "node:crypto";

/**
 * The commands of `cdktf` set this variable for the program that synthesizes
 * (https://github.com/hashicorp/terraform-cdk/blob/main/packages/@cdktf/cli-core/src/lib/synth-stack.ts).
 */
const SET_BY_CDKTF = "SYNTH_HCL_OUTPUT";

/** The variable with the hashes of the printed lines, separated by spaces. The processes that this process starts inherit the variable. */
export const PRINTED_VARIABLE = "SAGEMAKER_STAGES_PRINTED_NOTICES";

let areSilent = false;

/**
 * Prints a line that is no error and not part of the synthesis. `cdktf` shows standard error as `[ERROR]`, and passes standard output
 * on unchanged. Other commands pass standard error on, and keep standard output for their result.
 *
 * A line is printed once, also if this process, or a process that it starts, synthesizes several times.
 */
export function printNotice(line: string): void {
  if (areSilent) return;
  const hash = createHash("sha256").update(line).digest("hex").slice(0, 16);
  const printed = process.env[PRINTED_VARIABLE]?.split(" ") ?? [];
  if (printed.includes(hash)) return;
  process.env[PRINTED_VARIABLE] = [...printed, hash].join(" ");
  if (process.env[SET_BY_CDKTF] === undefined) console.error(line);
  else process.stdout.write(`${line}\n`);
}

/** Runs a function whose notices are not printed: Jest would repeat the notices of each test file. */
export function withoutNotices<Result>(run: () => Result): Result {
  const before = areSilent;
  areSilent = true;
  try {
    return run();
  } finally {
    areSilent = before;
  }
}
