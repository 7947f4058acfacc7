import type { LambdaContext } from "../event";
import { RESERVE_IN_MS } from "../limits";
import type { LogLine } from "../log";
import type { Refusal } from "../refusal";
import type { BodyStream } from "./response-stream";

/** The status in the log of a request whose caller did not take the whole answer. No caller receives it. */
export const CALLER_STATUS = 499;

/** The caller has closed the connection before the end of the answer. */
export const CALLER_LEFT: Refusal = { status: 503, type: "CallerLeft", origin: "connection" };

/** The caller has not read the answer when the time of the request ends. */
export const CALLER_TOO_SLOW: Refusal = {
  status: 504,
  type: "CallerTooSlow",
  origin: "connection",
  detail: "The answer was not read in time.",
};

/** Whether the stream has passed all data on: `sent`, or the caller has `left`, or the wait reached its limit: `slow`. */
export type Delivery = "sent" | "left" | "slow";

/**
 * The time in which a caller must take the end of an answer: up to a moment before Lambda's timeout, in which the function still
 * writes its log line.
 */
export function sendingTimeInMs(context: LambdaContext): number {
  return Math.max(0, context.getRemainingTimeInMillis() - RESERVE_IN_MS / 2);
}

/**
 * Ends a stream with `last`, and waits until the stream has passed all data on, or is closed.
 *
 * @param limitInMs - the maximum of the wait: a caller that does not read must not hold the function
 */
export function endWith(stream: BodyStream, last: string | Uint8Array, limitInMs: number): Promise<Delivery> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve("left");
    const timer = setTimeout(() => resolve("slow"), limitInMs);
    const end = (delivery: Delivery) => () => {
      clearTimeout(timer);
      resolve(delivery);
    };
    stream.once("finish", end("sent")).once("close", end("left")).on("error", end("left"));
    // Lambda's runtime sends status and headers with the first write, even if the write is empty. Without a write, `end`
    // would send nothing.
    stream.write(last);
    stream.end();
  });
}

/** Waits until a stream takes further data, or until the stream is closed, or until the signal aborts. */
export function whenWritable(stream: BodyStream, signal: AbortSignal): Promise<void> {
  if (!stream.writableNeedDrain || stream.destroyed || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done).off("close", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    stream.once("drain", done).once("close", done);
    signal.addEventListener("abort", done);
  });
}

/** The log of a request whose caller did not take the answer. */
export function logOfCaller({ type, origin }: Refusal): Pick<LogLine, "status" | "error"> {
  return { status: CALLER_STATUS, error: { type, origin } };
}

/**
 * Records the end of an answer. The cause of an earlier failure stays.
 *
 * @param line - of a handler that writes one
 * @returns the error with which the function ends; `undefined` if no caller waits for the rest
 */
export function settle(line: LogLine | undefined, delivery: Delivery): Error | undefined {
  if (delivery === "sent") return undefined;
  const reason = delivery === "left" ? CALLER_LEFT : CALLER_TOO_SLOW;
  if (line !== undefined && line.status < 400) Object.assign(line, logOfCaller(reason));
  return delivery === "slow" ? brokenOff() : undefined;
}

/**
 * The error with which a function breaks an answer off. Lambda's runtime reports an error that the handler throws. A destroyed
 * stream would end the process: its error rejects promises that the runtime does not yet await
 * (https://github.com/aws/aws-lambda-nodejs-runtime-interface-client). The text is in Lambda's log, and must not contain data of
 * the caller.
 */
export function brokenOff(): Error {
  return new Error("The answer broke off. See the log line of the request.");
}
