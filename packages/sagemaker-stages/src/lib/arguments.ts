import { type ParseArgsConfig, parseArgs } from "node:util";
import { UserError } from "./user-error";

/**
 * The command line does not have the form of the command. The message names the received value and the allowed values.
 */
export class UsageError extends UserError {
  override readonly name = "UsageError";
}

/** A positional argument of a command line, e.g. the name of an environment. */
export interface WordForm {
  /** The meaning of the word, in one sentence. A line end continues the text in the next line. */
  readonly summary: string;
  /**
   * The number of occurrences: `optional` means at most once, `any` zero times or more, `several` once or more. Only
   * the last word of a form can occur more than once.
   *
   * @default - exactly once
   */
  readonly occurs?: "optional" | "any" | "several";
}

/** An option of a command line, e.g. `--port N`. */
export interface OptionForm {
  /** The effect of the option, in one sentence. A line end continues the text in the next line. */
  readonly summary: string;
  /**
   * The placeholder of the option's value in the usage, e.g. `N`.
   *
   * @default - the option has no value
   */
  readonly value?: string;
  /**
   * Whether the option can occur more than once.
   *
   * @default false
   */
  readonly multiple?: true;
}

/** The form of a command line, for parsing the command line and for the usage. */
export interface CommandForm {
  /** The command's name, e.g. `review`. */
  readonly name: string;
  /** The effect of the command, in one line. */
  readonly summary: string;
  /** The words by name, in their order on the command line. */
  readonly words?: Readonly<Record<string, WordForm>>;
  /** The options by name, without hyphens. `help` exists in every command. */
  readonly options?: Readonly<Record<string, OptionForm>>;
  /** Paragraphs at the end of the usage, e.g. variables of the process and exit statuses. */
  readonly notes?: string;
}

type ValueOfWord<W> = W extends { occurs: "any" | "several" }
  ? readonly string[]
  : W extends { occurs: "optional" }
    ? string | undefined
    : string;

type ValueOfOption<O> = O extends { value: string }
  ? O extends { multiple: true }
    ? readonly string[]
    : string | undefined
  : boolean;

/** A parsed command line: the words and options of the form by name. */
export interface CommandLine<F extends CommandForm> {
  readonly words: { readonly [W in keyof F["words"]]: ValueOfWord<F["words"][W]> };
  readonly options: { readonly [O in keyof F["options"]]: ValueOfOption<F["options"][O]> };
}

/** Whether a command line requests the usage: it then needs nothing else. */
export function requestsHelp(words: readonly string[]): boolean {
  const options = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  return options.includes("--help") || options.includes("-h");
}

/**
 * Parses a command line.
 *
 * @param words - the command line after the command's name
 * @throws UsageError if a word is missing or superfluous, if an option is unknown, if an option has no value, or if a flag
 * has a value
 */
export function readCommandLine<const F extends CommandForm>(
  form: F,
  words: readonly string[],
): CommandLine<F> {
  const { values, positionals } = parse(form.options ?? {}, words);
  const line = { words: assignWords(form.words ?? {}, positionals), options: values };
  return line as unknown as CommandLine<F>;
}

function parse(options: Readonly<Record<string, OptionForm>>, words: readonly string[]) {
  const known = Object.entries(options);
  const config: NonNullable<ParseArgsConfig["options"]> = Object.fromEntries(
    known.map(([name, { value, multiple = false }]) => [
      name,
      { type: value === undefined ? "boolean" : "string", multiple },
    ]),
  );
  const { tokens, values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: config,
  });
  for (const token of tokens) {
    if (token.kind === "option") requireOption(options, token);
  }
  const absent = known.map(([name, { value, multiple }]) => [
    name,
    value === undefined ? false : multiple === true ? [] : undefined,
  ]);
  return { values: { ...Object.fromEntries(absent), ...values }, positionals };
}

/** An option on the command line. */
interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function requireOption(options: Readonly<Record<string, OptionForm>>, token: OptionToken): void {
  const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
  if (option === undefined || token.rawName !== `--${token.name}`) {
    const allowed = [...Object.entries(options).map(describeOption), "--help"].join(", ");
    throw new UsageError(`option: got ${token.rawName}; allowed: ${allowed}`);
  }
  const written = describeOption([token.name, option]);
  if (option.value === undefined && token.value !== undefined) {
    throw new UsageError(
      `--${token.name}: got the value ${token.value}; allowed: ${written}, without a value`,
    );
  }
  const isMissing = token.value === undefined || (token.inlineValue !== true && token.value.startsWith("-"));
  if (option.value !== undefined && isMissing) {
    throw new UsageError(
      token.value === undefined
        ? `--${token.name}: got no value; allowed: ${written}`
        : `--${token.name}: got no value before ${token.value}; allowed: ${written}, or --${token.name}=${option.value} for a value that starts with a hyphen`,
    );
  }
}

function assignWords(
  forms: Readonly<Record<string, WordForm>>,
  positionals: readonly string[],
): Record<string, string | undefined | readonly string[]> {
  const assigned: Record<string, string | undefined | readonly string[]> = {};
  let rest = positionals;
  for (const [name, { occurs = "once", summary }] of Object.entries(forms)) {
    const isList = occurs === "any" || occurs === "several";
    if (rest.length === 0 && (occurs === "once" || occurs === "several")) {
      throw new UsageError(`<${name}>: got nothing; allowed: ${toOneLine(summary)}`);
    }
    assigned[name] = isList ? rest : rest[0];
    rest = isList ? [] : rest.slice(1);
  }
  if (rest.length > 0) {
    const allowed = Object.keys(forms).map((name) => `<${name}>`);
    throw new UsageError(
      `word: got ${rest.join(" ")}; allowed: ${allowed.length === 0 ? "options only" : `${allowed.join(" ")} and options`}`,
    );
  }
  return assigned;
}

/** An option as the usage shows it, e.g. `--port N`. */
export function describeOption([name, { value }]: readonly [string, OptionForm]): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function toOneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}
