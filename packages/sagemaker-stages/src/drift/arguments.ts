import { type CommandForm, type CommandLine, UsageError } from "../lib/arguments";
import { DEFAULT_KS, DEFAULT_MIN_ROWS, DEFAULT_PSI, type Thresholds } from "./compare";

/** The exit statuses of `drift`. 2 is the status of every command for a wrong command line. */
export const STATUS = { stable: 0, drift: 1, tooFew: 3, notCompared: 4 } as const;

/** The default of `--from`, without `--captured`. */
const DEFAULT_FROM = "7d";

/** The form of the command line of `baseline`. */
export const BASELINE = {
  name: "baseline",
  summary:
    "Write the distributions of a training sample to functions/<model>/baseline.json, for the command drift",
  words: { model: { summary: "name of the model" } },
  options: {
    data: {
      value: "FILE",
      summary:
        "the training sample: CSV whose first line names the columns, or JSON lines with a row, a request or a captured\nrequest per line (.jsonl)",
    },
    drop: {
      value: "NAMES",
      summary:
        "columns of the file that are not features, e.g. id,label. A column that the model's example request does not contain is left out",
    },
    columns: {
      value: "NAMES",
      summary: "the names of all columns, if the first line of the CSV file is a row",
    },
    at: {
      value: "DAY",
      summary:
        "the day of the sample, e.g. 2026-11-30, or the column with the day of each row: drift then compares the ages of dates,\nand not only their missing values",
    },
  },
  notes: `The file contains numbers of rows for each value or range of a feature, and not which values belong to one row.
Commit the file.

example: npx sagemaker-stages baseline iris --data iris.csv --drop species`,
} as const satisfies CommandForm;

/** The form of the command line of `drift`. */
export const DRIFT = {
  name: "drift",
  summary: "Compare captured requests of an environment with the baselines of the models (data drift)",
  words: { environment: { summary: "name of the environment" } },
  options: {
    model: { value: "MODEL", summary: "compare only this model; default: every model with a baseline" },
    captured: {
      value: "PLACE",
      summary:
        "folder or S3 URI with captured requests; default: the bucket of the model's capture or dataCapture.\nThe local stage writes to .sagemaker-stages/capture/<environment>",
    },
    from: {
      value: "TIME",
      summary: `captured from this time on: a date and time in UTC, or hours or days before now, e.g. 24h;\ndefault ${DEFAULT_FROM}, with --captured all`,
    },
    to: { value: "TIME", summary: "captured before this time; default: now" },
    psi: {
      value: "N",
      summary: `population stability index from which a feature drifts; default ${DEFAULT_PSI}`,
    },
    ks: {
      value: "N",
      summary: `Kolmogorov-Smirnov statistic from which a feature drifts; default ${DEFAULT_KS}`,
    },
    "min-rows": {
      value: "N",
      summary: `captured rows that a statement needs at least; default ${DEFAULT_MIN_ROWS}`,
    },
    html: {
      value: "FILE",
      summary: "file for the picture; default .sagemaker-stages/drift/<environment>.html",
    },
    json: { value: "FILE", summary: "also write the figures to a file in JSON" },
    "put-metric": { summary: "send the number of drifting features to CloudWatch: SageMakerStages, Drift" },
  },
  notes: `The command reads S3 with your AWS credentials.

example: npx sagemaker-stages drift staging --from 24h --put-metric

exit status: 0 if no feature drifts, 1 if a feature drifts, 2 for a wrong command line, 3 if there are too few captured rows for a statement, 4 if the samples cannot be compared, e.g. without a baseline`,
} as const satisfies CommandForm;

/** The parsed and validated command line of `baseline`. */
export interface BaselineArguments {
  readonly model: string;
  readonly data: string;
  /** The names of columns that are not features. */
  readonly drop: readonly string[];
  /** The names of all columns; `undefined`: the first line of the file contains the names. */
  readonly columns: readonly string[] | undefined;
  /**
   * The day of the sample, or the name of the column with the day of each row.
   *
   * @default - only the missing values of dates are compared
   */
  readonly at?: string | undefined;
}

