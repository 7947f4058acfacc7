import { statSync } from "node:fs";
import { type CommandForm, type CommandLine, UsageError } from "../lib/arguments";
import type { Flags } from "./environment-report";

/** A file with Terraform's JSON of a plan, or the name of an environment or an account, which is planned. */
export type Source = { readonly file: string } | { readonly stack: string };

/** What the command line of `review` states. */
export interface Arguments {
  /** What is reviewed, in the order of the command line; one an environment. */
  readonly plans: readonly Source[];
  /** Whether JSON is written in place of Markdown. */
  readonly json: boolean;
  /** What ends it with status 3. */
  readonly failOn: readonly (keyof Flags)[];
  /** Folder of the synthesized stacks, which know the constructs' paths. */
  readonly stacks: string;
}

const FLAGS: readonly (keyof Flags)[] = ["destroy", "widen", "public"];

const DEFAULT_STACKS = "cdktf.out/stacks";

/** The form of the command line. */
export const REVIEW = {
  name: "review",
  summary: "Review the plan of an environment: risks, changes, access and cost",
  words: {
    plan: {
      occurs: "several",
      summary: `name of an environment or an account: the stack is synthesized and planned with Terraform, without a lock
and without a file left behind; needs the credentials that \`terraform plan\` needs.
Or a file that \`terraform show -json <plan file>\` wrote, one file per environment. Keep the file outside
of the app's folder: it holds secrets such as the API key`,
    },
  },
  options: {
    json: { summary: "print JSON instead of Markdown" },
    "fail-on": {
      value: "LIST",
      multiple: true,
      summary: `gates, separated by commas; if a gate stops a plan, the exit status is 3:
destroy  a resource is destroyed or replaced, or a setting deletes stored data or backups
widen    a principal gains permissions, or reaches or calls more than before
public   everybody can use or call more than before
A gate also stops undetermined changes: known after the apply, masked or not understood`,
    },
    stacks: {
      value: "FOLDER",
      summary: `folder of the synthesized stacks, whose construct paths replace addresses in the review;
default ${DEFAULT_STACKS}`,
    },
  },
  notes: `With npm: npm run --silent review -- <environment>

exit status: 0 after a review, 1 if a plan cannot be reviewed, 2 for a wrong command line, 3 if a gate stops a plan`,
} as const satisfies CommandForm;

/**
 * What a command line states.
 *
 * @throws UsageError where a word or an option's value is not allowed
 */
export function readArguments({ words, options }: CommandLine<typeof REVIEW>): Arguments {
  return {
    plans: words.plan.map(sourceOf),
    json: options.json,
    failOn: readFlags(options["fail-on"]),
    stacks: options.stacks ?? DEFAULT_STACKS,
  };
}

/** How environments and accounts can be named. */
const NAME = /^[A-Za-z][\w-]*$/;

function sourceOf(word: string): Source {
  if (!NAME.test(word)) return { file: word };
  if (statSync(word, { throwIfNoEntry: false })?.isFile() === true) {
    throw new UsageError(
      `got ${word}, which is a file and can be an environment's name; write ./${word} for the file, or rename the file`,
    );
  }
  return { stack: word };
}

function readFlags(lists: readonly string[]): (keyof Flags)[] {
  return lists
    .flatMap((list) => list.split(","))
    .map((word) => {
      const flag = FLAGS.find((known) => known === word.trim());
      if (flag === undefined) {
        throw new UsageError(`--fail-on: got ${JSON.stringify(word)}; allowed: ${FLAGS.join(", ")}`);
      }
      return flag;
    });
}
