import { parseArguments, UsageError } from "../lib/arguments";

/** What `npm start` was asked for. */
export interface Arguments {
  /** Environments to serve; default `dev`. */
  readonly environments: readonly string[];
  /** Port on loopback; 0 takes any that is free. */
  readonly port: number;
  /** The user's own containers by model. */
  readonly containers: ReadonlyMap<string, URL>;
  /** Whether sample models that can answer as BlazingText do so; default false. */
  readonly blazingText: boolean;
}

/** One line a rule. */
export const USAGE = `usage: npm start -- [environment …] [--port N] [--container <model>=<url> …] [--blazingtext]

  environment            environments to serve, by name; default dev
  --port N               port on 127.0.0.1; default 3000, 0 for any that is free
  --container MODEL=URL  send this model's invocations to your own container instead of the sample model,
                         e.g. --container iris=http://127.0.0.1:8080
  --blazingtext          the sample model of iris answers as BlazingText; without it, as fastText in a
                         scikit-learn container`;

/** The port of the local stage, where the command line names none. */
export const DEFAULT_PORT = 3000;

const OPTIONS = {
  port: { type: "string" },
  container: { type: "string", multiple: true },
  blazingtext: { type: "boolean" },
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
  const containers = (values.container ?? []).map(readContainer);
  return {
    environments: positionals.length > 0 ? [...new Set(positionals)] : ["dev"],
    port: readPort(values.port),
    containers: new Map(containers),
    blazingText: values.blazingtext === true,
  };
}

function readPort(word: string | undefined): number {
  if (word === undefined) return DEFAULT_PORT;
  const port = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(port <= 65_535)) throw new UsageError(`--port: got ${word}; allowed: a whole number from 0 to 65535`);
  return port;
}

function readContainer(word: string): readonly [string, URL] {
  const [model = "", address = ""] = word.split(/=(.*)/s);
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (model === "" || url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new UsageError(
      `--container: got ${word}; allowed: <model>=<http or https URL>, e.g. iris=http://127.0.0.1:8080`,
    );
  }
  return [model, url];
}
