import { type CommandForm, type CommandLine, UsageError } from "../lib/arguments";
import { isLoopback } from "../smoke/arguments";

/** The parsed and validated command line of `load`. */
export interface Arguments {
  /** Name of the environment. */
  readonly environment: string;
  /** Name of the called model; `undefined`: the only model of the environment. */
  readonly model: string | undefined;
  /** Requests per second. */
  readonly rate: number;
  /** Duration of the run in seconds. */
  readonly seconds: number;
  /** URL of a local stage, without a slash at the end; `undefined`: the URL is read from Terraform's outputs. */
  readonly url: string | undefined;
  /** The maximum number of requests that wait for their answers at the same time. */
  readonly maxInFlight: number;
  /** The time in which the first call must succeed, in seconds. */
  readonly waitInSeconds: number;
  /** The target for the 99th percentile of all calls, in milliseconds; `undefined`: the model's `objectives.p99InMs`. */
  readonly p99InMs: number | undefined;
  /** The memory sizes to compare in MB, ascending; empty: only the deployed size. */
  readonly sizes: readonly number[];
  /** The folder of the reports. */
  readonly folder: string;
  /** Whether to print the report as JSON instead of text. */
  readonly json: boolean;
  /** Whether to print the estimate only. */
  readonly dryRun: boolean;
  /** Whether the user permits requests to an environment with `protected: true`. */
  readonly allowProtected: boolean;
}

/**
 * The maximum rate: a tenth of API Gateway's default quota of an account and region, 10,000 requests per second, which other
 * APIs share (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
 */
export const MAX_RATE = 1_000;
/** Fifteen minutes. With {@link MAX_RATE}, the samples of a run need less than 50 MB. */
export const MAX_SECONDS = 900;
const DEFAULT_SECONDS = 60;
/** Each request needs a socket, and the default limit of open files is 1,024 on most systems. */
const MAX_IN_FLIGHT = 1_000;
const DEFAULT_IN_FLIGHT = 500;
/** As in the smoke test: the cold start of a serverless endpoint can take four minutes. */
const DEFAULT_WAIT_IN_SECONDS = 300;
const MAX_WAIT_IN_SECONDS = 3_600;
/** Longer than API Gateway waits for an integration by default. */
const MAX_TARGET_IN_MS = 60_000;
/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html */
const MEMORY_SIZES_IN_MB = [1024, 2048, 3072, 4096, 5120, 6144];

/** The default folder of the reports, in the folder of the app. */
export const REPORT_FOLDER = ".sagemaker-stages/load";

/** The form of the command line. */
export const LOAD = {
  name: "load",
  summary: "Call a model at a constant rate, and report the latency of cold and warm calls, and the price",
  words: {
    environment: {
      summary: "name of the environment; its URL is read from Terraform's outputs (terraform output)",
    },
  },
  options: {
    model: { value: "MODEL", summary: "the called model; default: the only model of the environment" },
    rate: { value: "N", summary: `requests per second; a whole number from 1 to ${MAX_RATE}` },
    seconds: {
      value: "N",
      summary: `duration of the run; 1 to ${MAX_SECONDS}, default ${DEFAULT_SECONDS}`,
    },
    url: {
      value: "URL",
      summary:
        "URL of a local stage (npm start), in place of Terraform's outputs,\ne.g. http://127.0.0.1:3000/dev; no other URL is allowed",
    },
    "max-in-flight": {
      value: "N",
      summary: `how many requests can wait for answers at the same time; 1 to ${MAX_IN_FLIGHT}, default ${DEFAULT_IN_FLIGHT}`,
    },
    wait: {
      value: "SECONDS",
      summary: `how long the first call can take, while an endpoint starts; 1 to ${MAX_WAIT_IN_SECONDS}, default ${DEFAULT_WAIT_IN_SECONDS}`,
    },
    p99: {
      value: "MS",
      summary: `target for the 99th percentile, for the exit status and the proposal; 1 to ${MAX_TARGET_IN_MS},\ndefault: objectives.p99InMs of the model`,
    },
    sizes: {
      value: "SIZES",
      summary:
        "compare memory sizes of a serverless endpoint in MB, e.g. 1024,2048,4096: measures the deployed size, and\nlists the sizes to deploy next; with all sizes measured, proposes a size",
    },
    folder: { value: "FOLDER", summary: `folder of the reports; default ${REPORT_FOLDER}` },
    json: { summary: "print the report as JSON" },
    "dry-run": { summary: "print the number of requests and the estimated price, and send nothing" },
    protected: { summary: "permit requests to an environment with protected: true" },
  },
  notes: `The variables of the smoke test also apply: SMOKE_API_KEY, SMOKE_API_KEYS, SMOKE_TOKEN and SMOKE_TOKEN_<MODEL>.
Ctrl-C ends the run, and prints the report so far.

example: npx sagemaker-stages load dev --model iris --rate 50 --seconds 60

exit status: 0 if every call succeeded and the rate was held, and at most 1 % of the calls missed the target; 1 if not; 2 for a wrong command line; 130 after Ctrl-C`,
} as const satisfies CommandForm;

