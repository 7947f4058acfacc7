/** One line per request in the function's log. The line never contains data of the caller. */
export interface LogLine {
  /** The id that the caller receives. Behind API Gateway, the id of API Gateway. */
  requestId: string;
  /** Lambda's own request id, which the platform's log lines contain. */
  lambdaRequestId: string;
  model: string;
  status: number;
  /** Milliseconds of the last attempt at the endpoint; absent if no request was sent to the endpoint. */
  endpointMs?: number;
  totalMs: number;
  retries: number;
  /** Whether this was the process's first request. */
  cold: boolean;
  error?: LoggedError | undefined;
}

/** An error in the function's log. */
export interface LoggedError {
  /** The name of the error in AWS, Node.js or JavaScript. */
  readonly type: string;
  /**
   * The origin of the error: the model's container, SageMaker's service, the connection to the service, or the function
   * itself.
   */
  readonly origin: "container" | "service" | "connection" | "function";
  /** HTTP status of the container's or the service's answer. */
  readonly status?: number | undefined;
  /** The location in the function's code, for an error that the function itself threw. */
  readonly at?: string;
  /** The name of a field that the contract must not set, e.g. `x-model-version`; never the value. */
  readonly field?: string | undefined;
  /** The number of rows sent, if the number of predictions differs. */
  readonly rows?: number;
  /** The number of predictions received for these rows. */
  readonly predictions?: number;
  /**
   * The error's own message, cut to 500 characters. The message can quote the caller's data. It is present only if the
   * function's environment has LOG_ERROR_MESSAGES = `true`.
   */
  readonly message?: string | undefined;
}

/** The maximum length of a logged message: enough to understand a model's error. */
const MAX_CHARACTERS_OF_MESSAGE = 500;

/** The message of an error in the log; `undefined` if messages are not permitted. */
export function messageForLog(message: string | undefined, logsMessages: boolean): string | undefined {
  // A contract can throw an error whose properties are not texts.
  return logsMessages && message ? `${message}`.slice(0, MAX_CHARACTERS_OF_MESSAGE) : undefined;
}

/** The type and the location of an error that the function threw. Neither quotes the request. */
export function describeThrown({ name, message, stack = "" }: Error): Pick<LoggedError, "type" | "at"> {
  // The stack begins with the message, which can contain lines that look like locations.
  const start = `${stack}`.indexOf(message);
  const places = start < 0 ? "" : stack.slice(start + message.length);
  return {
    type: /^[A-Z]\w{0,63}$/i.test(name) ? name : "Error",
    at: /^ +(at .*)/m.exec(places)?.[1] ?? "unknown",
  };
}
