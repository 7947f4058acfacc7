/** The topics of the benchmarks, in the order in which they run. */
export const TOPICS = {
  synthesis:
    "time and memory of a synthesis, compared with AWS CDK; 1, 3 and 12 environments of 4 and 50 models",
  handler: "time of a handler, compared with signing and node:http alone",
  capture: "time of a handler that stores every request, compared with the same handler without capture",
  "local-stage": "time to the first answer and per request, compared with serverless-offline",
  review: "time of a review of large plans",
  flood: "another route during a flood of requests; a number sets the seconds (default 10)",
  gateway:
    "a route without a function, compared with a route with a function; a number sets the seconds (default 10)",
  streams:
    "first byte of streamed answers, memory of 1,000 concurrent streams, and callers who leave; a number sets the seconds of the streams (default 60)",
  load: "percentiles of sagemaker-stages load, compared with a known latency; a number sets the seconds (default 10)",
} as const;

/** The name of a topic. */
export type Topic = keyof typeof TOPICS;

/** A topic of the command line. */
export interface Selected {
  readonly topic: Topic;
  /** The duration of the measurement. */
  readonly seconds: number;
}

/** The duration if the command line sets none. The streams stay open as long as the project's goal says. */
function defaultSeconds(topic: Topic): number {
  return topic === "streams" ? 60 : 10;
}

/** The topics whose duration the command line sets. */
const TIMED: readonly Topic[] = ["flood", "gateway", "streams", "load"];

/** The command line is not a list of topics. The message is for the terminal. */
export class UsageError extends Error {}

/** The usage of the command, with every topic. */
export function usage(): string {
  const width = Math.max(...Object.keys(TOPICS).map((topic) => topic.length));
  const lines = Object.entries(TOPICS).map(([topic, text]) => `  ${topic.padEnd(width)}  ${text}`);
  return [
    "Usage: npm run bench -- [<topic> [<seconds>] …]",
    "Without a topic, all topics run.",
    ...lines,
  ].join("\n");
}

/**
 * Reads the command line.
 *
 * @example readTopics(["handler", "flood", "60"]); // handler, and a flood of 60 seconds
 * @throws UsageError for an unknown topic or a number at a wrong place
 */
export function readTopics(words: readonly string[]): Selected[] {
  if (words.length === 0) return topicNames().map((topic) => ({ topic, seconds: defaultSeconds(topic) }));
  const selected: Selected[] = [];
  for (const word of words) {
    const last = selected.at(-1);
    if (isTopic(word)) selected.push({ topic: word, seconds: defaultSeconds(word) });
    else if (/^[1-9]\d{0,3}$/.test(word) && last !== undefined && TIMED.includes(last.topic)) {
      selected[selected.length - 1] = { ...last, seconds: Number(word) };
    } else {
      const allowed = `${topicNames().join(", ")}; a whole number of seconds after ${TIMED.join(" or ")}`;
      throw new UsageError(`topic: got "${word}"; allowed: ${allowed}\n\n${usage()}`);
    }
  }
  return selected;
}

function topicNames(): Topic[] {
  return Object.keys(TOPICS).filter(isTopic);
}

function isTopic(word: string): word is Topic {
  return Object.hasOwn(TOPICS, word);
}