/**
 * Validates the values of a parsed command line.
 *
 * @throws UsageError if an option's value is not allowed
 */
export function readArguments({ words, options }: CommandLine<typeof LOAD>): Arguments {
  if (options.rate === undefined) {
    throw new UsageError(
      `--rate: got nothing; allowed: requests per second, a whole number from 1 to ${MAX_RATE}`,
    );
  }
  const url = options.url === undefined ? undefined : readLocalUrl(options.url);
  if (url !== undefined && options.sizes !== undefined) {
    throw new UsageError(
      `--sizes: got ${options.sizes} with --url; allowed: without --url only, because the memory size of a local stage has no effect`,
    );
  }
  return {
    environment: words.environment,
    model: options.model,
    rate: readNumber("--rate", options.rate, MAX_RATE),
    seconds: readNumber("--seconds", options.seconds ?? String(DEFAULT_SECONDS), MAX_SECONDS),
    url,
    maxInFlight: readNumber(
      "--max-in-flight",
      options["max-in-flight"] ?? String(DEFAULT_IN_FLIGHT),
      MAX_IN_FLIGHT,
    ),
    waitInSeconds: readNumber("--wait", options.wait ?? String(DEFAULT_WAIT_IN_SECONDS), MAX_WAIT_IN_SECONDS),
    p99InMs: options.p99 === undefined ? undefined : readNumber("--p99", options.p99, MAX_TARGET_IN_MS),
    sizes: options.sizes === undefined ? [] : readSizes(options.sizes),
    folder: options.folder === undefined ? REPORT_FOLDER : readFolder(options.folder),
    json: options.json,
    dryRun: options["dry-run"],
    allowProtected: options.protected,
  };
}

function readNumber(option: string, word: string, max: number): number {
  const value = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (value >= 1 && value <= max) return value;
  throw new UsageError(`${option}: got ${word}; allowed: a whole number from 1 to ${max}`);
}

function readFolder(word: string): string {
  if (word.trim() !== "") return word;
  throw new UsageError(`--folder: got nothing; allowed: a folder, default ${REPORT_FOLDER}`);
}

function readSizes(text: string): readonly number[] {
  const sizes = [...new Set(text.split(",").map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN)))];
  if (sizes.length < 2 || !sizes.every((size) => MEMORY_SIZES_IN_MB.includes(size))) {
    throw new UsageError(
      `--sizes: got ${text}; allowed: two or more of ${MEMORY_SIZES_IN_MB.join(", ")}, separated by commas (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html)`,
    );
  }
  return sizes.sort((one, other) => one - other);
}

function readLocalUrl(word: string): string {
  const url = URL.canParse(word) ? new URL(word) : undefined;
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  const hasUser = url !== undefined && (url.username !== "" || url.password !== "");
  const hasOther = url === undefined || url.search !== "" || url.hash !== "" || hasUser;
  if (url === undefined || !isHttp || hasOther || !isLoopback(url.href)) {
    throw new UsageError(
      `--url: got ${word}; allowed: the URL of a local stage on this machine, e.g. http://127.0.0.1:3000/dev. For a deployed environment, omit --url: the command reads the URL from Terraform's outputs, and calls no other stage`,
    );
  }
  return url.href.replace(/\/+$/, "");
}
