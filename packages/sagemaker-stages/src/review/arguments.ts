import { statSync } from "node:fs";
import { parseArguments, UsageError } from "../lib/arguments";
import type { Flags } from "./environment-report";

/** A file with Terraform's JSON of a plan, or the name of an environment or an account, which is planned. */
export type Source = { readonly file: string } | { readonly stack: string };

/** What `npm run review` was asked for. */
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

/** One line a rule. */
export const USAGE = `usage: npm run --silent review -- <environment or plan.json> … [--json] [--fail-on destroy,widen,public] [--stacks FOLDER]

  <environment>     name of an environment or an account: it is synthesized and planned with Terraform, without a lock
                    and without a file left behind; needs what \`terraform plan\` needs
  <plan.json>       what \`terraform show -json <plan file>\` wrote, one file an environment. Keep it outside of the
                    project: it holds secrets such as the API key
  --json            JSON in place of Markdown
  --fail-on LIST    end with status 3 where a gate stops the plan:
                    destroy  a resource is destroyed or replaced, or a setting deletes stored data or backups
                    widen    somebody can do, reach or call what they could not before
                    public   everybody can use or call what they could not before
                    A gate also stops what is undetermined: known after the apply, masked or not understood
  --stacks FOLDER   where the synthesized stacks are, whose constructs' paths are told in place of addresses;
                    default ${DEFAULT_STACKS}

It ends with 0 after a review, with 2 where nothing could be reviewed, and with 3 where --fail-on says so.`;

const OPTIONS = {
  json: { type: "boolean" },
  "fail-on": { type: "string", multiple: true },
  stacks: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/**
 * @param words - the command line without node and script
 * @returns `undefined` where help was asked for
 * @throws UsageError
 */
export function readArguments(words: readonly string[]): Arguments | undefined {
  const { values, positionals } = parseArguments(words, OPTIONS, USAGE);
  if (values.help === true) return undefined;
  if (positionals.length === 0) throw new UsageError(`got no environment and no plan\n\n${USAGE}`);
  return {
    plans: positionals.map(sourceOf),
    json: values.json === true,
    failOn: readFlags(values["fail-on"]),
    stacks: values.stacks ?? DEFAULT_STACKS,
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

function readFlags(lists: readonly string[] = []): (keyof Flags)[] {
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
