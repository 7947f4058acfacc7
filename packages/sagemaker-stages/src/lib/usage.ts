import { type CommandForm, describeOption, type OptionForm, type WordForm } from "./arguments";

/** A term of a usage text and its explanation. */
type Entry = readonly [term: string, explanation: string];

const HELP: Entry = ["--help, -h", "print this text"];

/**
 * The usage of a command: the form of the command line, the summary, the words, the options and the notes.
 *
 * @param program - the command line up to the command's name, e.g. `npx sagemaker-stages review`
 */
export function describeUsage(form: CommandForm, program: string): string {
  const words = Object.entries(form.words ?? {});
  const options = Object.entries(form.options ?? {});
  const line = [program, ...words.map(describeOccurrence), ...options.map(describeOptionOccurrence)].join(
    " ",
  );
  const entries = [
    ...words.map(([name, { summary }]): Entry => [`<${name}>`, summary]),
    ...options.map(([name, option]): Entry => [describeOption([name, option]), option.summary]),
    HELP,
  ];
  return joinParagraphs([`usage: ${line}`, `${form.summary}.`, describeEntries(entries), form.notes]);
}

/**
 * The usage of a group of commands: a table of the commands with their summaries.
 *
 * @param program - the command line up to the group's name, e.g. `npx sagemaker-stages`
 */
export function describeGroup(
  group: Pick<CommandForm, "summary" | "notes">,
  commands: readonly Pick<CommandForm, "name" | "summary">[],
  program: string,
): string {
  return joinParagraphs([
    `usage: ${program} <command>`,
    `${group.summary}.`,
    describeEntries(commands.map(({ name, summary }): Entry => [name, summary])),
    group.notes,
    `For the usage of a command: ${program} <command> --help`,
  ]);
}

function describeOccurrence([name, { occurs }]: readonly [string, WordForm]): string {
  switch (occurs) {
    case "optional":
      return `[<${name}>]`;
    case "any":
      return `[<${name}> …]`;
    case "several":
      return `<${name}> …`;
    default:
      return `<${name}>`;
  }
}

function describeOptionOccurrence([name, option]: readonly [string, OptionForm]): string {
  const written = describeOption([name, option]);
  return option.multiple === true ? `[${written} …]` : `[${written}]`;
}

/** The terms in one column, the explanations in another. */
function describeEntries(entries: readonly Entry[]): string {
  const width = Math.max(...entries.map(([term]) => term.length));
  const indentation = `\n${" ".repeat(width + 4)}`;
  return entries
    .map(([term, explanation]) => `  ${term.padEnd(width)}  ${explanation.replaceAll("\n", indentation)}`)
    .join("\n");
}

function joinParagraphs(paragraphs: readonly (string | undefined)[]): string {
  return `${paragraphs.filter((paragraph) => paragraph !== undefined).join("\n\n")}\n`;
}
