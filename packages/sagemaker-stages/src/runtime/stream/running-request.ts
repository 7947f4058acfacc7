import { AsyncLocalStorage } from "node:async_hooks";
import { type EndpointClient, readEndpointAddress } from "../endpoint";
import type { LogLine } from "../log";
import { writeLine } from "../metrics";
import { TIME_IS_OVER } from "../refusal";
import { createAbortableCalls } from "./abortable-calls";
import { CALLER_LEFT, logOfCaller } from "./delivery";
import { invokeWhole } from "./endpoint-whole";

/**
 * A request that an ordinary handler answers on a route in stream mode. The handler itself knows nothing of streams: its client
 * and its log find the request here.
 */
export interface RunningRequest {
  /** Aborts when the caller leaves. */
  readonly left: AbortSignal;
  /** The log line, which is written when the answer has been sent. @default - the handler has written no line */
  line?: LogLine;
  /** Writes the line. */
  writeLine?(): void;
}

/**
 * A variable would mix the requests of a process that has several at a time. Pure, because the public module of contracts exports
 * a function that uses it: other packages do not contain it.
 */
const requests = /* @__PURE__ */ new AsyncLocalStorage<RunningRequest>();

/** Runs a handler for one request. */
export function runFor<Result>(request: RunningRequest, run: () => Result): Result {
  return requests.run(request, run);
}

/**
 * Creates the client of an ordinary handler on a route in stream mode: it ends the request to the endpoint when the caller
 * leaves.
 *
 * @param environment - the variables of `readEndpointAddress`. @default `process.env`
 * @throws Error that names the missing or malformed variable
 */
export function createAbortableClient(environment: NodeJS.ProcessEnv = process.env): EndpointClient {
  const calling = createAbortableCalls(readEndpointAddress(environment), environment);
  return {
    async invoke(request, timeLeftInMs, bytesTypes) {
      const left = requests.getStore()?.left;
      const stop = new AbortController();
      const leave = () => stop.abort(CALLER_LEFT);
      const timer = setTimeout(() => stop.abort(TIME_IS_OVER), Math.max(0, timeLeftInMs()));
      if (left?.aborted) leave();
      left?.addEventListener("abort", leave);
      try {
        return await invokeWhole(calling, request, timeLeftInMs, stop.signal, bytesTypes);
      } finally {
        clearTimeout(timer);
        left?.removeEventListener("abort", leave);
      }
    },
  };
}

/** Keeps the log line of a request until its answer has been sent: the caller can leave, or stop reading. */
export function writeWhenSent(...[line, metricsEnvironment, rows]: Parameters<typeof writeLine>): void {
  const request = requests.getStore();
  if (request === undefined) {
    writeLine(line, metricsEnvironment, rows);
    return;
  }
  // The handler knows no status for a caller.
  if (line.error?.type === CALLER_LEFT.type) Object.assign(line, logOfCaller(CALLER_LEFT));
  request.line = line;
  request.writeLine = () => writeLine(line, metricsEnvironment, rows);
}
