import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";

/** Data are not what a training expects. The message says where, what was got and what is expected. */
export class UnexpectedData extends Error {
  override readonly name = "UnexpectedData";
}

/** What a training made. */
export interface Outcome {
  /** Texts of the files to write, by their path in the project. */
  readonly files: Readonly<Record<string, string>>;
  /** What was measured, for people; a line each. */
  readonly report: readonly string[];
}

/** A script that trains one model on files that its user has. */
export interface Training<Row> {
  /** The model's name. */
  readonly model: string;
  /** The data's files as their publisher calls them, in the order of the arguments. */
  readonly files: readonly string[];
  /** @throws UnexpectedData */
  read(text: string): readonly Row[];
  /**
   * The same rows give the same outcome.
   *
   * @throws UnexpectedData
   */
  train(rows: readonly Row[]): Outcome;
}

const PROJECT = join(__dirname, "..");

/** The words of the command line, or a file that they name, cannot be used. */
class UnusableArguments extends Error {}

/**
 * Runs a training with the words of the command line: reads the data, writes what was made into the project, or
 * into the folder of `--out`, and prints what was measured. Ends with the status 1 where the words or the data
 * cannot be used; then nothing is written.
 */
export function runTraining<Row>(training: Training<Row>): void {
  try {
    const { folder, files } = readWords(training);
    const rows = files.flatMap((file) => explained(file, () => training.read(readText(file))));
    const { files: made, report } = training.train(rows);
    for (const [path, text] of Object.entries(made)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    process.stdout.write(`${report.join("\n")}\nwritten: ${Object.keys(made).join(", ")}\n`);
  } catch (error) {
    if (!(error instanceof UnexpectedData || error instanceof UnusableArguments)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function readWords<Row>({ model, files: expected }: Training<Row>): { folder: string; files: string[] } {
  const usage = `usage: npx tsx functions/${model}/training/train.ts [--out <folder>] ${expected.map((file) => `<${file}>`).join(" ")}`;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { out: { type: "string" } },
    });
    if (positionals.length !== expected.length) {
      throw new Error(`got ${positionals.length} file(s); expected ${expected.length}`);
    }
    return { folder: values.out ?? PROJECT, files: positionals };
  } catch (error) {
    throw new UnusableArguments(`${messageOf(error)}\n${usage}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UnusableArguments(messageOf(error));
  }
}

/** Says which file the data are in. */
function explained<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnexpectedData)) throw error;
    throw new UnexpectedData(`${basename(file)}: ${error.message}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A share for people: `97.4 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
