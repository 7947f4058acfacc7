import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";

/**
 * The error for a data file with unexpected content. The message names the place, the found value and the expected
 * value.
 */
export class UnexpectedData extends Error {
  override readonly name = "UnexpectedData";
}

/** The result of a training. */
export interface Outcome {
  /** The texts of the files to write, by path in the project. */
  readonly files: Readonly<Record<string, string>>;
  /** The measured figures as text, one per line. */
  readonly report: readonly string[];
}

/** A script that trains one model on the user's copies of public data files. */
export interface Training<Row> {
  /** The model's name. */
  readonly model: string;
  /** The publisher's names of the data files, in the order of the arguments. */
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

/** The error for an invalid argument or an unreadable file. */
class UnusableArguments extends Error {}

/**
 * Runs a training with the arguments of the command line: reads the data, writes the model's files into the project or
 * into the folder of `--out`, and prints the measured figures. If an argument or the data is not valid, the script writes
 * nothing and ends with status 1.
 */
export function runTraining<Row>(training: Training<Row>): void {
  try {
    const { folder, files } = readArguments(training);
    const rows = files.flatMap((file) => withFileName(file, () => training.read(readText(file))));
    const { files: results, report } = training.train(rows);
    for (const [path, text] of Object.entries(results)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    process.stdout.write(`${report.join("\n")}\nwritten: ${Object.keys(results).join(", ")}\n`);
  } catch (error) {
    if (!(error instanceof UnexpectedData || error instanceof UnusableArguments)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function readArguments<Row>({ model, files: expected }: Training<Row>): { folder: string; files: string[] } {
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

/** Adds the name of the file to an error about its data. */
function withFileName<Result>(file: string, read: () => Result): Result {
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

/** Formats a share: `97.4 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
