import { parseArguments, UsageError } from "../lib/arguments";

/** What `npm run smoke` was asked for. */
export interface Arguments {
  /** Name of the environment. */
  readonly environment: string;
  /** The stage's URL, without a slash at its end; `undefined` where Terraform's outputs tell it. */
  readonly url: string | undefined;
  /** With `url`: function URLs by model. */
  readonly functionUrls: ReadonlyMap<string, string>;
  /** Seconds in which every answer must have come. */
  readonly waitInSeconds: number;
}

/** One line a rule. */
export const USAGE = `usage: npm run smoke -- <environment> [--wait SECONDS] [--url URL [--function-url <model>=<url> …]]

  environment               the environment, by name: where it is, its outputs tell (terraform output)
  --wait SECONDS            how long to wait for endpoints that wake up; default 300
  --url URL                 the stage elsewhere, e.g. http://127.0.0.1:3000/dev for one on this machine
  --function-url MODEL=URL  with --url: the function URL of a model, e.g. iris=http://127.0.0.1:3001/

  SMOKE_API_KEY             the API key; without it API Gateway is asked, with the usual AWS credentials`;

/** A serverless endpoint's cold start can take four minutes: the container's start and the model's download. */
const DEFAULT_WAIT_IN_SECONDS = 300;
const MOST_WAIT_IN_SECONDS = 3_600;

const OPTIONS = {
  url: { type: "string" },
  "function-url": { type: "string", multiple: true },
  wait: { type: "string" },
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
  const [environment, ...rest] = positionals;
  if (environment === undefined || rest.length > 0) {
    throw new UsageError(
      `environment: got ${positionals.join(" ") || "none"}; allowed: one, by name\n\n${USAGE}`,
    );
  }
  const functionUrls = new Map((values["function-url"] ?? []).map(readFunctionUrl));
  if (values.url === undefined && functionUrls.size > 0) {
    throw new UsageError("--function-url: got one without --url; allowed: with --url alone");
  }
  return {
    environment,
    url: values.url === undefined ? undefined : readUrl("--url", values.url),
    functionUrls,
    waitInSeconds: readWait(values.wait),
  };
}

/** Whether a URL leads to this machine: a stage that is served here knows one pair of credentials. */
export function isOfThisMachine(url: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}

function readWait(word: string | undefined): number {
  if (word === undefined) return DEFAULT_WAIT_IN_SECONDS;
  const seconds = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(seconds >= 1 && seconds <= MOST_WAIT_IN_SECONDS)) {
    throw new UsageError(`--wait: got ${word}; allowed: a whole number from 1 to ${MOST_WAIT_IN_SECONDS}`);
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
  // A key in plain text may go no further than this machine.
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isOfThisMachine(url.href));
  if (url === undefined || !isSafe || url.search !== "" || url.hash !== "" || url.username !== "") {
    throw new UsageError(
      `${option}: got ${word}; allowed: an https URL, or an http URL of this machine, without a query`,
    );
  }
  return url.href.replace(/\/+$/, "");
}
