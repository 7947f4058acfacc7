import { type CommandForm, type CommandLine, UsageError } from "../lib/arguments";

/** The parsed and validated command line of `start`. */
export interface Arguments {
  /** The names of the environments to serve. @default `dev` */
  readonly environments: readonly string[];
  /** Port on 127.0.0.1; 0: any free port. */
  readonly port: number;
  /** The addresses of the user's own containers, by model. */
  readonly containers: ReadonlyMap<string, URL>;
  /** Whether sample models that have a BlazingText container answer as this container; default false. */
  readonly blazingText: boolean;
  /** Whether to synthesize even if nothing has changed since the last synthesis; default false. */
  readonly synthesize: boolean;
  /** Seconds in which a serverless endpoint wakes up after its first request; default 0. */
  readonly wakeUpInSeconds: number;
}

/** The default port of the local stage. */
export const DEFAULT_PORT = 3000;

/** More than the four minutes in which a serverless endpoint starts at most. */
const MAX_WAKE_UP_IN_SECONDS = 600;

/** The form of the command line. */
export const START = {
  name: "start",
  summary: "Serve environments on this machine, with sample models",
  words: { environment: { occurs: "any", summary: "name of an environment to serve; default dev" } },
  options: {
    port: { value: "N", summary: `port on 127.0.0.1; default ${DEFAULT_PORT}; 0 for any free port` },
    container: {
      value: "MODEL=URL",
      multiple: true,
      summary:
        "send the model's invocations to your own container instead of the sample model,\ne.g. --container iris=http://127.0.0.1:8080",
    },
    blazingtext: {
      summary:
        "sample models that have a BlazingText container answer as this container;\nwithout the option, as their other container",
    },
    "wake-up": {
      value: "SECONDS",
      summary: `let each serverless endpoint wake up for this time after its first request;\n0 to ${MAX_WAKE_UP_IN_SECONDS}, default 0`,
    },
    synthesize: {
      summary:
        "synthesize at the start; without the option, the stage uses the last synthesis\nif nothing has changed",
    },
  },
  notes: `Reloads when code or environments change. Ctrl-C stops the command with exit status 0.

example: npx sagemaker-stages start dev --port 4000`,
} as const satisfies CommandForm;

/**
 * Validates the values of a parsed command line.
 *
 * @throws UsageError if an option's value is not allowed
 */
export function readArguments({ words, options }: CommandLine<typeof START>): Arguments {
  return {
    environments: words.environment.length > 0 ? [...new Set(words.environment)] : ["dev"],
    port: readPort(options.port),
    containers: new Map(options.container.map(readContainer)),
    blazingText: options.blazingtext,
    synthesize: options.synthesize,
    wakeUpInSeconds: readWakeUp(options["wake-up"]),
  };
}

function readPort(word: string | undefined): number {
  if (word === undefined) return DEFAULT_PORT;
  const port = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(port <= 65_535)) throw new UsageError(`--port: got ${word}; allowed: a whole number from 0 to 65535`);
  return port;
}

function readWakeUp(word: string | undefined): number {
  if (word === undefined) return 0;
  const seconds = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(seconds <= MAX_WAKE_UP_IN_SECONDS)) {
    throw new UsageError(
      `--wake-up: got ${word}; allowed: a whole number from 0 to ${MAX_WAKE_UP_IN_SECONDS}`,
    );
  }
  return seconds;
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
