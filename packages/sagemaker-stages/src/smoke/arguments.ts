import { type CommandForm, type CommandLine, UsageError } from "../lib/arguments";

/** The parsed and validated command line of `smoke`. */
export interface Arguments {
  /** Name of the environment. */
  readonly environment: string;
  /** The stage's URL, without a slash at the end; `undefined`: the URL is read from Terraform's outputs. */
  readonly url: string | undefined;
  /** Function URLs by model; only with `url`. */
  readonly functionUrls: ReadonlyMap<string, string>;
  /** A file with the outputs of the stack (`terraform output -json`); `undefined`: the command runs Terraform. */
  readonly outputsFile: string | undefined;
  /** The time in which every answer must arrive. */
  readonly waitInSeconds: number;
}

/** The cold start of a serverless endpoint can take four minutes: the model is downloaded and the container starts. */
const DEFAULT_WAIT_IN_SECONDS = 300;
const MAX_WAIT_IN_SECONDS = 3_600;

/** The form of the command line. */
export const SMOKE = {
  name: "smoke",
  summary: "Call every route of a deployed environment, once with and once without permission",
  words: {
    environment: {
      summary: "name of the environment; its URLs are read from Terraform's outputs (terraform output)",
    },
  },
  options: {
    wait: {
      value: "SECONDS",
      summary: `how long to wait for endpoints that start; 1 to ${MAX_WAIT_IN_SECONDS}, default ${DEFAULT_WAIT_IN_SECONDS}`,
    },
    url: {
      value: "URL",
      summary:
        "URL of the stage, in place of Terraform's outputs,\ne.g. http://127.0.0.1:3000/dev for the local stage (npm start)",
    },
    outputs: {
      value: "FILE",
      summary: "file with the outputs of the stack (terraform output -json), in place of running Terraform",
    },
    "function-url": {
      value: "MODEL=URL",
      multiple: true,
      summary: "with --url: the function URL of a model, e.g. iris=http://127.0.0.1:3001/",
    },
  },
  notes: `SMOKE_API_KEY is the API key. Without this variable, the command reads the key from API Gateway with your AWS credentials.
SMOKE_API_KEYS are keys of the environment's customers: "acme=KEY globex=KEY". Without this variable, the command reads all keys of the customers from API Gateway.
SMOKE_TOKEN is the token for routes that require a token; SMOKE_TOKEN_<MODEL>, e.g. SMOKE_TOKEN_LOAN_DEFAULT, is the token for one model. Without a token, the command calls these routes without a token only.

example: npx sagemaker-stages smoke dev --wait 60

exit status: 0 if every answer is as expected, 1 if not, 2 for a wrong command line`,
} as const satisfies CommandForm;

/**
 * Validates the values of a parsed command line.
 *
 * @throws UsageError if an option's value is not allowed
 */
export function readArguments({ words, options }: CommandLine<typeof SMOKE>): Arguments {
  const functionUrls = new Map(options["function-url"].map(readFunctionUrl));
  if (options.url === undefined && functionUrls.size > 0) {
    throw new UsageError(
      `--function-url: got ${options["function-url"].join(" ")} without --url; allowed: with --url only`,
    );
  }
  if (options.url !== undefined && options.outputs !== undefined) {
    throw new UsageError(
      `--outputs: got ${options.outputs} with --url ${options.url}; allowed: one of the two options`,
    );
  }
  return {
    environment: words.environment,
    url: options.url === undefined ? undefined : readUrl("--url", options.url),
    functionUrls,
    outputsFile: options.outputs,
    waitInSeconds: readWait(options.wait),
  };
}

/** Whether the host of a URL is this machine. The local stage accepts one fixed pair of credentials. */
export function isLoopback(url: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}

function readWait(word: string | undefined): number {
  if (word === undefined) return DEFAULT_WAIT_IN_SECONDS;
  const seconds = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(seconds >= 1 && seconds <= MAX_WAIT_IN_SECONDS)) {
    throw new UsageError(`--wait: got ${word}; allowed: a whole number from 1 to ${MAX_WAIT_IN_SECONDS}`);
  }
  return seconds;
}

function readFunctionUrl(word: string): readonly [string, string] {
  const [model = "", address = ""] = word.split(/=(.*)/s);
  if (model === "") {
    throw new UsageError(
      `--function-url: got ${word}; allowed: <model>=<URL>, e.g. iris=http://127.0.0.1:3001/`,
    );
  }
  return [model, `${readUrl("--function-url", address)}/`];
}

function readUrl(option: string, word: string): string {
  const url = URL.canParse(word) ? new URL(word) : undefined;
  // The API key must not leave this machine unencrypted.
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.href));
  const hasUser = url !== undefined && (url.username !== "" || url.password !== "");
  if (url === undefined || !isSafe || url.search !== "" || url.hash !== "" || hasUser) {
    throw new UsageError(
      `${option}: got ${word}; allowed: an https URL, or an http URL of this machine, without a query`,
    );
  }
  return url.href.replace(/\/+$/, "");
}
