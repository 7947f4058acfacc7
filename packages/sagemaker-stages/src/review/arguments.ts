import { readFileSync, statSync } from "node:fs";
import { type CommandForm, type CommandLine, UsageError } from "../lib/arguments";
import { GATES, type Gate } from "../lib/gates";
import { DEFAULT_LAYOUT, type Layout, readSections, SECTION_NAMES } from "./rendering/sections";
import { readTemplate } from "./rendering/template";

/** A file with Terraform's JSON of a plan, or the name of an environment or an account to plan. */
export type Source = { readonly file: string } | { readonly stack: string };

/** The arguments of `review`. */
export interface Arguments {
  /** The plans in the order of the command line, one per environment. */
  readonly plans: readonly Source[];
  /** Whether the output is JSON instead of Markdown. */
  readonly json: boolean;
  /** The sections of the Markdown. */
  readonly layout: Layout;
  /** The gates that end the command with status 3. */
  readonly failOn: readonly Gate[];
  /** Folder of the synthesized stacks, which contain the constructs' paths. */
  readonly stacks: string;
}

const DEFAULT_STACKS = "cdktf.out/stacks";

/** The form of the command line. */
export const REVIEW = {
  name: "review",
  summary: "Review the plan of an environment: risks, changes, access and cost",
  words: {
    plan: {
      occurs: "several",
      summary: `name of an environment or an account: the command synthesizes the stack and plans it with Terraform,
takes no lock and leaves no file; needs the credentials that \`terraform plan\` needs.
Or a file that \`terraform show -json <plan file>\` wrote, one file per environment. Keep the file outside
of the app's folder: it contains secrets such as the API key`,
    },
  },
  options: {
    json: { summary: "print JSON instead of Markdown" },
    sections: {
      value: "LIST",
      multiple: true,
      summary: `sections of the Markdown, separated by commas, in their order; the verdict is always the first line:
${SECTION_NAMES.slice(0, 7).join(", ")},
${SECTION_NAMES.slice(7).join(", ")}`,
    },
    template: {
      value: "FILE",
      summary: `Markdown file with a placeholder per section, such as {{access}}, in place of --sections;
the first line is {{verdict}}`,
    },
    "fail-on": {
      value: "LIST",
      multiple: true,
      summary: `gates, separated by commas; if a gate stops a plan, the exit status is 3:
destroy  a resource is destroyed or replaced, or a setting deletes stored data or backups
widen    a principal gains permissions, or reaches or calls more than before
public   anyone can use or call more than before
outage   callers of a deployed route or endpoint receive errors during or after the apply
A gate also stops undetermined changes: known after apply, masked or unsupported`,
    },
    stacks: {
      value: "FOLDER",
      summary: `folder of the synthesized stacks, whose construct paths replace addresses in the review;
default ${DEFAULT_STACKS}`,
    },
  },
  notes: `With npm: npm run --silent review -- <environment>

exit status: 0 after a review, 1 if a plan cannot be reviewed, 2 for a wrong command line or template, 3 if a gate stops a plan`,
} as const satisfies CommandForm;

/**
 * The arguments of a command line.
 *
 * @throws UsageError where an argument is not allowed
 */
export function readArguments({ words, options }: CommandLine<typeof REVIEW>): Arguments {
  return {
    plans: words.plan.map(sourceOf),
    json: options.json,
    layout: layoutFrom(options.sections, options.template),
    failOn: readGates(options["fail-on"]),
    stacks: options.stacks ?? DEFAULT_STACKS,
  };
}

function layoutFrom(sections: readonly string[], template: string | undefined): Layout {
  if (template === undefined) return sections.length === 0 ? DEFAULT_LAYOUT : readSections(sections);
  if (sections.length > 0) {
    throw new UsageError(
      "got --sections and --template; allowed: one of them (a template lists its sections)",
    );
  }
  return readTemplate(readTemplateFile(template), template);
}

function readTemplateFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UsageError(`--template: got ${file}, which cannot be read (${code}); allowed: a Markdown file`);
  }
}

/** The names that environments and accounts can have. */
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

function readGates(lists: readonly string[]): Gate[] {
  return lists
    .flatMap((list) => list.split(","))
    .map((word) => {
      const gate = GATES.find((known) => known === word.trim());
      if (gate === undefined) {
        throw new UsageError(`--fail-on: got ${JSON.stringify(word)}; allowed: ${GATES.join(", ")}`);
      }
      return gate;
    });
}