/** The times of captured requests that are compared. */
export interface Period {
  /** `undefined`: without a limit. */
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

/** The parsed and validated command line of `drift`. */
export interface DriftArguments {
  readonly environment: string;
  /** `undefined`: every model with a baseline. */
  readonly model: string | undefined;
  /** A folder or an S3 URI; `undefined`: the bucket of the model's settings. */
  readonly captured: string | undefined;
  readonly period: Period;
  readonly thresholds: Thresholds;
  readonly html: string;
  /** `undefined`: no file. */
  readonly json: string | undefined;
  readonly putsMetric: boolean;
}

/**
 * Validates the values of a parsed command line.
 *
 * @throws UsageError if an option's value is not allowed
 */
export function readBaselineArguments({ words, options }: CommandLine<typeof BASELINE>): BaselineArguments {
  if (options.data === undefined) {
    throw new UsageError(
      "--data: got nothing; allowed: --data FILE, the training sample as CSV or JSON lines",
    );
  }
  const isCsv = !/\.(?:jsonl|ndjson)$/i.test(options.data);
  if (options.columns !== undefined && !isCsv) {
    throw new UsageError(`--columns: got ${options.columns} for JSON lines; allowed: with a CSV file only`);
  }
  return {
    model: words.model,
    data: options.data,
    drop: options.drop === undefined ? [] : readNames("--drop", options.drop),
    columns: options.columns === undefined ? undefined : readNames("--columns", options.columns),
    at: options.at,
  };
}

function readNames(option: string, list: string): string[] {
  const names = list.split(",").map((name) => name.trim());
  if (names.includes("") || new Set(names).size < names.length) {
    throw new UsageError(
      `${option}: got ${list}; allowed: names with commas between them, each once, e.g. age,bmi`,
    );
  }
  return names;
}

/**
 * Validates the values of a parsed command line.
 *
 * @param now - the current time
 * @throws UsageError if an option's value is not allowed
 */
export function readDriftArguments(
  { words, options }: CommandLine<typeof DRIFT>,
  now = new Date(),
): DriftArguments {
  const { environment } = words;
  const from = options.from ?? (options.captured === undefined ? DEFAULT_FROM : undefined);
  const period = {
    from: from === undefined ? undefined : readTime("--from", from, now),
    to: options.to === undefined ? undefined : readTime("--to", options.to, now),
  };
  if (period.from !== undefined && period.from >= (period.to ?? now)) {
    throw new UsageError(
      `--from: got ${period.from.toISOString()}; allowed: a time before ${(period.to ?? now).toISOString()}`,
    );
  }
  if (options.captured !== undefined && /^s3:/i.test(options.captured) && !S3_URI.test(options.captured)) {
    throw new UsageError(`--captured: got ${options.captured}; allowed: a folder, or s3://<bucket>/<prefix>`);
  }
  return {
    environment,
    model: options.model,
    captured: options.captured,
    period,
    thresholds: {
      psi: readPositive("--psi", options.psi, DEFAULT_PSI, Number.MAX_VALUE, "a number greater than 0"),
      ks: readPositive("--ks", options.ks, DEFAULT_KS, 1, "a number greater than 0, at most 1"),
      minRows: readRows(options["min-rows"]),
    },
    html: options.html ?? `.sagemaker-stages/drift/${environment}.html`,
    json: options.json,
    putsMetric: options["put-metric"],
  };
}

/** The form of an S3 URI. A bucket's name has 3 to 63 characters. */
export const S3_URI = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

function readTime(option: string, text: string, now: Date): Date {
  const [, amount, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  if (amount !== undefined)
    return new Date(now.getTime() - Number(amount) * (unit === "h" ? 3_600_000 : 86_400_000));
  const isTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$/.test(text);
  const time = new Date(text.length === 10 || text.endsWith("Z") ? text : `${text}Z`);
  if (isTime && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(
    `${option}: got ${text}; allowed: a date and time in UTC, e.g. 2026-11-30 or 2026-11-30T06:00:00Z, or hours or days before now, e.g. 24h or 7d`,
  );
}

function readPositive(
  option: string,
  text: string | undefined,
  absent: number,
  max: number,
  allowed: string,
): number {
  if (text === undefined) return absent;
  const number = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (number > 0 && number <= max) return number;
  throw new UsageError(`${option}: got ${text}; allowed: ${allowed}`);
}

function readRows(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MIN_ROWS;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--min-rows: got ${text}; allowed: a whole number from 1`);
}
